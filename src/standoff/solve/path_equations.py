"""The equations of logit paths at the numbers of one draw, and their elimination, compiled.

They are those of `standoff.solve.odds`, with the tables of `standoff.solve.path_program` and in the order of these, so
that a draw's result is the same whatever else is being computed. The weight of a terminal given that a row is played is
the belief of its node times the probabilities after it. Pivots are not searched for: a vanishing one gives values that
are not finite, which the caller has to expect.

Axes: ``log_p[row]``, ``payoff[terminal, actor]`` in units of the largest payoff range.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from standoff.game.game import Floats, Ints
from standoff.solve.compiled import inner
from standoff.solve.path_program import Places, Program


class Numbers(NamedTuple):
    """One draw's numbers."""

    payoff: Floats  # [terminal, actor]
    log_chance: Floats  # [terminal]
    log_prior: Floats  # [node]
    after: Floats  # [entry] probability of the chance branches between the entry's node and its terminal


class Linear(NamedTuple):
    """The equations at a point, to first order."""

    residual: Floats  # [unknown]
    jacobian: Floats  # [stored]
    by_precision: Floats  # [unknown] derivative in log precision
    solved: Floats  # [unknown, 2] the step to the solution, and the direction for a change of log precision
    value: Floats  # [row] expected payoff given that the row is played
    slope: Floats  # [cell + 1], last: zero
    drift: Floats  # [row] d log p / d log precision on explicit rows
    probability: Floats  # [row]
    onward: Floats  # [row] how its utility changes with them
    rise: Floats  # [block cell] slope in log-odds
    target: Ints  # [term] stored entry of the Jacobian to which a term belongs; all of these depend on the likeliest
    source: Ints  # [term] block cell
    sign: Floats  # [term] 1 for the likeliest option's slopes, -1 for the others'
    terms: Ints  # [1] how many there are
    weight: Floats  # [entry] probability of the terminal given that the row is played
    belief: Floats  # [node] given that its set is reached
    work: Floats  # a front, row by row, each row followed by both right-hand sides


@inner
def normalise(log_p: Floats, begin: int, end: int) -> None:
    """Shift the log probabilities of a set so that they sum to one."""
    most = log_p[begin]
    for row in range(begin + 1, end):
        most = max(most, log_p[row])
    total = 0.0
    for row in range(begin, end):
        total += np.exp(log_p[row] - most)
    shift = most + np.log(total)
    for row in range(begin, end):
        log_p[row] -= shift


@inner
def reached(above: Places, above_ptr: Ints, log_prior: Floats, log_p: Floats, begin: int, end: int) -> float:
    """Logarithm of the probability that play passes through some nodes, chance included."""
    most, total = -np.inf, 0.0
    for node in range(begin, end):
        own = log_prior[node]
        for step in range(above_ptr[node], above_ptr[node + 1]):
            own += log_p[above[step]]
        if own > most:
            total = total * np.exp(most - own) + 1.0
            most = own
        else:
            total += np.exp(own - most)
    return float(most + np.log(total))


@inner
def fill(p: Program, n: Numbers, log_p: Floats, precision: float, reply: Floats) -> None:
    """Put in the replies of explicit sets; `reply` [row] is room for them."""
    set_ptr, member_ptr, above, above_ptr = p.set_ptr, p.member_ptr, p.above, p.above_ptr
    path, path_ptr, ends, end_ptr, actor = p.path, p.path_ptr, p.end, p.end_ptr, p.actor
    payoff, log_chance, log_prior = n.payoff, n.log_chance, n.log_prior
    for number in p.explicit:
        base = reached(above, above_ptr, log_prior, log_p, member_ptr[number], member_ptr[number + 1])
        begin, end = set_ptr[number], set_ptr[number + 1]
        for row in range(begin, end):
            total = 0.0
            for entry in range(end_ptr[row], end_ptr[row + 1]):
                terminal = ends[entry]
                own = log_chance[terminal]
                for step in range(path_ptr[terminal], path_ptr[terminal + 1]):
                    own += log_p[path[step]]
                total += np.exp(own - log_p[row] - base) * payoff[terminal, actor[row]]
            reply[row] = precision * total
        for row in range(begin, end):
            log_p[row] = reply[row]
        normalise(log_p, begin, end)


@inner
def prefer(set_ptr: Ints, log_p: Floats, reference: Ints) -> bool:
    """Find the likeliest option of each set (the first of equals); whether one is another than before."""
    changed = False
    for number in range(len(reference)):
        best = set_ptr[number]
        for row in range(best + 1, set_ptr[number + 1]):
            if log_p[row] > log_p[best]:
                best = row
        changed = changed or reference[number] != best
        reference[number] = best
    return changed


@inner
def odds_of(set_ptr: Ints, unknown: Ints, values: Floats, reference: Ints, result: Floats) -> None:
    """[unknown] values of options over those of the likeliest."""
    for number in range(len(reference)):
        place = unknown[number]
        if place >= 0:
            for row in range(set_ptr[number], set_ptr[number + 1]):
                if row != reference[number]:
                    result[place] = values[row] - values[reference[number]]
                    place += 1


@inner
def put_odds(set_ptr: Ints, unknown: Ints, odds: Floats, reference: Ints, log_p: Floats) -> None:
    """Set the log probabilities of the sets that are not explicit."""
    for number in range(len(reference)):
        place = unknown[number]
        if place >= 0:
            for row in range(set_ptr[number], set_ptr[number + 1]):
                log_p[row] = 0.0
                if row != reference[number]:
                    log_p[row] = odds[place]
                    place += 1
            normalise(log_p, set_ptr[number], set_ptr[number + 1])


@inner
def believe(p: Program, log_prior: Floats, log_p: Floats, belief: Floats) -> None:
    """How likely each node is, given that its set is reached; from logarithms, which do not underflow."""
    member_ptr, above, above_ptr = p.member_ptr, p.above, p.above_ptr
    for number in range(len(member_ptr) - 1):
        begin, end, most, total = member_ptr[number], member_ptr[number + 1], -np.inf, 0.0
        for node in range(begin, end):
            own = log_prior[node]
            for step in range(above_ptr[node], above_ptr[node + 1]):
                own += log_p[above[step]]
            belief[node] = own
            most = max(most, own)
        for node in range(begin, end):
            belief[node] = np.exp(belief[node] - most)
            total += belief[node]
        for node in range(begin, end):
            belief[node] /= total


@inner
def utilities(p: Program, n: Numbers, log_p: Floats, linear: Linear) -> None:
    """Expected payoffs of rows and their slopes in log probabilities."""
    path, path_ptr, path_entry, nodes = p.path, p.path_ptr, p.path_entry, p.node
    ends, end_ptr, actor, cell, cell_ptr = p.end, p.end_ptr, p.actor, p.cell, p.cell_ptr
    payoff, after = n.payoff, n.after
    value, slope, weight, probability, belief = (
        linear.value,
        linear.slope,
        linear.weight,
        linear.probability,
        linear.belief,
    )
    believe(p, n.log_prior, log_p, belief)
    for row in range(len(log_p)):
        probability[row] = np.exp(log_p[row])
    for terminal in range(len(path_ptr) - 1):
        onward = 1.0
        for step in range(path_ptr[terminal + 1] - 1, path_ptr[terminal] - 1, -1):
            entry = path_entry[step]
            weight[entry] = belief[nodes[entry]] * onward * after[entry]
            onward *= probability[path[step]]
    for place in range(len(slope)):
        slope[place] = 0.0
    for row in range(len(log_p)):
        total = 0.0
        for entry in range(end_ptr[row], end_ptr[row + 1]):
            total += weight[entry] * payoff[ends[entry], actor[row]]
        value[row] = total
        for entry in range(end_ptr[row], end_ptr[row + 1]):
            spread = weight[entry] * (payoff[ends[entry], actor[row]] - total)
            for place in range(cell_ptr[entry], cell_ptr[entry + 1]):
                slope[cell[place]] += spread


@inner
def drifts(p: Program, precision: float, linear: Linear) -> None:
    """How explicit sets change with the logarithm of the precision, and the utilities of all rows with them."""
    set_ptr, column, column_ptr = p.set_ptr, p.column, p.column_ptr
    value, slope, drift, onward = linear.value, linear.slope, linear.drift, linear.onward
    probability = linear.probability
    for row in range(len(drift)):
        drift[row] = 0.0
    for number in p.explicit:
        begin, end = set_ptr[number], set_ptr[number + 1]
        mean = 0.0
        for row in range(begin, end):
            total = value[row]
            for cell in range(column_ptr[row], column_ptr[row + 1]):
                total += slope[cell] * drift[column[cell]]
            onward[row] = precision * total
            mean += probability[row] * onward[row]
        for row in range(begin, end):
            drift[row] = onward[row] - mean
    for row in range(len(value)):
        if p.unknown[p.row_set[row]] >= 0:
            total = 0.0
            for cell in range(column_ptr[row], column_ptr[row + 1]):
                total += slope[cell] * drift[column[cell]]
            onward[row] = total


@inner
def list_terms(p: Program, reference: Ints, linear: Linear) -> None:
    """Which slopes in log-odds make up which entries of the Jacobian, given the likeliest options."""
    set_ptr, unknowns, stored = p.set_ptr, p.unknown, p.stored
    block_set, block_ptr, block_cell_ptr = p.block_set, p.block_ptr, p.block_cell_ptr
    target, source, sign = linear.target, linear.source, linear.sign
    term = 0
    for number in range(len(reference)):
        unknown, likeliest = unknowns[number], reference[number]
        if unknown < 0:
            continue
        for row in range(set_ptr[number], set_ptr[number + 1]):
            if row == likeliest:
                continue
            for side in range(2):
                own = row if side == 0 else likeliest
                for block in range(block_ptr[own], block_ptr[own + 1]):
                    met = block_set[block]
                    option, other = set_ptr[met], unknowns[met]
                    for place in range(block_cell_ptr[block], block_cell_ptr[block + 1]):
                        if option != reference[met]:
                            target[term] = stored[unknown, other]
                            source[term] = place
                            sign[term] = -1.0 if side == 0 else 1.0
                            term += 1
                            other += 1
                        option += 1
            unknown += 1
    linear.terms[0] = term


@inner
def linearise(p: Program, n: Numbers, precision: float, log_p: Floats, reference: Ints, linear: Linear) -> None:
    """The equations at a point whose explicit sets are filled in; `list_terms` must know of the likeliest options."""
    utilities(p, n, log_p, linear)
    drifts(p, precision, linear)
    set_ptr, block_set, block_cell, block_cell_ptr = p.set_ptr, p.block_set, p.block_cell, p.block_cell_ptr
    value, slope, onward, jacobian = linear.value, linear.slope, linear.onward, linear.jacobian
    probability, rise = linear.probability, linear.rise
    for block in range(len(block_set)):
        total = 0.0  # every option of the set takes part in each of its log-odds
        for place in range(block_cell_ptr[block], block_cell_ptr[block + 1]):
            total += slope[block_cell[place]]
        option = set_ptr[block_set[block]]
        for place in range(block_cell_ptr[block], block_cell_ptr[block + 1]):
            rise[place] = precision * (slope[block_cell[place]] - probability[option] * total)
            option += 1
    for place in range(len(jacobian)):
        jacobian[place] = 0.0
    target, source, sign = linear.target, linear.source, linear.sign
    for term in range(linear.terms[0]):
        jacobian[target[term]] += sign[term] * rise[source[term]]
    for number in range(len(reference)):
        unknown, likeliest = p.unknown[number], reference[number]
        if unknown >= 0:
            for row in range(set_ptr[number], set_ptr[number + 1]):
                if row != likeliest:
                    gain = precision * (value[row] - value[likeliest])
                    linear.residual[unknown] = log_p[row] - log_p[likeliest] - gain
                    linear.by_precision[unknown] = -gain - precision * (onward[row] - onward[likeliest])
                    jacobian[p.stored[unknown, unknown]] += 1.0
                    unknown += 1


@inner
def gather(p: Program, number: int, values: Floats, right: Floats, work: Floats) -> None:
    """Copy a front into `work`."""
    front = p.front[p.front_ptr[number] : p.front_ptr[number + 1]]
    place, size = p.place[p.place_ptr[number] : p.place_ptr[number + 1]], len(front)
    for row in range(size):
        own, source = work[row * (size + 2) : (row + 1) * (size + 2)], place[row * size : (row + 1) * size]
        for column in range(size):
            own[column] = values[source[column]]
        own[size] = right[front[row], 0]
        own[size + 1] = right[front[row], 1]


@inner
def scatter(p: Program, number: int, values: Floats, right: Floats, work: Floats) -> None:
    """Copy back what is read later: the rows of pivots from the diagonal on, and what is left of the others."""
    front = p.front[p.front_ptr[number] : p.front_ptr[number + 1]]
    place, size = p.place[p.place_ptr[number] : p.place_ptr[number + 1]], len(front)
    for row in range(size):
        own, source = work[row * (size + 2) : (row + 1) * (size + 2)], place[row * size : (row + 1) * size]
        for column in range(min(row, p.pivots[number]), size):
            values[source[column]] = own[column]
        right[front[row], 0] = own[size]
        right[front[row], 1] = own[size + 1]


@inner
def reduce(work: Floats, pivots: int, size: int) -> float:
    """Eliminate the first unknowns of a front of some size, row by row; the sign of the product of their pivots."""
    width, sign = size + 2, 1.0
    for row in range(size):
        for pivot in range(min(row, pivots)):
            own, above = (
                work[row * width + pivot : (row + 1) * width],
                work[pivot * width + pivot : (pivot + 1) * width],
            )
            factor = own[0] / above[0]
            for column in range(1, len(above)):
                own[column] -= factor * above[column]
        if row < pivots:
            sign *= np.sign(work[row * width + row])
    return sign


@inner
def eliminate(p: Program, linear: Linear) -> float:
    """Solve for the step and the direction; the sign of the determinant."""
    right, values, work = linear.solved, linear.jacobian, linear.work
    for unknown in range(len(right)):
        right[unknown, 0] = linear.residual[unknown]
        right[unknown, 1] = linear.by_precision[unknown]
    sign = 1.0
    for number in range(len(p.pivots)):
        gather(p, number, values, right, work)
        sign *= reduce(work, p.pivots[number], p.front_ptr[number + 1] - p.front_ptr[number])
        scatter(p, number, values, right, work)
    for number in range(len(p.pivots) - 1, -1, -1):
        front = p.front[p.front_ptr[number] : p.front_ptr[number + 1]]
        place, size = p.place[p.place_ptr[number] : p.place_ptr[number + 1]], len(front)
        for row in range(p.pivots[number] - 1, -1, -1):
            source, step, onward = place[row * size : (row + 1) * size], right[front[row], 0], right[front[row], 1]
            for column in range(row + 1, size):
                step -= values[source[column]] * right[front[column], 0]
                onward -= values[source[column]] * right[front[column], 1]
            right[front[row], 0] = step / values[source[row]]
            right[front[row], 1] = onward / values[source[row]]
    return float(sign)
