"""How the rate of studies falls with the size of the game, and with the number of classes of equilibria that are found.

``python benchmarks/study_growth.py [--largest 512] [--games 3] [--seconds 1] [--write]`` prints two tables in Markdown;
with ``--write`` they replace the marked parts of docs/performance.md, and docs/images/study-growth.svg is drawn.

Two families of scenarios with seeded numbers, each growing by one number:

- *signalling*: a sender with n types sends one of n messages, a receiver gives one of n replies; what an ending is
  worth depends on type and reply, and each type pays for each message;
- *crisis*: both sides have two types of their own and move in turn, n times in all, going on or giving way at each
  turn whatever came before (2^n courses of events); what an ending is worth depends on own type and each pair of
  consecutive moves, and on the other's type at each move.

Payoffs have four uncertain factors, uniform from 1 - w to 1 + w; w is 0.5 in the first table. The second table keeps
the games and widens w: the draws then spread over more classes. Rates are draws per CPU-second of `run` with one
worker, start-up excluded, the audit included. Every line is of `--games` games with other numbers: the median and, in
brackets, the lowest and highest. The draws of a game are doubled until `--seconds` have been used, so that larger games
have fewer, and the paths that are followed for their first draws weigh more.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from reporting.page import IMAGES, machine, percent, put, short, table
from threadpoolctl import threadpool_limits

from standoff.draw.chart_style import BAR, FAINT, INK, MUTED, WIDTH, finish, save, settings
from standoff.findings.outcomes import summarise
from standoff.game.model import Model, open_model
from standoff.study.run import run

SEED = 5
WIDE = 0.5
WIDTHS = (0.02, 0.05, 0.1, 0.2, 0.4, 0.8)
LEAST, FEWER, MOST = 64, 16, 16_384  # draws of a measurement; fewer where there are more endings than LARGE
LARGE = 256


def number(generator: np.random.Generator, low: float = -1.0, high: float = 1.0) -> str:
    """A seeded coefficient as it stands in the file."""
    return f"{generator.uniform(low, high):.3f}"


def ranges(width: float) -> list[str]:
    about = f"uniform({1 - width:g}, {1 + width:g})"
    return [f'  {name}: {{range: "{about}"}}' for name in ("stake", "cost", "resolve", "loss")]


def file(moves: list[str], first: dict[str, str], second: dict[str, str], width: float) -> str:
    """The text of a scenario file."""
    parts = ["standoff: 1", "title: growth of studies", "actors: {first: First, second: Second}"]
    parts += ["parameters:", *ranges(width), "moves:", *moves, "payoffs:"]
    for actor, worth in (("first", first), ("second", second)):
        parts += [f"  {actor}:", *(f"    {name}: {terms}" for name, terms in worth.items())]
    return "\n".join([*parts, ""])


def signalling(size: int, game: int, width: float = WIDE) -> str:
    generator = np.random.default_rng([SEED, size, game])
    types, messages, replies = ([f"{letter}{n}" for n in range(size)] for letter in "tmr")
    chance = ", ".join([f"{name}: 1 / {size}" for name in types[:-1]] + [f"{types[-1]}: rest"])
    moves = [
        f"  kind: {{actor: nature, options: {{{chance}}}, seen_by: [first]}}",
        f"  message: {{actor: first, options: [{', '.join(messages)}]}}",
        f"  reply: {{actor: second, options: [{', '.join(replies)}]}}",
    ]

    def worth(factor: str, other: str) -> str:
        # each type gains by the reply, the other factor moving half of it
        terms = [
            f"({number(generator)} * {factor} + {number(generator, -0.5, 0.5)} * {other}) * kind.{t} * reply.{r}"
            for t in types
            for r in replies
        ]
        return " + ".join(terms)

    price = " + ".join(f"{number(generator, 0, 0.4)} * kind.{t} * message.{m}" for t in types for m in messages)
    first = {"reply": worth("stake", "resolve"), "message": f"-cost * ({price})"}
    return file(moves, first, {"reply": worth("stake", "loss")}, width)


def crisis(turns: int, game: int, width: float = WIDE) -> str:
    generator = np.random.default_rng([SEED, 100 + turns, game])
    moves = [
        "  kind: {actor: nature, options: {hard: 0.4, soft: rest}, seen_by: [first]}",
        "  other: {actor: nature, options: {hard: 0.3, soft: rest}, seen_by: [second]}",
    ]
    moves += [
        f"  step{turn}: {{actor: {('first', 'second')[turn % 2]}, options: [yield, on]}}" for turn in range(turns)
    ]

    def worth(own: str, others: str, factor: str, against: str) -> str:
        terms = []
        for turn in range(turns):
            for kind in ("hard", "soft"):
                terms.append(f"{number(generator)} * {factor} * {own}.{kind} * step{turn}.on")
                terms.append(f"{number(generator)} * {against} * {others}.{kind} * step{turn}.on")
                if turn:
                    pair = f"step{turn - 1}.on * step{turn}.on"
                    terms.append(f"{number(generator, -2, 2)} * stake * {own}.{kind} * {pair}")
        return " + ".join(terms)

    return file(
        moves,
        {"course": worth("kind", "other", "cost", "loss")},
        {"course": worth("other", "kind", "resolve", "loss")},
        width,
    )


FAMILIES: dict[str, tuple[Callable[..., str], tuple[int, ...]]] = {
    "signalling": (signalling, (2, 3, 4, 5, 6, 8, 10, 12)),  # 8 to 1,728 endings
    "crisis": (crisis, (1, 2, 3, 4, 5, 6, 7, 8, 9)),  # 8 to 2,048
}


@dataclass(frozen=True)
class Rate:
    """A game's size, the draws made, of these the certified and those by each method, classes, draws per CPU-second."""

    endings: int
    sets: int
    draws: int
    certified: int
    methods: dict[str, int]
    classes: int
    rate: float


def model_of(text: str) -> Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "growth.yaml"
        path.write_text(text, encoding="utf-8")
        return open_model(path)


def measured(text: str, seconds: float, draws: int | None = None) -> Rate:
    """The rate at `draws`, or at the first number, doubled from `LEAST` or `FEWER`, that takes so many seconds."""
    model = model_of(text)
    count = draws or (FEWER if len(model.game.terminals) > LARGE else LEAST)
    while True:
        start = time.process_time()
        study = run(model, draws=count, seed=1, workers=1)
        spent = time.process_time() - start
        if draws or spent >= seconds or count >= MOST:
            break
        count *= 2
    summary = summarise(study)
    game, sure = model.game, int(study.certified.sum())
    rate = count / spent
    return Rate(len(game.terminals), len(game.infosets), count, sure, dict(summary.methods), summary.class_count, rate)


def told(games: Sequence[Rate]) -> tuple[str, ...]:
    """The cells of several games of one size."""
    draws = sum(one.draws for one in games)
    methods = {
        name: sum(one.methods.get(name, 0) for one in games) / draws for name in ("iterated", "carried", "traced")
    }
    return (
        f"{draws:,}",
        percent(sum(one.certified for one in games) / draws),
        ", ".join(f"{name} {percent(share)}" for name, share in methods.items() if share),
        spread([one.classes for one in games]),
        spread([one.rate for one in games]),
    )


def spread(values: Sequence[float]) -> str:
    """Median, with the lowest and highest where there are several."""
    middle = short(median(values))
    return middle if len(values) == 1 else f"{middle} ({short(min(values))} to {short(max(values))})"


def by_endings(largest: int, count: int, seconds: float) -> Iterator[tuple[str, int, list[Rate]]]:
    """Family, size and the rates of so many games, up to so many endings."""
    measured(signalling(3, 0), 0.0)  # paths are compiled, or read from disk, when the first one is followed
    for family, (text, sizes) in FAMILIES.items():
        for size in sizes:
            if (size**3 if family == "signalling" else 4 * 2**size) <= largest:
                games = [measured(text(size, game), seconds) for game in range(count)]
                print(f"{family} {size}: {spread([one.rate for one in games])} draws per CPU-second", file=sys.stderr)
                yield family, size, games


def chart(rates: list[tuple[str, int, list[Rate]]], widths: list[tuple[float, list[Rate]]]) -> str:
    """Both tables as one SVG: rate against endings, rate against classes; both axes logarithmic."""
    with settings():
        from matplotlib.figure import Figure
        from matplotlib.ticker import NullLocator

        figure = Figure(figsize=(WIDTH, 3.6))
        figure.patch.set_visible(False)
        left, right = (figure.add_axes(place) for place in ((0.09, 0.16, 0.5, 0.72), (0.69, 0.16, 0.28, 0.72)))
        for axes, name in ((left, "Endings of the game"), (right, "Classes of equilibria found")):
            axes.set_xscale("log")
            axes.set_yscale("log")
            axes.patch.set_visible(False)
            axes.grid(color=FAINT, linewidth=0.6)
            axes.set_axisbelow(True)
            axes.tick_params(axis="both", which="both", length=0, labelcolor=MUTED, labelsize=9)
            axes.set_xlabel(name, color=MUTED, size=9)
            for spine in axes.spines.values():
                spine.set_visible(False)
            for axis in (axes.xaxis, axes.yaxis):
                axis.set_minor_locator(NullLocator())
        for family, marker, colour in (("signalling", "o", BAR), ("crisis", "s", INK)):
            points = [(games[0].endings, rate_of(games)) for name, _, games in rates if name == family]
            line(left, points, marker, colour)
            if points:
                place, side = ((0, 9), "center") if family == "crisis" else ((-9, -3), "right")
                offset = {"xytext": place, "textcoords": "offset points"}
                left.annotate(family, points[-1], ha=side, color=INK, size=9, **offset)
        for game, marker in zip(range(len(widths[0][1])), "osDv^<>", strict=False):
            line(right, [(games[game].classes, games[game].rate) for _, games in widths], marker, BAR)
        found = [one.classes for _, games in widths for one in games]
        for axes, values in ((left, [games[0].endings for *_, games in rates]), (right, found)):
            places = powers(min(values), max(values))
            axes.set_xticks(places, [f"{place:,}" for place in places])
        for axes in (left, right):
            low, high = axes.get_ylim()
            axes.set_ylim(low * 0.8, high * 1.3)
            tens = [10.0**k for k in range(-2, 7) if low <= 10.0**k <= high]
            places = tens if len(tens) > 2 else [d * 10.0**k for k in range(-2, 7) for d in (1, 2, 5)]
            places = [place for place in places if low * 0.8 <= place <= high * 1.3]
            axes.set_yticks(places, [f"{place:,g}" for place in places])
        left.text(0, 1.03, "Draws per CPU-second", transform=left.transAxes, color=MUTED, size=9)
        text = save(figure)
    ends = "; ".join(f"{family}, {games[0].endings:,} endings: {short(rate_of(games))}" for family, _, games in rates)
    classes = "; ".join(f"{one.classes:,} classes: {short(one.rate)}" for _, games in widths for one in games)
    said = f"{ends}. Games of one size, ranges wider and wider: {classes}."
    return finish(text, "growth", "Draws per CPU-second of studies", said) + "\n"


def rate_of(games: Sequence[Rate]) -> float:
    return median(one.rate for one in games)


def line(axes: Any, points: list[tuple[int, float]], marker: str, colour: str) -> None:
    across, up = [x for x, _ in points], [y for _, y in points]
    axes.plot(across, up, marker=marker, markersize=4.5, color=colour, linewidth=1.2)


def powers(low: float, high: float) -> list[int]:
    """Powers of ten from below `low` to above `high`, or of two where these would be fewer than three."""
    tens = [10**k for k in range(7) if low <= 10**k <= high]
    twos = [2**k for k in range(21) if low <= 2**k <= high]
    return tens if len(tens) >= 3 else twos[:: max(1, len(twos) // 4)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--largest", type=int, default=512, help="endings up to which families grow (up to 2048)")
    parser.add_argument("--games", type=int, default=3, help="games of each size")
    parser.add_argument("--seconds", type=float, default=1.0, help="CPU seconds that a measurement takes at least")
    parser.add_argument("--turns", type=int, default=4, help="of the crisis games whose ranges are widened")
    parser.add_argument("--draws", type=int, default=2048, help="at each width")
    parser.add_argument("--write", action="store_true", help="replace the tables and the chart of docs/performance.md")
    asked = parser.parse_args()
    with threadpool_limits(1):
        rates = list(by_endings(asked.largest, asked.games, asked.seconds))
        widths = [
            (width, [measured(crisis(asked.turns, game, width), 0, asked.draws) for game in range(asked.games)])
            for width in WIDTHS
        ]
    heads = ("draws", "certified", "methods", "classes found", "draws per CPU-second")
    sizes = (
        (family, size, f"{games[0].endings:,}", f"{games[0].sets:,}", *told(games)) for family, size, games in rates
    )
    parts = {
        "growth-machine": f"{machine()}.",
        "growth": table(("family", "n", "endings", "information sets", *heads), sizes),
        "classes": table(("w", *heads), ((f"{width:g}", *told(games)) for width, games in widths)),
    }
    for name, text in parts.items():
        print(f"\n{text}", flush=True)
        if asked.write:
            put(name, text)
    if asked.write:
        (IMAGES / "study-growth.svg").write_text(chart(rates, widths), encoding="utf-8")


if __name__ == "__main__":
    main()
