"""What a reader sees of a drawing, measured from its SVG text: where lines run and what they meet.

Curves are followed in `STEPS` straight pieces. Nothing here asks the layout why something stands where it does.
"""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import numpy as np

from standoff.draw.placed import Box

SVG = "{http://www.w3.org/2000/svg}"
STEPS = 24
Points = np.ndarray  # float64[point, 2]


@dataclass(frozen=True)
class Line:
    """A branch as drawn: the node it leads to, its points, where its level run begins, and its width."""

    child: int
    points: Points
    level: float
    width: float


def branches(root: ElementTree.Element) -> list[Line]:
    found = []
    for path in root.iter(f"{SVG}path"):
        if path.get("data-child") is None:
            continue
        numbers = [float(part) for part in re.findall(r"-?[\d.]+", path.get("d") or "")]
        assert re.sub(r"[-\d. ]", "", path.get("d") or "") == "MCH"
        x0, y0, x1, y1, x2, y2, x3, y3, end = numbers
        t = np.linspace(0, 1, STEPS + 1)[:, None]
        corners = [np.array(pair) for pair in ((x0, y0), (x1, y1), (x2, y2), (x3, y3))]
        a, b, c, d = corners
        curve = (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t**2 * c + t**3 * d
        points = np.vstack([curve, [[end, y3]]])
        found.append(Line(int(path.get("data-child") or 0), points, x3, float(path.get("stroke-width") or 0)))
    return found


def joins(root: ElementTree.Element) -> list[list[Points]]:
    """Per dashed join the straight pieces of it (the legend's sample, which is level, is none)."""
    found = []
    for path in root.iter(f"{SVG}path"):
        if path.get("class") == "so-join" and "H" not in (path.get("d") or ""):
            numbers = [float(part) for part in re.findall(r"-?[\d.]+", path.get("d") or "")]
            found.append(list(np.array(numbers).reshape(-1, 2, 2)))
    return found


def cross(first: Points, second: Points) -> int:
    """How often two lines properly cross: in the inside of a piece of each, not at a common end."""

    def side(a: Points, b: Points, p: Points) -> Points:
        return (b[..., 0] - a[..., 0]) * (p[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (p[..., 0] - a[..., 0])

    a, b = first[:-1, None], first[1:, None]
    c, d = second[None, :-1], second[None, 1:]
    slack = 1e-9
    apart = (side(a, b, c) * side(a, b, d) < -slack) & (side(c, d, a) * side(c, d, b) < -slack)
    return int(apart.sum())


def extent(points: Points) -> Box:
    low, high = points.min(axis=0), points.max(axis=0)
    return Box(low[0], low[1], high[0] - low[0], high[1] - low[1])


def overlap(a: Box, b: Box) -> bool:
    """Whether the insides of the two have a point in common."""
    return a.left < b.right and b.left < a.right and a.top < b.bottom and b.top < a.bottom


def meets(points: Points, width: float, box: Box) -> bool:
    """Whether a line of that width runs through a box: clipped, piece by piece, to the box and half its width more."""
    low = np.array([box.left - width / 2, box.top - width / 2])
    high = np.array([box.right + width / 2, box.bottom + width / 2])
    for start, end in itertools.pairwise(points):
        step = end - start
        first, last = 0.0, 1.0
        for axis in (0, 1):
            if step[axis] == 0:
                if not low[axis] < start[axis] < high[axis]:
                    first, last = 1.0, 0.0
                continue
            ends = sorted(((low[axis] - start[axis]) / step[axis], (high[axis] - start[axis]) / step[axis]))
            first, last = max(first, ends[0]), min(last, ends[1])
        if last - first > 1e-9:
            return True
    return False


def collisions(boxes: list[Box]) -> int:
    """Pairs that overlap, by sweeping from the top."""
    boxes = sorted(boxes, key=lambda box: box.top)
    found, open_boxes = 0, []
    for box in boxes:
        open_boxes = [other for other in open_boxes if other.bottom > box.top]
        found += sum(overlap(box, other) for other in open_boxes)
        open_boxes.append(box)
    return found
