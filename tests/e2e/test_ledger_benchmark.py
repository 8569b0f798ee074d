"""The benchmarks run from end to end, and the books are proved after every cell."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.source import ROOT

SECONDS_MAX = 300
"""The quick run takes less than a minute on two quiet cores."""


@pytest.mark.deep
def test_the_quick_run_measures_every_level_beside_its_yardstick(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ledger", "--quick", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        timeout=SECONDS_MAX,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    told = json.loads(file.read_text())
    figures = told["figures"]
    ways = [f"engine.{way}.hot.c64" for way in ("alone", "queued", "unchained", "spread.w2")]
    for cell in ("raw.hot.c64", "raw.uniform.c64", *ways):
        assert figures[f"{cell}.accepted_per_second"]["median"] > 0
        assert figures[f"{cell}.wal_bytes"]["median"] > 0
    for cell in ("http.donation.hot.w2.c64", "http.confirmation.uniform.w2.c64"):
        assert figures[f"{cell}.accepted_per_second"]["yardsticks"].keys() >= {"http.noop.w2.c64"}
        assert figures[f"{cell}.errors"]["median"] == 0
    assert told["findings"] == {}
    assert figures["growth.5e3.deadlocks"]["median"] == 0
    assert figures["growth.5e3.whole.disk_bytes"]["median"] > 0
    bounds = {gate["name"]: gate["holds"] for gate in told["gates"]}
    assert bounds["core log records, bytes a posting"]
    assert bounds["deadlocks in all cells"]
    assert bounds["HTTP donations / pgledger hot"] is None
    assert "The books are proved after every cell." in done.stdout


@pytest.mark.deep
def test_who_is_asking_costs_one_read_by_its_keys(tmp_path: Path) -> None:
    file = tmp_path / "figures.json"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.asking", "--quick", "--json", str(file)],
        cwd=ROOT,
        capture_output=True,
        timeout=SECONDS_MAX,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    figures = json.loads(file.read_text())["figures"]
    for way, statements, rows in (("public", 1, 0), ("signed-in", 2, 2), ("member", 2, 2)):
        assert figures[f"{way}.counted.statements"]["median"] == statements
        assert figures[f"{way}.counted.rows"]["median"] == rows
        assert figures[f"{way}.counted.scans"]["median"] == 0
        assert figures[f"{way}.c16.p50_ms"]["median"] > 0
