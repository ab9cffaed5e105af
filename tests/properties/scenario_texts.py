"""Random small scenarios, written as text in the file format; every operator and function of the language occurs.

`scenario_text` gives a game of two actors with a private draw of nature, an offer on a grid, and replies that some do
not see. With `wild`, payoffs are arbitrary expressions (division by zero, logarithms of negative numbers and the like
included: they must fail in the same way everywhere); without it they stay finite wherever the parameters may lie.
"""

from __future__ import annotations

import random
from pathlib import Path

from standoff.game.model import Model, from_scenario
from standoff.scenario.load import load_scenario

CHOICES = (
    "state.high",
    "state.low",
    "offer.value",
    "answer.take",
    "answer.leave",
    "last.push",
    "last.stop",
    "luck.hit",
)
PARAMETERS = ("p", "q", "a", "b", "c", "d", "twice")
RANGES = (
    "uniform(0.2, 1.4)",
    "normal(1, 0.5)",
    "lognormal(0, 0.4)",
    "pert(0, 1, 3)",
    "triangular(-1, 0, 2)",
    "discrete(1, 2, 4)",
    "discrete(1, 2, 4, p=[1, 2, 1])",
)


def expression(rng: random.Random, depth: int, *, wild: bool) -> str:
    """Text of an expression of parameters and choices, in brackets."""
    if depth == 0 or rng.random() < 0.1:
        return rng.choice([*PARAMETERS, *CHOICES, str(rng.randint(0, 9)), f"{rng.randint(1, 99) / 10}"])

    def part() -> str:
        return expression(rng, depth - 1, wild=wild)

    kind = rng.choice(
        ["sum", "product", "compare", "logic", "if", "call", "power", "sign", *(["over"] if wild else [])]
    )
    if kind == "sum":
        return f"({part()} {rng.choice('+-')} {part()})"
    if kind == "product":
        return f"({part()} * {part()})"
    if kind == "over":
        return f"({part()} / {part()})"
    if kind == "compare":
        first, second = (rng.choice(["<", "<=", ">", ">=", "==", "!="]) for _ in range(2))
        return (
            f"({part()} {first} {part()})" if rng.random() < 0.7 else f"({part()} {first} {part()} {second} {part()})"
        )
    if kind == "logic":
        return f"(not {part()})" if rng.random() < 0.3 else f"({part()} {rng.choice(['and', 'or'])} {part()})"
    if kind == "if":
        return f"({part()} if {part()} else {part()})"
    if kind == "power":
        return f"({part()} ** {rng.randint(-6, 6) if wild else rng.randint(0, 2)})"
    if kind == "sign":
        return f"(-{part()})"
    if wild:
        function = rng.choice(["min", "max", "exp", "log", "sqrt", "abs"])
        more = f", {part()}" if function in ("min", "max") else ""
        return f"{function}({part()}{more})"
    tame = ["min({}, {})", "max({}, {})", "abs({})", "exp(-abs({}))", "log(1 + abs({}))", "sqrt(abs({}))"]
    pattern = rng.choice(tame)
    return pattern.format(*(part() for _ in range(pattern.count("{}"))))


def scenario_text(seed: int, *, wild: bool = False, correlated: bool = False) -> str:
    """The file's text."""
    rng = random.Random(seed)
    depth = 4 if wild else 2

    def payoff() -> str:
        own = expression(rng, depth, wild=wild)
        return f'"{own} + {rng.choice("abc")} * answer.take - {rng.choice("bcd")} * last.push * {rng.randint(1, 3)}"'

    lines = [
        "standoff: 1",
        f"title: scenario {seed}",
        "actors: {one: One, two: Two}",
        "parameters:",
        '  p: {kind: probability, range: "uniform(0.05, 0.95)", base: 0.4}',
        f'  q: {{kind: probability, range: "beta({rng.randint(1, 4)}, {rng.randint(1, 4)})", base: 0.25}}',
        *(f'  {name}: {{range: "{rng.choice(RANGES)}"}}' for name in "abc"),
        f"  d: {rng.randint(1, 20) / 10}",
        '  twice: "2 * a + p"',
    ]
    if correlated:
        lines += ["correlate:", f"  - [p, a, {rng.randint(-6, 6) / 10}]", f"  - [a, b, {rng.randint(-6, 6) / 10}]"]
    seen = rng.choice(["[one]", "[two]", "[]", "[one, two]"])
    only = rng.choice([", when: answer.leave", ""])
    blind = rng.choice(["", ", seen_by: []", ", seen_by: [two]"])
    lines += [
        "moves:",
        f"  state: {{actor: nature, options: {{high: p, low: rest}}, seen_by: {seen}}}",
        f"  offer: {{actor: one, options: {{grid: [0, {rng.randint(1, 3)}, {rng.randint(2, 3)}]}}}}",
        f"  answer: {{actor: two, options: [take, leave]{blind}}}",
        '  luck: {actor: nature, options: {hit: "q * p", graze: "q * (1 - p)", miss: rest}, seen_by: []}',
        f"  last: {{actor: {rng.choice(['one', 'two'])}, options: [push, stop]{only}}}",
        "payoffs:",
        f"  one: {{value: {payoff()}, other: {payoff()}}}",
        f"  two: {{value: {payoff()}}}",
        "outcomes:",
        "  deal: answer.take",
        "  clash: last.push and luck.hit",
        "  crisis: last.push",
    ]
    return "\n".join(lines) + "\n"


def model_of(folder: Path, text: str) -> Model:
    """The model of a scenario's text."""
    path = folder / "random.yaml"
    path.write_text(text, encoding="utf-8")
    return from_scenario(load_scenario(path))
