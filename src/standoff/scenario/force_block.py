"""The `force` block of a scenario file: who could contribute what, what a deployed force needs, how large it should be.

Every number may be a formula of parameters. A contributor takes part in a draw where `takes_part` is greater than 0.5
(left out: always); a parameter of `discrete(0, 1, p=[...])` makes that uncertain. `only_if` names contributors: a
name or a list means all of them, `{any: [...]}` one of them, `{at_least: 2, of: [...]}` some of them, and a list may
hold such mappings. Contributors may wait for each other; see `standoff.credibility.membership` for what that means.

The requirement counts troops where `troops_per_unit` is given, and units of the pools otherwise.
`standoff.scenario.force_values` has the numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field

from standoff.credibility.generation import LARGEST, MAX_CONDITIONS, MAX_CONTRIBUTORS, MAX_ENABLERS
from standoff.credibility.membership import Condition
from standoff.errors import Mark
from standoff.scenario import fields
from standoff.scenario.expression import ONE, ZERO, Expression, evaluate, parameters
from standoff.scenario.problems import Problems, remedy, short
from standoff.scenario.ranges import exactly
from standoff.scenario.resolve import Resolver, Use
from standoff.scenario.source import Mapping, Node, Scalar, Sequence

FORCE = {
    "unit": "What pools count: battalion (default), brigade, troops, ...",
    "whole": "false if a unit can be divided; true if only whole units can be deployed (default)",
    "troops_per_unit": "Troops in one unit, where the requirement counts troops",
    "rotation": "How many units of a pool it takes to keep one deployed: a number of at least 1, or a formula",
    "requirement": "How large a force is asked for",
    "needs": "Enablers that a deployed force needs: per deployed unit, or {per_unit: , fixed: }",
    "contributors": "Who could contribute",
}
CONTRIBUTOR = {
    "label": "Name for people",
    "about": "What is known of the contribution",
    "pool": "Units that it has for this, deployed or resting: a number or formula of at least 0",
    "brings": "Enablers that come with its taking part: {name: number or formula}",
    "takes_part": "It takes part where this is greater than 0.5; left out, always",
    "only_if": "Without whom it does not take part: a name, a list, {any: [...]} or {at_least: 2, of: [...]}",
    "source": "Where the numbers come from",
    "claims": "Claims in the ledger that the contribution rests on",
}
NEED = {"per_unit": "How much for each deployed unit", "fixed": "How much once anything is deployed"}
CONDITION = {
    "all": "All of these contributors",
    "any": "One of these contributors",
    "at_least": "How many of `of`",
    "of": "Contributors of whom some are enough",
}
RULES = {
    "per_km": "km",
    "per_km2": "km2",
    "per_thousand": "population",
    "analogy": "",
}  # rule: what it is multiplied by
ZONE = {
    "per_km": "Troops per km of line",
    "km": "Length of the line",
    "per_km2": "Troops per square km",
    "km2": "Area",
    "per_thousand": "Troops per 1,000 inhabitants",
    "population": "Inhabitants",
    "analogy": "A number stated for a mission taken to be alike",
    "label": "Name for people",
    "source": "Who says so",
    "claims": "Claims in the ledger that it rests on",
}
REQUIREMENT = {**ZONE, "zones": "Parts that are added up: {name: {per_km: , km: , source: }}"}
PEOPLE = ("troops", "soldiers", "people", "personnel", "thousand troops")
_HOW = "write `{per_km: 9, km: 1100}`, `{per_thousand: 20, population: 1000000}`, `{analogy: 25000}` or `{zones: ...}`"
_WHOM = "write `only_if: name`, `only_if: [name, name]`, `{any: [...]}` or `{at_least: 2, of: [...]}`"


@dataclass(frozen=True)
class ContributorBlock:
    """One contributor as written."""

    name: str
    label: str
    pool: Expression
    brings: MappingOf[str, Expression] = field(default_factory=dict)
    takes_part: Expression = ONE
    only_if: tuple[Condition, ...] = ()
    about: str = ""
    source: str = ""
    claims: tuple[str, ...] = ()
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class NeedBlock:
    """What a deployed force needs of one enabler."""

    name: str
    per_unit: Expression
    fixed: Expression = ZERO


@dataclass(frozen=True)
class ZoneBlock:
    """A part of the requirement: `amount` times `over`, by one of `RULES` (`over` is 1 for an analogy)."""

    rule: str
    amount: Expression
    over: Expression
    label: str = ""
    source: str = ""
    claims: tuple[str, ...] = ()
    mark: Mark = field(default_factory=Mark, compare=False)


@dataclass(frozen=True)
class ForceBlock:
    """The block as written, names resolved. `requirement` is empty where none is given."""

    unit: str
    whole: bool
    rotation: Expression
    needs: tuple[NeedBlock, ...]
    contributors: tuple[ContributorBlock, ...]
    requirement: tuple[ZoneBlock, ...] = ()
    requirement_source: str = ""
    troops_per_unit: Expression = ONE
    mark: Mark = field(default_factory=Mark, compare=False)

    def __hash__(self) -> int:
        """Of what is cheap to tell; equal blocks have equal ones."""
        return hash((self.unit, self.whole, tuple(own.name for own in self.contributors)))

    def expressions(self) -> Iterator[Expression]:
        """Every formula of the block."""
        yield from self.generating()
        yield from self.asking()

    def generating(self) -> Iterator[Expression]:
        """The formulas on which the largest force depends."""
        yield self.rotation
        for need in self.needs:
            yield from (need.per_unit, need.fixed)
        for own in self.contributors:
            yield from (own.pool, own.takes_part, *own.brings.values())

    def asking(self) -> Iterator[Expression]:
        """The formulas on which the requirement depends."""
        yield self.troops_per_unit
        for zone in self.requirement:
            yield from (zone.amount, zone.over)

    def parameters(self) -> set[str]:
        """The parameters that the block mentions."""
        return {name for expression in self.expressions() for name in parameters(expression)}

    def claims(self) -> list[tuple[str, Mark]]:
        """Every claim that the block names, with the place of what rests on it."""
        found = [(claim, own.mark) for own in self.contributors for claim in own.claims]
        return found + [(claim, zone.mark) for zone in self.requirement for claim in zone.claims]


def read_force(node: Node | None, resolver: Resolver, problems: Problems) -> ForceBlock | None:
    """The block; None where there is none or, after noting why, where it cannot be read."""
    if node is None:
        return None
    table = fields.mapping(node, "`force`", "write `rotation:`, `needs:` and `contributors:` lines", problems)
    if table is None:
        return None
    before = len(problems.errors)
    given = fields.fields(table, FORCE, "`force`", problems)
    block = _Reader(resolver, problems).block(table.mark, given)
    return block if len(problems.errors) == before else None


class _Reader:
    """Reads the parts of one block; what is wrong is noted and stands in the result as 0."""

    def __init__(self, resolver: Resolver, problems: Problems) -> None:
        self._resolver = resolver
        self._problems = problems

    def block(self, mark: Mark, given: MappingOf[str, Node]) -> ForceBlock:
        problems = self._problems
        unit = fields.text(given.get("unit"), "`unit`", problems) or "battalion"
        whole = fields.boolean(given.get("whole"), "`whole`", True, problems)
        if "rotation" not in given:
            advice = "add `rotation: 3`, or 1 if all can be deployed at once"
            problems.error(mark, "`force` has no `rotation`", advice)
        rotation = self._number(given.get("rotation"), "`rotation`", 1, ONE)
        troops = self._number(given.get("troops_per_unit"), "`troops_per_unit`", 0, ONE, positive=True)
        needs = self._needs(given.get("needs"))
        contributors = self._contributors(mark, given.get("contributors"), [need.name for need in needs])
        requirement, source = self._requirement(given.get("requirement"))
        for need in needs:
            if contributors and not any(need.name in own.brings for own in contributors):
                what = f"nobody brings `{need.name}`, which is needed"
                problems.warn(given["needs"].mark, what, "let a contributor bring it; until then nothing is deployed")
        if requirement and "troops_per_unit" not in given and unit.lower() not in PEOPLE:
            what = f"the requirement is taken to count units ({unit})"
            problems.warn(given["requirement"].mark, what, "add `troops_per_unit:` if it counts troops")
        return ForceBlock(
            unit=unit,
            whole=whole,
            rotation=rotation,
            needs=needs,
            contributors=contributors,
            requirement=requirement,
            requirement_source=source,
            troops_per_unit=troops,
            mark=mark,
        )

    def _number(
        self, node: Node | None, what: str, least: int, default: Expression, *, positive: bool = False
    ) -> Expression:
        """A number or formula of parameters; a number outside its domain is noted."""
        if node is None:
            return default
        parsed = fields.formula(node, what, self._problems)
        expression = self._resolver.resolve(parsed, Use("a number of `force`", parameters=True, moves=False))
        if expression is None or parsed is None or parsed.references:
            return expression or default
        value = exactly(evaluate(expression, {}))
        if value is None or not least <= value <= LARGEST or (positive and value == 0):
            advice = f"write a number {'greater than 0' if positive else f'of at least {least}'}, up to {LARGEST:g}"
            self._problems.error(node.mark, f"{what} cannot be {fields.describe(node)}", advice)
        return expression

    def _needs(self, node: Node | None) -> tuple[NeedBlock, ...]:
        problems = self._problems
        if node is None:
            return ()
        table = fields.mapping(node, "`needs`", "write `enabler: amount per deployed unit` lines", problems)
        found = []
        for name, _, content in fields.names_of(table, "an enabler's name", problems) if table else ():
            given: MappingOf[str, Node] = {"per_unit": content}
            if isinstance(content, Mapping):
                given = fields.fields(content, NEED, "a need", problems)
            per_unit = self._number(given.get("per_unit"), f"the need of `{name}`", 0, ZERO)
            found.append(NeedBlock(name, per_unit, self._number(given.get("fixed"), f"`fixed` of `{name}`", 0, ZERO)))
        if len(found) > MAX_ENABLERS:
            problems.error(node.mark, f"more than {MAX_ENABLERS} enablers", "keep those that can run short")
        return tuple(found)

    def _contributors(self, mark: Mark, node: Node | None, enablers: list[str]) -> tuple[ContributorBlock, ...]:
        problems = self._problems
        if node is None:
            problems.error(mark, "`force` has no `contributors`", "add `contributors:` with one line for each")
            return ()
        table = fields.mapping(node, "`contributors`", "write `name: {pool: number}` lines", problems)
        if table is None:
            return ()
        if not table.entries:
            problems.error(table.mark, "`contributors` is empty", "name at least one")
        if len(table.entries) > MAX_CONTRIBUTORS:
            place = table.entries[MAX_CONTRIBUTORS][0].mark
            what = f"{len(table.entries):,} contributors; at most {MAX_CONTRIBUTORS}"
            problems.error(place, what, "put those together that decide together")
            return ()
        names = table.names()
        entries = fields.names_of(table, "a contributor's name", problems)
        return tuple(self._contributor(*entry, names, enablers) for entry in entries)

    def _contributor(
        self, name: str, mark: Mark, node: Node, names: list[str], enablers: list[str]
    ) -> ContributorBlock:
        problems = self._problems
        given: MappingOf[str, Node] = {"pool": node}
        if not isinstance(node, Scalar):
            table = fields.mapping(node, f"contributor `{name}`", "write `{pool: number}`", problems)
            given = fields.fields(table, CONTRIBUTOR, "a contributor", problems) if table else {}
            if table is not None and "pool" not in given:
                problems.error(mark, f"contributor `{name}` has no `pool`", "add `pool: 0` if it sends no units")
        return ContributorBlock(
            name=name,
            label=fields.text(given.get("label"), "`label`", problems) or name,
            pool=self._number(given.get("pool"), f"the pool of `{name}`", 0, ZERO),
            brings=self._brings(name, given.get("brings"), enablers),
            takes_part=self._number(given.get("takes_part"), f"`takes_part` of `{name}`", 0, ONE),
            only_if=self._conditions(name, given.get("only_if"), names),
            about=fields.text(given.get("about"), "`about`", problems),
            source=fields.text(given.get("source"), "`source`", problems),
            claims=fields.texts(given.get("claims"), "`claims`", problems),
            mark=mark,
        )

    def _brings(self, name: str, node: Node | None, enablers: list[str]) -> dict[str, Expression]:
        problems = self._problems
        if node is None:
            return {}
        table = fields.mapping(node, f"what `{name}` brings", "write `{enabler: amount}`", problems)
        found = {}
        for key, content in table.entries if table else ():
            if key.text not in enablers:
                advice = remedy(key.text, enablers, "needed are")
                problems.error(key.mark, f"`{short(key.text)}` is not among the `needs`", advice)
            else:
                what = f"what `{name}` brings of `{key.text}`"
                found[key.text] = self._number(content, what, 0, ZERO)
        return found

    def _conditions(self, name: str, node: Node | None, names: list[str]) -> tuple[Condition, ...]:
        found = tuple(dict.fromkeys(self._only_if(name, node, names)))
        if node is not None and len(found) > MAX_CONDITIONS:
            what = f"`{name}` has {len(found):,} conditions; at most {MAX_CONDITIONS}"
            self._problems.error(node.mark, what, "say with `at_least` how many of a group are enough")
        return found

    def _only_if(self, name: str, node: Node | None, names: list[str]) -> Iterator[Condition]:
        """The conditions that must all hold."""
        if node is None:
            return
        if isinstance(node, Scalar):
            yield from (Condition((other,)) for other in self._others(name, (node,), names))
            return
        if isinstance(node, Mapping):
            yield from self._some(name, node, names)
            return
        for item in self._items(name, node):
            yield from self._only_if(name, item, names)

    def _items(self, name: str, node: Node) -> tuple[Node, ...]:
        """The entries of a list that may not be empty."""
        items = fields.sequence(node, f"`only_if` of `{name}`", _WHOM, self._problems)
        if not items and isinstance(node, Sequence):
            self._problems.error(node.mark, f"`only_if` of `{name}` names nobody", _WHOM)
        return items

    def _some(self, name: str, node: Mapping, names: list[str]) -> Iterator[Condition]:
        """A condition written as a mapping."""
        problems = self._problems
        given = fields.fields(node, CONDITION, "`only_if`", problems)
        if len(given) < len(node.entries):
            return
        if set(given) not in ({"all"}, {"any"}, {"at_least", "of"}):
            problems.error(node.mark, f"`only_if` of `{name}` is not clear", _WHOM)
            return
        listed = given.get("all") or given.get("any") or given["of"]
        others = self._others(name, self._items(name, listed), names)
        if not others:
            return
        if "all" in given:
            yield from (Condition((other,)) for other in others)
            return
        at_least = given.get("at_least")
        least = 1 if at_least is None else fields.integer(at_least, "`at_least`", 1, len(others), problems)
        if least is not None:
            yield Condition(tuple(others), least)

    def _others(self, name: str, nodes: tuple[Node, ...], names: list[str]) -> list[str]:
        """The contributors named, each once; none where a name is wrong."""
        problems, found, before = self._problems, list[str](), len(self._problems.errors)
        for node in nodes:
            other = fields.text(node, "an entry of `only_if`", problems)
            if other == name:
                problems.error(node.mark, f"`{name}` waits for itself", "name other contributors")
            elif other in found:
                problems.error(node.mark, f"`{short(other)}` is listed twice", "keep one of the two")
            elif other and other not in names:
                advice = remedy(other, names, "contributors")
                problems.error(node.mark, f"there is no contributor `{short(other)}`", advice)
            found.append(other)
        return found if len(problems.errors) == before else []

    def _requirement(self, node: Node | None) -> tuple[tuple[ZoneBlock, ...], str]:
        problems = self._problems
        table = fields.mapping(node, "`requirement`", _HOW, problems) if node else None
        if node is None or table is None:
            return (), ""
        given = fields.fields(table, REQUIREMENT, "`requirement`", problems)
        if "zones" not in given:
            zone = self._zone("", node.mark, given)
            return (() if zone is None else (zone,)), zone.source if zone else ""
        other = [key for key in given if key not in ("zones", "source", "label")]
        if other:
            problems.error(given[other[0]].mark, f"`{other[0]}` beside `zones`", "put it into one of the zones")
        zones = fields.mapping(given["zones"], "`zones`", "write `name: {per_km: , km: }` lines", problems)
        found = []
        for name, mark, content in fields.names_of(zones, "a zone's name", problems) if zones else ():
            body = fields.mapping(content, f"zone `{name}`", _HOW, problems)
            zone = self._zone(name, mark, fields.fields(body, ZONE, "a zone", problems)) if body else None
            if zone is not None:
                found.append(zone)
        if zones is not None and not zones.entries:
            problems.error(zones.mark, "`zones` is empty", "give at least one zone")
        return tuple(found), fields.text(given.get("source"), "`source`", problems)

    def _zone(self, name: str, mark: Mark, given: MappingOf[str, Node]) -> ZoneBlock | None:
        problems = self._problems
        rules = [rule for rule in RULES if rule in given]
        where = f"zone `{name}`" if name else "`requirement`"
        if len(rules) != 1:
            stated = " and ".join(f"`{rule}`" for rule in rules) or "no number"
            problems.error(mark, f"{where} has {stated}", _HOW)
            return None
        rule, over = rules[0], RULES[rules[0]]
        stray = [key for key in RULES.values() if key and key in given and key != over]
        if stray:
            problems.error(given[stray[0]].mark, f"`{stray[0]}` does not go with `{rule}`", _HOW)
        if over and over not in given:
            problems.error(mark, f"{where} has `{rule}` and no `{over}`", f"add `{over}:`")
        source = fields.text(given.get("source"), "`source`", problems)
        return ZoneBlock(
            rule=rule,
            amount=self._number(given[rule], f"`{rule}`", 0, ZERO),
            over=self._number(given.get(over) if over else None, f"`{over}`", 0, ONE),
            label=fields.text(given.get("label"), "`label`", problems) or name,
            source=source,
            claims=fields.texts(given.get("claims"), "`claims`", problems),
            mark=mark,
        )
