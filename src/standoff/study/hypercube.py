"""A Latin hypercube of which any part can be made by itself.

With N draws, every parameter's interval (0, 1) is cut into N strata of equal length, and each holds exactly one draw
(McKay, Beckman & Conover 1979): point i has u = (pi(i) + v) / N, where pi is a permutation of 0 .. N-1 per dimension
and v is uniform. Usually pi is a shuffle of all N numbers. Here it is a keyed permutation that is computed at any i
alone: a Feistel network over Z_a x Z_b with a b >= N, numbers beyond N being sent through again (Black & Rogaway 2002).

Axes: ``u[draw, dimension]``. It is a permutation for the purposes of sampling, not of secrecy.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from standoff.game.game import Floats

ROUNDS = 8
BLOCK = 1024  # the places within the strata come in blocks, each with a generator of its own
STREAM = 0x1A71  # keeps these numbers apart from those of the other samplers

Words = NDArray[np.uint64]


def latin_hypercube(size: int, seed: int, dimensions: int, start: int, count: int) -> Floats:
    """Points number start to start + count of the hypercube of `size` points: float64[draw, dimension] in [0, 1)."""
    number = np.arange(start, start + count, dtype=np.uint64)
    keys = np.random.default_rng([seed, STREAM]).integers(0, 2**64, size=(dimensions, ROUNDS), dtype=np.uint64)
    strata = np.column_stack([permuted(number, size, key) for key in keys])
    first, last = start // BLOCK, (start + count - 1) // BLOCK
    blocks = [np.random.default_rng([seed, STREAM, n]).random((BLOCK, dimensions)) for n in range(first, last + 1)]
    within = np.concatenate(blocks)[start - first * BLOCK :][:count]
    # rounding must not carry a point over the edge of its stratum
    return np.asarray((strata + np.minimum(within, 1 - 2**-20)) / size)


def permuted(number: Words, size: int, key: Words) -> Words:
    """Where each of the numbers, all below `size`, goes under the permutation of this key (one word per round)."""
    left = math.isqrt(size - 1) + 1
    right = -(-size // left)
    result = _network(number, left, right, key)
    while (beyond := np.flatnonzero(result >= size)).size:
        result[beyond] = _network(result[beyond], left, right, key)
    return result


def _network(number: Words, left: int, right: int, key: Words) -> Words:
    """A permutation of 0 .. left * right - 1: each half in turn is shifted by a function of the other."""
    high, low = np.divmod(number, np.uint64(right))
    for turn, word in enumerate(key):
        if turn % 2:
            low = (low + _mixed(high, word) % np.uint64(right)) % np.uint64(right)
        else:
            high = (high + _mixed(low, word) % np.uint64(left)) % np.uint64(left)
    return np.asarray(high * np.uint64(right) + low)


def _mixed(words: Words, key: np.uint64) -> Words:
    """Scrambled 64-bit words: the finalising steps of SplitMix64 (Steele, Lea & Flood 2014), modulo 2^64."""
    mixed = words ^ key
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(mixed ^ (mixed >> np.uint64(31)))
