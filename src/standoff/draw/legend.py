"""What stands above and below the tree: the moves over their columns, and the legend of signs that the drawing uses."""

from __future__ import annotations

from collections.abc import Sequence

from standoff.draw.fold import NEGLIGIBLE, Shown
from standoff.draw.labels import cut, wrap
from standoff.draw.placed import FONT, LEADING, LEGEND, MARGIN, PAD, RADIUS, ROW_GAP, SMALL, Box, Label, LegendItem
from standoff.draw.subject import Subject, reached
from standoff.draw.widths import text_width


def _head_texts(subject: Subject, xs: Sequence[float]) -> list[tuple[tuple[str, ...], tuple[str, ...], str]]:
    """Per column: the move's name, its actor, and both in full; none for an .efg, whose columns are depths."""
    game = subject.game
    if game.move is None:
        return []
    heads = []
    for column, move in enumerate(subject.columns):
        room = xs[column + 1] - xs[column] - 2 * PAD
        name = subject.names.move(game.moves[move])
        actors = sorted({int(game.actor[n]) for n, c in subject.column.items() if c == column})
        owner = " / ".join(subject.names.actors[a] if a >= 0 else "chance" for a in actors)
        heads.append(
            (wrap(cut(name, 40), room, FONT, bold=True), wrap(cut(owner, 40), room, SMALL, 2), f"{name} ({owner})")
        )
    return heads


def head_height(subject: Subject, xs: Sequence[float]) -> float:
    """Room that the heads of the columns at `xs` take."""
    heads = _head_texts(subject, xs)
    tall = [len(name) * (FONT + LEADING) + len(owner) * (SMALL + LEADING) for name, owner, _ in heads]
    return MARGIN + max(tall, default=0.0) + (2 * ROW_GAP if heads else 0.0)


def head_labels(subject: Subject, xs: Sequence[float]) -> tuple[Label, ...]:
    """The name of each move over its column, and below it whose move it is."""
    labels = []
    for column, (name, owner, full) in enumerate(_head_texts(subject, xs)):
        left = xs[column] - RADIUS
        height = len(name) * (FONT + LEADING)
        for role, lines, size, top in (
            ("head", name, FONT, MARGIN),
            ("owner", owner, SMALL, MARGIN + height),
        ):
            width = max((text_width(line, size, bold=role == "head") for line in lines), default=0.0)
            labels.append(Label(role, lines, full, Box(left, top, width, len(lines) * (size + LEADING)), size))
    return tuple(labels)


def legend_items(subject: Subject, right: float, top: float) -> tuple[tuple[LegendItem, ...], float]:
    """The legend in as many lines as it needs, and the height of the whole drawing."""
    shown = subject.shown.values()
    acting = {int(subject.game.actor[entry.node]) for entry in shown if entry.children}
    if subject.equilibrium is not None:  # payoffs name actors by their letters, also those that do not move here
        acting |= set(range(len(subject.names.actors)))
    entries = [("actor", a, subject.names.actors[a]) if a >= 0 else ("chance", -1, "chance") for a in sorted(acting)]
    if subject.equilibrium is not None:
        entries.append(("path", -1, "what happens in equilibrium (wider: more often)"))
        if any(not reached(subject, n.node) for n in shown):
            entries.append(("unplayed", -1, "not played"))
    if subject.equilibrium is not None and any(_chosen_off_path(subject, entry) for entry in shown):
        entries.append(("choice", -1, "would be chosen if play came here"))
    if subject.joined:
        belief = "; μ: which of them it believes it is at" if subject.equilibrium else ""
        entries.append(("join", -1, f"the actor cannot tell these apart{belief}"))
    if subject.equilibrium is not None and any(not entry.children and not entry.folded for entry in shown):
        entries.append(("ending", -1, "ending, how often it is reached, and what it is worth to each"))
    if any(entry.folded for entry in shown):
        entries.append(("stub", -1, "folded: how many endings, and what play from there on would be worth to each"))
    items, x, y = [], MARGIN, top + ROW_GAP + FONT
    for sample, actor, full in entries:
        (text,) = wrap(full, LEGEND - 60, SMALL, 1)
        width = text_width(text, SMALL)
        if x > MARGIN and x + 30 + width > right - MARGIN:
            x, y = MARGIN, y + 2 * FONT
        label = Label("legend", (text,), full, Box(x + 30, y - SMALL / 2, width, SMALL), SMALL)
        items.append(LegendItem(sample, actor, x, y, label))
        x += 30 + width + 18
    return tuple(items), y + FONT + MARGIN


def _chosen_off_path(subject: Subject, shown: Shown) -> bool:
    assert subject.equilibrium is not None
    node = shown.node
    return (
        shown is not subject.root
        and not reached(subject, node)
        and float(subject.equilibrium.play.branch[node]) > NEGLIGIBLE
    )
