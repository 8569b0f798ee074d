"""The printed tables: every figure with its spread over the rounds and its ratio to a yardstick."""

from typing import Final

from rich.console import Console
from rich.table import Table

from benchmarks.gates import Gate
from benchmarks.results import Results

WIDTH: Final = 200
_SPEED: Final = {
    "accepted_per_second": "accepted/s",
    "p50_ms": "p50 ms",
    "p99_ms": "p99 ms",
    "max_ms": "max ms",
    "refused_per_second": "refused/s",
    "errors": "errors",
    "deadlocks": "deadlocks",
    "transactions": "transactions each",
}
_COST: Final = {
    "wal_bytes": "log B, page images too",
    "wal_record_bytes": "log B, records",
    "disk_bytes": "disk B",
    "python_cpu_us": "Python µs",
    "postgres_cpu_us": "PostgreSQL µs",
    "client_cpu_us": "client µs",
    "round_trips": "round trips",
}
_PLAIN: Final = frozenset({"refused_per_second", "errors", "deadlocks", "transactions"})
"""Counts that should be nothing: no ratio says more."""


def show(found: Results, gates: list[Gate]) -> None:
    """Print everything."""
    console = Console(width=WIDTH, highlight=False)
    for name, value in found.about.items():
        console.print(f"{name}: {value}")
    note = (
        "median (least - most) over the rounds, and how many times the cell named under «against»"
    )
    console.print(_table("Speed", found, _SPEED), f"[dim]{note}[/dim]")
    console.print(_table("Cost of each posting or request", found, _COST))
    console.print(_gates(gates))
    for cell, findings in found.findings.items():
        console.print(f"[red]VOID[/red]: after {cell} the books do not prove")
        for finding in findings:
            console.print(f"  {finding}")
    if not found.findings:
        console.print("The books are proved after every cell.")


def _table(title: str, found: Results, columns: dict[str, str]) -> Table:
    table = Table("cell", "against", title=title, title_justify="left")
    for header in columns.values():
        table.add_column(header, justify="right")
    for cell, figures in found.cells.items():
        if figures.keys() & columns.keys():
            texts = [_figure(found, cell, quantity) for quantity in columns]
            table.add_row(cell, _against(found, cell, columns), *texts)
    return table


def _against(found: Results, cell: str, columns: dict[str, str]) -> str:
    for quantity in columns:
        nearest = found.nearest(cell, quantity)
        if nearest is not None:
            return nearest[0]
    return ""


def _figure(found: Results, cell: str, quantity: str) -> str:
    spread = found.spread(cell, quantity)
    if spread is None:
        return ""
    text = _number(spread.median)
    if spread.least != spread.most:
        text += f" ({_number(spread.least)} - {_number(spread.most)})"
    nearest = found.nearest(cell, quantity)
    if nearest is None or quantity in _PLAIN:
        return text
    return f"{text} [cyan]{_number(nearest[1])}x[/cyan]"


def _number(value: float) -> str:
    if value >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.2f}" if value < 10 else f"{value:.1f}"


def _gates(gates: list[Gate]) -> Table:
    table = Table("aim", "bound", "measured", "", title="Aims", title_justify="left")
    words = {True: "[green]reached[/green]", False: "[red]not reached[/red]", None: "not measured"}
    for gate in gates:
        bound = f"{'at least' if gate.at_least else 'at most'} {_number(gate.bound)}"
        value = "" if gate.value is None else _number(gate.value)
        table.add_row(gate.name, bound, value, words[gate.holds])
    return table
