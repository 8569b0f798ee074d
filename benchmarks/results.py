"""What a run found: figures by cell and quantity over the rounds, beside their yardsticks."""

import statistics
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from benchmarks.measuring import Figures


@dataclass(frozen=True)
class Spread:
    """One figure over the rounds."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """The spread of what was measured."""
        return cls(statistics.median(values), min(values), max(values))


@dataclass
class Results:
    """Everything of one run."""

    about: dict[str, Any]
    """The machine, the server's settings, the rounds."""
    cells: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    yardsticks: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The cells that each cell is held against, the nearest first."""
    findings: dict[str, list[str]] = field(default_factory=dict)
    """What was wrong with the books after a cell: then the run is void."""

    def add(self, cell: str, figures: Figures, yardsticks: tuple[str, ...] = ()) -> None:
        """Add what one round of a cell measured."""
        self.yardsticks[cell] = yardsticks
        for quantity, value in figures.items():
            self.cells[cell][quantity].append(value)

    def proved(self, cell: str, found: list[str]) -> None:
        """Note what the proof after a cell found; nothing is best."""
        if found:
            self.findings.setdefault(cell, []).extend(found)

    def spread(self, cell: str, quantity: str) -> Spread | None:
        """One figure, or None when it was not measured."""
        values = self._values(cell, quantity)
        return Spread.of(values) if values else None

    def median(self, cell: str, quantity: str) -> float | None:
        """The median of one figure, or None when it was not measured."""
        spread = self.spread(cell, quantity)
        return spread.median if spread else None

    def ratio(self, cell: str, quantity: str, yardstick: str) -> float | None:
        """How many times the yardstick's figure this one is; None without one, or with zero.

        Each round is held against itself, as a machine that others share is faster in one than in
        the next; the median of that.
        """
        mine, other = self._values(cell, quantity), self._values(yardstick, quantity)
        ratios = [one / beside for one, beside in zip(mine, other, strict=False) if beside]
        return statistics.median(ratios) if ratios else None

    def nearest(self, cell: str, quantity: str) -> tuple[str, float] | None:
        """The first yardstick that has the quantity, and the ratio to it."""
        for yardstick in self.yardsticks.get(cell, ()):
            ratio = self.ratio(cell, quantity, yardstick)
            if ratio is not None:
                return yardstick, ratio
        return None

    def as_json(self) -> dict[str, Any]:
        """Every figure by name, with its yardsticks beside it."""
        return {
            "about": self.about,
            "figures": {
                f"{cell}.{quantity}": self._figure(cell, quantity)
                for cell, figures in self.cells.items()
                for quantity in figures
            },
            "findings": self.findings,
        }

    def _values(self, cell: str, quantity: str) -> list[float]:
        """What each round measured."""
        return self.cells[cell][quantity] if quantity in self.cells.get(cell, {}) else []

    def _figure(self, cell: str, quantity: str) -> dict[str, Any]:
        spread = self.spread(cell, quantity)
        assert spread is not None, "only what was measured is asked for"
        beside = {name: self.median(name, quantity) for name in self.yardsticks.get(cell, ())}
        return {
            "median": spread.median,
            "min": spread.least,
            "max": spread.most,
            "values": self.cells[cell][quantity],
            "yardsticks": {name: value for name, value in beside.items() if value is not None},
            "ratios": {name: self.ratio(cell, quantity, name) for name in beside},
        }
