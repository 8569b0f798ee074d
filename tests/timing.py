"""Whether two ways of asking take the same time: pairs in turn, and Mann and Whitney's test."""

import gc
import math
import random
import time
from collections.abc import Awaitable, Callable, Sequence

Ask = Callable[[], Awaitable[object]]
WARM = 20
ALIKE_MIN = 0.01
"""Under this probability, chance alone does not explain how the times differ."""
RUNS_MAX = 3


async def took(one: Ask, other: Ask, pairs: int) -> tuple[list[float], list[float]]:
    """The seconds of each, asked in pairs, which of the two is first being left to chance."""
    times: tuple[list[float], list[float]] = ([], [])
    chance = random.Random(pairs)
    gc.collect()
    gc.disable()
    try:
        for number in range(-WARM, pairs):
            ways = [(one, times[0]), (other, times[1])]
            chance.shuffle(ways)
            for ask, kept in ways:
                began = time.perf_counter()
                await ask()
                if number >= 0:
                    kept.append(time.perf_counter() - began)
    finally:
        gc.enable()
    return times


def probability(one: Sequence[float], other: Sequence[float]) -> float:
    """How probable it is that times differ so much if both come from the same distribution.

    Mann and Whitney's U, two-sided, by the normal approximation with the correction for ties.
    """
    ranks = _ranks([*one, *other])
    first, second = len(one), len(other)
    count = first + second
    u = sum(ranks[:first]) - first * (first + 1) / 2
    ties = sum(size**3 - size for size in _ties([*one, *other]))
    variance = first * second / 12 * (count + 1 - ties / (count * (count - 1)))
    if variance <= 0:
        return 1.0
    z = (abs(u - first * second / 2) - 0.5) / math.sqrt(variance)
    return math.erfc(max(0.0, z) / math.sqrt(2))


async def are_alike(one: Ask, other: Ask, pairs: int) -> list[float]:
    """The probabilities of runs until one is explained by chance; at most `RUNS_MAX` runs."""
    found: list[float] = []
    while len(found) < RUNS_MAX and (not found or found[-1] < ALIKE_MIN):
        found.append(probability(*await took(one, other, pairs)))
    return found


def _ranks(values: Sequence[float]) -> list[float]:
    """The place of each among all, the mean of their places for equal ones."""
    order = sorted(range(len(values)), key=values.__getitem__)
    ranks, begin = [0.0] * len(values), 0
    while begin < len(order):
        end = begin
        while end < len(order) and values[order[end]] == values[order[begin]]:
            end += 1
        for place in order[begin:end]:
            ranks[place] = (begin + 1 + end) / 2
        begin = end
    return ranks


def _ties(values: Sequence[float]) -> list[int]:
    counts: dict[float, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return list(counts.values())
