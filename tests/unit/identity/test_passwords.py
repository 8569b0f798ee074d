"""Hashing is bounded, and an unknown login takes as long as a known one."""

import asyncio
import dataclasses
import resource
import threading
import time
import unicodedata
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import cast

import pytest
from argon2 import extract_parameters
from argon2.exceptions import InvalidHashError

from app.identity.passwords import (
    PASSWORD_CHARS_MAX,
    TYPED_CHARS_MAX,
    HashingBusy,
    PasswordFlaw,
    PasswordProfile,
    Passwords,
    check_acceptable,
)

GOOD = "tri mačke na strehi"


@pytest.fixture
def passwords() -> Passwords:
    return Passwords(PasswordProfile.TEST)


async def test_a_password_opens_its_own_hash_only(passwords: Passwords) -> None:
    stored = await passwords.hash(GOOD)
    assert stored.startswith("$argon2id$v=19$")
    assert await passwords.verify(stored, GOOD) is True
    for wrong in ("", GOOD[:-1], GOOD + " ", GOOD.upper(), "tri macke na strehi"):
        assert await passwords.verify(stored, wrong) is False


async def test_equal_passwords_have_different_hashes(passwords: Passwords) -> None:
    assert await passwords.hash(GOOD) != await passwords.hash(GOOD)


async def test_both_ways_to_type_a_caron_open_the_door(passwords: Passwords) -> None:
    decomposed = unicodedata.normalize("NFD", GOOD)
    assert decomposed != GOOD
    assert await passwords.verify(await passwords.hash(decomposed), GOOD)
    assert await passwords.verify(await passwords.hash(GOOD), decomposed)


async def test_nothing_of_a_long_password_is_cut_off(passwords: Passwords) -> None:
    longest = "č" * (PASSWORD_CHARS_MAX - 1) + "a"
    stored = await passwords.hash(longest)
    assert await passwords.verify(stored, longest)
    assert not await passwords.verify(stored, longest[:-1] + "b")
    assert not await passwords.verify(stored, longest[:-1])


@pytest.mark.parametrize("unusable", ["a" * (TYPED_CHARS_MAX + 1), "ab\0\ud800 secret words"])
async def test_unusable_text_is_nobodys_password_and_is_not_quoted(
    passwords: Passwords, unusable: str
) -> None:
    assert await passwords.verify(await passwords.hash(GOOD), unusable) is False
    assert await passwords.verify(None, unusable) is False
    with pytest.raises(ValueError, match=r"^the password is too long or unreadable$") as refusal:
        await passwords.hash(unusable)
    assert refusal.value.__context__ is None


async def test_an_endless_text_costs_no_endless_normalising(passwords: Passwords) -> None:
    endless = "a" + "\u0301\u0327" * 100_000
    start = time.perf_counter()
    assert not await passwords.verify(None, endless)
    assert check_acceptable(endless) is PasswordFlaw.TOO_LONG
    assert time.perf_counter() - start < 1


async def test_the_profiles_cost_what_they_say() -> None:
    costs = {
        PasswordProfile.STRONG: (64 * 1024, 3, 1),
        PasswordProfile.MINIMUM: (19 * 1024, 2, 1),
        PasswordProfile.TEST: (8, 1, 1),
    }
    for profile, cost in costs.items():
        passwords = Passwords(profile)
        for stored in (await passwords.hash(GOOD), passwords._nobodys):
            made = extract_parameters(stored)
            assert (made.memory_cost, made.time_cost, made.parallelism) == cost
            assert made == profile.value


async def test_a_hash_of_another_profile_still_opens_but_is_to_be_made_anew() -> None:
    old, new = Passwords(PasswordProfile.TEST), Passwords(PasswordProfile.MINIMUM)
    stored = await old.hash(GOOD)
    assert await new.verify(stored, GOOD)
    assert new.needs_rehash(stored)
    assert not old.needs_rehash(stored)
    assert not new.needs_rehash(await new.hash(GOOD))


async def test_an_unknown_login_is_refused_in_the_same_time() -> None:
    passwords = Passwords(PasswordProfile.MINIMUM)
    stored = await passwords.hash(GOOD)

    async def seconds(known: str | None, typed: str) -> float:
        start = time.perf_counter()
        assert await passwords.verify(known, typed) is False
        return time.perf_counter() - start

    pairs = [(await seconds(stored, "wrong"), await seconds(None, "wrong")) for _ in range(9)]
    assert 0.5 < median(unknown for _, unknown in pairs) / median(known for known, _ in pairs) < 2


async def test_a_broken_hash_is_a_fault_not_a_wrong_password(passwords: Passwords) -> None:
    with pytest.raises(InvalidHashError):
        await passwords.verify("not a hash", GOOD)
    assert await passwords.verify(await passwords.hash(GOOD), GOOD)


class Gate:
    """Work that waits in its thread until the test opens the gate."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.inside = self.most = 0
        self._lock = threading.Lock()
        self._entered = threading.Semaphore(0)

    def __call__(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        self._entered.release()
        self.open.wait(10)
        with self._lock:
            self.inside -= 1

    async def is_entered_by(self, count: int) -> None:
        for _ in range(count):
            assert await asyncio.to_thread(self._entered.acquire, timeout=10)


async def test_only_so_many_hash_at_once_so_many_wait_and_the_rest_are_sent_away() -> None:
    passwords, gate = Passwords(PasswordProfile.TEST, at_once=2, queue_max=3), Gate()
    tasks = [asyncio.create_task(passwords._in_turn(gate)) for _ in range(5)]
    await gate.is_entered_by(2)
    for _ in range(2):
        with pytest.raises(HashingBusy):
            await passwords.verify(None, GOOD)
    gate.open.set()
    await asyncio.gather(*tasks)
    assert gate.most == 2
    assert await passwords.verify(None, GOOD) is False


async def test_cancelled_sign_ins_do_not_let_more_hash_at_once() -> None:
    passwords, gate = Passwords(PasswordProfile.TEST, at_once=2, queue_max=3), Gate()
    gone = [asyncio.create_task(passwords._in_turn(gate)) for _ in range(5)]
    await gate.is_entered_by(2)
    for task in gone:
        task.cancel()
    await asyncio.gather(*gone, return_exceptions=True)
    tasks = [asyncio.create_task(passwords._in_turn(gate)) for _ in range(3)]
    await asyncio.sleep(0.05)
    assert gate.inside == 2
    gate.open.set()
    await asyncio.gather(*tasks)
    assert gate.most == 2


async def test_work_that_fails_gives_its_place_back(passwords: Passwords) -> None:
    def fail() -> None:
        raise RuntimeError

    for _ in range(5):
        with pytest.raises(RuntimeError):
            await passwords._in_turn(fail)
    assert await passwords.verify(None, GOOD) is False


async def test_many_sign_ins_at_once_are_all_answered() -> None:
    passwords = Passwords(PasswordProfile.TEST)
    stored = await passwords.hash(GOOD)
    answers = await asyncio.gather(*(passwords.verify(stored, GOOD) for _ in range(60)))
    assert answers == [True] * 60


async def test_a_password_shows_nowhere(passwords: Passwords) -> None:
    stored = await passwords.hash(GOOD)
    assert GOOD not in stored + repr(passwords) + repr(vars(passwords))


async def test_many_sign_ins_at_once_hold_the_memory_of_two() -> None:
    # So much memory at once that it is given back to the machine as soon as a hash is done.
    quick = dataclasses.replace(PasswordProfile.MINIMUM.value, time_cost=1, memory_cost=40 * 1024)
    profile = cast("PasswordProfile", SimpleNamespace(value=quick))
    passwords = Passwords(profile, at_once=2, queue_max=100)
    stored = await passwords.hash(GOOD)
    before = resident_mib()
    waiting = [asyncio.create_task(passwords.verify(stored, "wrong")) for _ in range(8)]
    most = before
    while not all(one.done() for one in waiting):
        most = max(most, resident_mib())
        await asyncio.sleep(0.005)
    assert most - before < 2 * 40 + 20


def resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20
