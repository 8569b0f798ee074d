"""Whatever becomes of people, each approved member has one sealed record, and all look alike."""

from collections.abc import Coroutine
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from app.kit.ids import new_id
from app.members.rules import MemberStatus
from app.rights import operations as rights
from app.sealed.rules import AgeBand, Cohort
from tests.doings import sql, why
from tests.property.loop import QUICK, Loop
from tests.town import Person, Town, good, refused

ADDRESSES = 3
"""So few that people ask again with an address that was somebody's before."""
COLUMNS = """
    SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'sealed_record'
"""
ALIKE = {"bank_id": "uuid", "member_id": "uuid", "box": "bytea"}
HAVE_ONE = frozenset({MemberStatus.ACTIVE, MemberStatus.LEFT})


class SealedMachine(RuleBasedStateMachine):
    """Joining, deciding, leaving, forgetting, joining again, and records that are written."""

    loop: ClassVar[Loop]

    def __init__(self) -> None:
        super().__init__()
        self.people: list[tuple[Person, MemberStatus]] = []
        self.town = self._run(Town.founded(self.loop.app, self.loop.client, f"s{new_id().hex}"))
        self.desk = self._run(self.town.staff("coordinator"))
        self.worker = self._run(self.town.staff("case_worker"))

    @rule(address=st.integers(1, ADDRESSES))
    def join(self, address: int) -> None:
        own = {"email": f"a{address}@example.org", "password": f"a word of {new_id()}"}
        self.people.append((self._run(self.town.applicant(**own)), MemberStatus.APPLICANT))
        self._agree()

    @precondition(lambda self: self._in(MemberStatus.APPLICANT))
    @rule(data=st.data(), is_met=st.booleans())
    def decide(self, data: st.DataObject, is_met: bool) -> None:
        place = data.draw(st.sampled_from(self._in(MemberStatus.APPLICANT)))
        person = self.people[place][0]
        path = f"/v1/applications/{person.member_id}"
        taken = {self.people[one][0].email for one in self._in(MemberStatus.ACTIVE)}
        if not is_met:
            good(self._run(self.desk.post(f"{path}/rejection")))
            self._become(place, MemberStatus.REJECTED)
        elif person.email in taken:
            refused(self._run(self.desk.post(f"{path}/approval")), 409, "email-taken")
        else:
            good(self._run(self.desk.post(f"{path}/approval")))
            self._become(place, MemberStatus.ACTIVE)
        self._agree()

    @precondition(lambda self: self._in(MemberStatus.ACTIVE))
    @rule(data=st.data(), cohort=st.sampled_from(Cohort), age=st.sampled_from(AgeBand))
    def write(self, data: st.DataObject, cohort: Cohort, age: AgeBand) -> None:
        person = self.people[data.draw(st.sampled_from(self._in(MemberStatus.ACTIVE)))][0]
        path, said = f"/v1/sealed/{person.member_id}", {"cohort": cohort, "age_band": age}
        body = said | {"reason": "It is so from today."}
        assert good(self._run(self.worker.ask("PUT", path, json=body))) == said
        assert good(self._run(self.worker.get(path, headers=why("To see it.")))) == said
        self._agree()

    @precondition(lambda self: self._in(MemberStatus.ACTIVE))
    @rule(data=st.data())
    def leave(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self._in(MemberStatus.ACTIVE)))
        assert self._run(self.people[place][0].delete("/v1/me")).status_code == 204
        self._become(place, MemberStatus.LEFT)
        self._agree()

    @precondition(lambda self: self._in(MemberStatus.LEFT, MemberStatus.REJECTED))
    @rule(data=st.data())
    def forget(self, data: st.DataObject) -> None:
        gone = self._in(MemberStatus.LEFT, MemberStatus.REJECTED)
        person, _ = self.people.pop(data.draw(st.sampled_from(gone)))
        self._run(self._forgotten(person))
        self._agree()

    async def _forgotten(self, person: Person) -> None:
        assert person.member_id is not None
        ground, bank_id = self.town.ground, self.town.bank_id
        async with ground.database.begin() as session:
            assert await rights.forget(ground.work(session), bank_id, person.member_id)
        async with ground.database.begin() as session:
            await rights.destroy_key(ground.work(session), bank_id, person.member_id)

    def _in(self, *statuses: MemberStatus) -> list[int]:
        return [place for place, (_, status) in enumerate(self.people) if status in statuses]

    def _become(self, place: int, status: MemberStatus) -> None:
        self.people[place] = self.people[place][0], status

    def _run(self, doing: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run(doing)

    def _agree(self) -> None:
        """One record for each who was approved and is not forgotten, all of one length."""
        asked = (
            "SELECT member_id, octet_length(box) AS length FROM sealed_record WHERE bank_id = $1"
        )
        rows = self._run(sql(self.town, asked, self.town.bank_id))
        members = {self.people[place][0].member_id for place in self._in(*HAVE_ONE)}
        assert len(rows) == len(members)
        assert {row["member_id"] for row in rows} == members
        assert len({row["length"] for row in rows}) <= 1


async def test_a_record_has_no_time_and_nothing_that_counts(town: Town) -> None:
    columns = await sql(town, COLUMNS)
    assert {one["column_name"]: one["data_type"] for one in columns} == ALIKE


def _play(loop: Loop, examples: int, steps: int) -> None:
    machine = type("Machine", (SealedMachine,), {"loop": loop})
    how = settings(max_examples=examples, stateful_step_count=steps, **QUICK)
    run_state_machine_as_test(machine, settings=how)


def test_whatever_becomes_of_people_each_member_has_one_record_and_all_look_alike(
    loop: Loop,
) -> None:
    _play(loop, examples=2, steps=12)


@pytest.mark.deep
def test_whatever_becomes_of_many_each_member_has_one_record_and_all_look_alike(
    loop: Loop,
) -> None:
    _play(loop, examples=30, steps=40)
