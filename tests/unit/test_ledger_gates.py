"""The aims of the ledger's benchmark are computed rightly from what was measured."""

import json

import pytest

from benchmarks.gates import Gate, gates
from benchmarks.measuring import Tally, latencies
from benchmarks.results import Results

CELLS = {
    "pgledger.uniform.c64": {"accepted_per_second": [900.0, 1000.0, 1400.0]},
    "pgledger.hot.c64": {"accepted_per_second": [400.0, 400.0, 500.0]},
    "engine.alone.hot.c64": {"accepted_per_second": [800.0], "deadlocks": [0.0, 1.0]},
    "engine.queued.hot.c64": {
        "accepted_per_second": [3999.0],
        "p99_ms": [30.0, 10.0, 20.0],
    },
    "engine.unchained.hot.c64": {"accepted_per_second": [4300.0]},
    "engine.log.core": {"wal_record_bytes": [1200.0]},
    "http.donation.hot.w2.c64": {"accepted_per_second": [1300.0, 1200.0, 1000.0]},
    "http.confirmation.uniform.w2.c64": {"accepted_per_second": [711.0, 790.0, 1120.0]},
    "growth.1e4.post.uniform": {"p99_ms": [10.0]},
    "growth.1e6.post.uniform": {"p99_ms": [15.1]},
    "growth.1e6": {"deadlocks": [0.0]},
}


@pytest.fixture
def results() -> Results:
    found = Results({})
    for cell, figures in CELLS.items():
        for quantity, values in figures.items():
            for value in values:
                found.add(cell, {quantity: value}, ("pgledger.uniform.c64",))
    return found


@pytest.mark.parametrize(
    ("name", "value", "holds"),
    [
        ("HTTP donations / pgledger hot", 3.0, True),
        ("HTTP confirmations / pgledger uniform", 0.79, False),
        ("engine, a transaction each, hot / pgledger", 2.0, True),
        ("engine, a transaction each, uniform / pgledger", None, None),
        ("engine hot, queued / a transaction each", 3999 / 800, False),
        ("engine hot, queued, p99 ms", 20.0, True),
        ("engine hot, queued, with the chain / without", 3999 / 4300, False),
        ("engine uniform, queued, with the chain / without", None, None),
        ("HTTP confirmations / pgledger uniform, the aim beyond", 0.79, False),
        ("core log records, bytes a posting", 1200.0, True),
        ("posting with its indexes on disk, bytes", None, None),
        ("p99 of post.uniform, 1e6 / 1e4 postings", 1.51, False),
        ("deadlocks in all cells", 1.0, False),
    ],
)
def test_an_aim_is_the_median_of_the_rounds_beside_its_bound(
    results: Results, name: str, value: float | None, holds: bool | None
) -> None:
    (gate,) = [one for one in gates(results, 64, 2, ["1e4", "1e6"]) if one.name == name]
    assert (gate.value, gate.holds) == (pytest.approx(value) if value else value, holds)


def test_a_bound_itself_is_reached_from_both_sides() -> None:
    assert Gate("least", 2.0, 2, at_least=True).holds
    assert Gate("most", 2.0, 2, at_least=False).holds
    assert not Gate("least", 1.9, 2, at_least=True).holds
    assert not Gate("most", 2.1, 2, at_least=False).holds


def test_every_figure_is_told_with_its_spread_and_its_yardstick(results: Results) -> None:
    told = json.loads(json.dumps(results.as_json()))["figures"]
    figure = told["http.donation.hot.w2.c64.accepted_per_second"]
    assert (figure["median"], figure["min"], figure["max"]) == (1200.0, 1000.0, 1300.0)
    assert figure["yardsticks"] == {"pgledger.uniform.c64": 1000.0}
    assert figure["ratios"] == {"pgledger.uniform.c64": 1.2}


def test_rates_and_latencies_count_what_was_accepted_in_the_window() -> None:
    tally = Tally(took=[0.001] * 98 + [0.5, 0.9], refused=4, seconds=2.0)
    figures = tally.figures()
    assert (figures["accepted_per_second"], figures["refused_per_second"]) == (50.0, 2.0)
    assert latencies(tally.took) == {"p50_ms": 1.0, "p99_ms": 900.0, "max_ms": 900.0}
