"""Numbers for the operator (Prometheus). Labels are names of operations, never of people."""

import os
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess

MULTIPROCESS_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"

REQUESTS: Final = Counter(
    "timebank_requests_total", "Answered requests.", ["operation", "method", "status"]
)
SECONDS: Final = Histogram(
    "timebank_request_seconds",
    "Time to answer.",
    ["operation"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
RETRIES: Final = Counter(
    "timebank_transaction_retries_total",
    "Transactions run again, by why they failed.",
    ["reason"],
)
BUSY: Final = Counter(
    "timebank_transactions_busy_total",
    "Transactions that were given up and answered as busy, by why they failed at last.",
    ["reason"],
)
LANE_ASKS: Final = Histogram(
    "timebank_lane_batch_asks",
    "Asks done in one transaction.",
    ["lane"],
    buckets=(1, 2, 4, 8, 16, 32, 64),
)
LANE_WAIT: Final = Histogram(
    "timebank_lane_wait_seconds",
    "Time in the queue before the batch begins.",
    ["lane"],
    buckets=(0.0001, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5),
)
LANE_PARTS: Final = Counter(
    "timebank_lane_cut_total", "Batches cut and tried again in parts.", ["lane", "reason"]
)
DEEDS: Final = Counter(
    "timebank_ledger_deeds_total",
    "Deeds asked of the books: accepted (and committed), or why they were refused.",
    ["outcome"],
)
REUSES: Final = Counter(
    "timebank_refresh_reuses_total",
    "Sessions ended because a refresh token that was used before came back.",
)
JOBS: Final = Counter("timebank_jobs_total", "Jobs done.", ["job", "outcome"])


def exposition() -> bytes:
    """All numbers in the Prometheus text format, over all processes when there are several."""
    if MULTIPROCESS_FOLDER not in os.environ:
        return generate_latest()
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return generate_latest(registry)
