"""The queued engine in several processes, as the program is served: each has a queue of its own."""

import asyncio
import multiprocessing
import random
import time
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Final, NamedTuple

import uvloop

from app.kit.collecting import spare_collector
from benchmarks.costs import read, spent
from benchmarks.engine import DATABASE, SEED, Poster, Way
from benchmarks.measuring import Figures, Tally, Window, deadlocks, drive
from benchmarks.place import Place
from benchmarks.proving import findings
from benchmarks.town import Town

START_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 30.0


@dataclass(frozen=True)
class Part:
    """What one of the processes does."""

    place: Place
    town: Town
    is_hot: bool
    clients: int
    window: Window
    seed: int


class Told(NamedTuple):
    """What one of the processes saw."""

    tally: Tally
    cpu_seconds: float
    transactions: int


async def measure(
    place: Place,
    town: Town,
    template: str,
    *,
    is_hot: bool,
    clients: int,
    processes: int,
    window: Window,
) -> tuple[Figures, list[str]]:
    """One cell in a fresh copy of the town; gives its figures and the findings of the proof."""
    await place.create(DATABASE, template)
    before = await read(place, DATABASE, checkpoint=True)
    each = clients // processes
    parts = [Part(place, town, is_hot, each, window, SEED + one) for one in range(processes)]
    told = await asyncio.to_thread(_play, parts)
    tally = Tally.of([one.tally for one in told])
    figures = tally.figures() | await spent(place, before, tally.accepted_in_all)
    accepted = max(1, tally.accepted_in_all)
    figures["python_cpu_us"] = sum(one.cpu_seconds for one in told) / accepted * 1e6
    figures["transactions"] = sum(one.transactions for one in told) / accepted
    figures["deadlocks"] = await deadlocks(place, DATABASE)
    found = await findings(place, DATABASE, town.bank_id)
    await place.drop(DATABASE)
    return figures, found


def _play(parts: list[Part]) -> list[Told]:
    """Let each part be played by a process, all at the same time.

    Raises:
        EOFError: when one of them failed.
    """
    spawning = multiprocessing.get_context("spawn")
    barrier, pipes = spawning.Barrier(len(parts)), []
    processes = []
    for part in parts:
        hears, tells = spawning.Pipe(duplex=False)
        process = spawning.Process(target=_be, args=(part, barrier, tells))
        process.start()
        tells.close()
        pipes.append(hears)
        processes.append(process)
    told = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join(STOP_SECONDS_MAX)
    return told


def _be(part: Part, barrier: Barrier, tells: Connection) -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        tells.send(runner.run(_posted(part, barrier)))


async def _posted(part: Part, barrier: Barrier) -> Told:
    ground = part.place.ground(DATABASE)
    chance = random.Random(part.seed)
    poster = Poster(ground, part.town, part.is_hot, Way.QUEUED, chance=chance)
    spare_collector()
    barrier.wait(START_SECONDS_MAX)
    began = time.process_time()
    try:
        tally = await drive(part.clients, part.window, poster.once)
        return Told(tally, time.process_time() - began, poster.transactions)
    finally:
        await ground.database.close()
