"""When does each class of sequential equilibria exist? Conditions on named parameters, derived and proven.

The classes are those of `standoff.solve.classes`; parameters stay symbols and the search is pruned by proofs under the
scenario's assumptions (`standoff.solve.conditions.judge`). For every class that is left, probabilities and off-path
beliefs are eliminated from its system (`standoff.solve.conditions.eliminate`), which leaves inequalities on parameters;
these are simplified (`standoff.solve.conditions.simplify`) and written in our own expression language.

A class whose conditions hold only on a knife edge (an equation between parameters) is left out, or on request listed
apart. The list is `complete` when all classes were asked for, no bound was reached and every other class was excluded
by proof or given conditions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from standoff.errors import RequestError
from standoff.game.game import Game
from standoff.scenario.expression import Compare, Expression, Number, Parameter, write
from standoff.scenario.scenario import Scenario
from standoff.solve.classes.polynomial import Constraint, Polynomial
from standoff.solve.classes.search import Leaf, Search
from standoff.solve.classes.tree import PolynomialGame, State
from standoff.solve.conditions.eliminate import Case, UnsolvedError, eliminate
from standoff.solve.conditions.judge import SymbolicJudge, doubtful_chances, symbolic_form
from standoff.solve.conditions.latex import latex
from standoff.solve.conditions.points import points
from standoff.solve.conditions.probabilities import Probability, probabilities, shown
from standoff.solve.conditions.prover import Prover
from standoff.solve.conditions.simplify import combined, is_generic, merged
from standoff.solve.conditions.symbols import Dictionary
from standoff.solve.conditions.words import Writer, described, joined, key_of, name_of

LIMIT, SECONDS, TIMEOUT = 100_000, 300.0, 2.0
_ZERO, _ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True)
class ClassConditions:
    """One class: supports (information set -> options by number), and when it exists.

    All of `conditions` hold together. `probabilities` says what is played at information sets with mixed supports.
    """

    name: str
    supports: Mapping[str, tuple[str, ...]]
    conditions: tuple[Expression, ...]
    probabilities: Mapping[str, Mapping[str, Probability]]
    generic: bool

    def latex(self) -> str:
        """The conditions as one formula."""
        return " \\text{ and } ".join(latex(condition) for condition in self.conditions) or "\\text{always}"

    def to_dict(self) -> dict[str, object]:
        """The entry of ``conditions --json``."""
        return {
            "name": self.name,
            "supports": {name: list(options) for name, options in self.supports.items()},
            "conditions": [write(condition) for condition in self.conditions],
            "probabilities": {
                name: {option: shown(probability) for option, probability in own.items()}
                for name, own in self.probabilities.items()
            },
            "latex": self.latex(),
        }


@dataclass(frozen=True)
class ConditionsResult:
    """The classes that exist for some parameters, knife edges apart. `undecided` describes classes left open."""

    assumptions: tuple[Expression, ...]
    classes: tuple[ClassConditions, ...]
    knife_edges: tuple[ClassConditions, ...]
    complete: bool
    undecided: tuple[str, ...] = ()

    def proposition(self) -> str:
        """The classes as a LaTeX list, one item each, to stand in a proposition."""
        listed = "".join(f"  \\item {_item(entry)}\n" for entry in self.classes)
        given = ", ".join(f"\\({latex(assumption)}\\)" for assumption in self.assumptions)
        end = "There are no others, except where parameters satisfy an equation exactly.\n" if self.complete else ""
        return f"Assume {given}.\n\\begin{{enumerate}}\n{listed}\\end{{enumerate}}\n{end}"

    def to_dict(self) -> dict[str, object]:
        """The object that ``standoff conditions --json`` prints."""
        return {
            "complete": self.complete,
            "assumptions": [write(assumption) for assumption in self.assumptions],
            "classes": [entry.to_dict() for entry in self.classes],
            "knife_edges": [entry.to_dict() for entry in self.knife_edges],
            "undecided": list(self.undecided),
        }


def _item(entry: ClassConditions) -> str:
    name = entry.name.replace("_", "\\_")
    when = " and ".join(f"\\({latex(condition)}\\)" for condition in entry.conditions)
    return f"\\emph{{{name}}} exists if and only if {when}." if when else f"\\emph{{{name}}} always exists."


def conditions(
    game: Game,
    scenario: Scenario,
    *,
    name: str | None = None,
    solve_for: Sequence[str] = (),
    limit: int = LIMIT,
    seconds: float = SECONDS,
    timeout: float = TIMEOUT,
    knife_edges: bool = False,
) -> ConditionsResult:
    """The conditions of every class of a scenario's game under its assumptions, or of the class called `name`.

    Thresholds are solved for the first parameter of `solve_for` that a condition is linear in, then for probabilities,
    then for others. `limit` bounds the supports tried, `seconds` the search, `timeout` (seconds) each question put to
    z3. Raises `ConceptError` without perfect recall or an order of play, `RequestError` for an unknown class.
    """
    wanted = {} if name is None else _wanted(game, scenario, name)
    definitions = {p.name: p.expression for p in scenario.parameters if p.expression is not None}
    words = Dictionary(definitions)
    form = symbolic_form(game, words)
    stated = Prover(game, words, scenario.assumptions, [], timeout)
    assumed = [*scenario.assumptions, *_of_kinds(scenario, form, stated)]
    prover = Prover(game, words, assumed, points(scenario, assumed), timeout)
    doubtful = doubtful_chances(form, prover)
    if doubtful:
        assumed += [Compare(">", words.expression(branch), Number(_ZERO)) for branch in doubtful]
        prover = Prover(game, words, assumed, points(scenario, assumed), timeout)
    search = Search(form, SymbolicJudge(prover, knife_edges=knife_edges), limit=limit, seconds=seconds, wanted=wanted)
    writer = Writer(words, prover, _preferred(scenario, solve_for))
    leaves = [leaf for leaf in search.leaves() if not leaf.impossible]
    found: list[ClassConditions] = []
    undecided: list[str] = []
    for leaf in leaves:
        search.state.restore(leaf.supports)
        try:
            cases = _cases(leaf, search.state, prover)
        except UnsolvedError as reason:
            undecided.append(f"{described(game, dict(sorted(leaf.supports.items())))} ({reason})")
            continue
        if cases:
            found.append(_written(search.state, scenario, cases, writer))
    found.sort(key=lambda entry: entry.name)
    generic = tuple(entry for entry in found if entry.generic)
    edges = tuple(entry for entry in found if not entry.generic) if knife_edges else ()
    complete = name is None and not search.stopped and not undecided
    return ConditionsResult(tuple(assumed), generic, edges, complete, tuple(undecided))


def _wanted(game: Game, scenario: Scenario, name: str) -> dict[int, tuple[int, ...]]:
    """The supports of a class that the scenario names."""
    known = {named.name: named for named in scenario.classes}
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RequestError.of(f"no class is called `{name}`", f"the scenario names these: {listed}")
    by_key = {key_of(own.name): number for number, own in enumerate(game.infosets)}
    result: dict[int, tuple[int, ...]] = {}
    for infoset, options in known[name].supports.items():
        number = by_key.get(key_of(infoset))
        if number is not None:
            result[number] = tuple(sorted(game.infosets[number].options.index(option) for option in options))
    return result


def _of_kinds(scenario: Scenario, form: PolynomialGame, stated: Prover) -> list[Expression]:
    """What the kinds of the parameters that the game mentions say beyond what is stated."""
    used = {name for values in (*form.payoffs, form.chance) for p in values for name in p.variables}
    result: list[Expression] = []
    for definition in scenario.parameters:
        own, value = Parameter(definition.name), Polynomial.variable(definition.name)
        said = []
        if definition.kind in ("probability", "nonnegative"):
            said.append((Constraint(value, ">="), Compare(">=", own, Number(_ZERO))))
        if definition.kind == "probability":
            said.append((Constraint(Polynomial.constant(1) - value, ">="), Compare("<=", own, Number(_ONE))))
        if definition.kind == "positive":
            said.append((Constraint(value, ">"), Compare(">", own, Number(_ZERO))))
        if definition.name in used:
            result += [expression for constraint, expression in said if not stated.implied(constraint, ())]
    return result


def _preferred(scenario: Scenario, solve_for: Sequence[str]) -> list[str]:
    uncertain = [p.name for p in scenario.parameters if p.kind == "probability" and p.range is not None]
    likely = [p.name for p in scenario.parameters if p.kind == "probability"]
    return list(dict.fromkeys([*solve_for, *uncertain, *likely, *(p.name for p in reversed(scenario.parameters))]))


def _cases(leaf: Leaf, state: State, prover: Prover) -> list[Case]:
    """The conditions of a class, case by case; none where they cannot hold."""
    mixed = frozenset(name for p in state.probability.values() for name in p.variables)
    parts: list[list[Case]] = []
    for part, _ in leaf.parts:
        cases: list[Case] = []
        for chosen in part.alternatives():
            own = mixed & frozenset(n for c in part.system(chosen) for n in c.variables)
            cases += eliminate(_without_domain(part.system(chosen)), own, prover)
        if not cases:
            return []
        parts.append(merged(cases, prover) if len(cases) > 1 else cases)
    return merged(combined(parts, prover), prover)


def _without_domain(system: Sequence[Constraint]) -> list[Constraint]:
    """The system without constraints on probabilities alone: their natural domain is understood."""
    return [c for c in system if c.relation != ">" or not all(name.startswith("p:") for name in c.variables)]


def _written(state: State, scenario: Scenario, cases: Sequence[Case], writer: Writer) -> ClassConditions:
    game = state.game
    supports = {h: tuple(state.support[h]) for h in state.sets}
    generic = [case for case in cases if is_generic(case, writer.prover)]
    told = generic or list(cases)
    expressions = [[writer.condition(c, case.conditions) for c in case.conditions] for case in told]
    mixed: dict[str, dict[str, Probability]] = {}
    for h, support in supports.items():
        if len(support) > 1:
            slots = [int(game.slot_start[h]) + option for option in support]
            options = [game.infosets[h].options[option] for option in support]
            mixed[game.infosets[h].name] = dict(zip(options, probabilities(state, slots, told, writer), strict=True))
    return ClassConditions(
        name=name_of(game, supports, scenario.classes) or described(game, supports),
        supports={game.infosets[h].name: tuple(game.infosets[h].options[o] for o in s) for h, s in supports.items()},
        conditions=tuple(joined(expressions)),
        probabilities=mixed,
        generic=bool(generic),
    )
