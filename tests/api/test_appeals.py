"""One appeal, to another moderator; one deed puts the books right, and only if it has to."""

import pytest

from tests.contract import almighty
from tests.doings import (
    again,
    books_are_whole,
    disputed,
    notices,
    proof,
    resolved,
    sql,
    stand,
    status_of,
)
from tests.town import JSON, Person, Town, good, refused

WHY = {"reason": "It was an hour."}
DEEDS = "SELECT kind FROM deed WHERE subject_id IS NOT NULL ORDER BY posted_at, deed_id"


async def appealed(person: Person, dispute: JSON) -> JSON:
    return good(await person.post(f"/v1/disputes/{dispute['id']}/appeal", WHY))


async def deeds(town: Town) -> int:
    return len(await sql(town, DEEDS))


async def test_an_appeal_is_decided_once_and_the_proof_sees_a_way_to_decide_it_again(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    good(await resolved(await town.staff("moderator"), dispute, "void"))
    await appealed(ana, dispute)
    good(await resolved(await town.staff("moderator"), dispute, "as_agreed"))
    await books_are_whole(town)
    renamed = "UPDATE deed SET reference = 'again' WHERE reference LIKE '%:appeal' RETURNING 1"
    assert len(await sql(town, renamed)) == 1
    assert {one["check"] for one in (await proof(town))["findings"]} == {"V15"}


@pytest.mark.parametrize(
    ("since", "first", "second", "moved", "status", "more"),
    [
        ("delivered", ("adjusted", 30), ("as_agreed", None), 60, "settled", 1),
        ("delivered", ("void", None), ("adjusted", 45), 45, "settled", 1),
        ("delivered", ("as_agreed", None), ("void", None), 0, "cancelled", 1),
        ("settled", ("void", None), ("as_agreed", None), 60, "settled", 1),
        ("settled", ("adjusted", 30), ("adjusted", 30), 30, "settled", 0),
        ("delivered", ("void", None), ("void", None), 0, "cancelled", 0),
    ],
)
async def test_the_outcome_of_an_appeal_takes_the_place_of_the_first(
    town: Town,
    since: str,
    first: tuple[str, int | None],
    second: tuple[str, int | None],
    moved: int,
    status: str,
    more: int,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    exchange = await getattr(town, since)(ana, bor)
    dispute = good(
        await resolved(await town.staff("moderator"), await disputed(bor, exchange), *first)
    )
    before, stood = await deeds(town), (await stand(ana), await stand(bor))
    assert (await appealed(ana, dispute))["status"] == "appealed"
    assert (await stand(ana), await stand(bor)) == stood, "the first outcome stands until then"
    decided = good(await resolved(await town.staff("moderator"), dispute, *second))
    assert (decided["status"], decided["outcome"], decided["appeal"]["outcome"]) == (
        "resolved",
        first[0],
        second[0],
    )
    assert (await stand(ana), await stand(bor)) == ((moved, 0, moved), (-moved, 0, -moved))
    assert await status_of(bor, exchange) == status
    assert await deeds(town) == before + more
    await books_are_whole(town)


async def test_an_appeal_is_one_in_its_term_and_for_another_moderator(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    first, second = await town.staff("moderator"), await town.staff("moderator")
    vida = await almighty(town)
    dispute = await disputed(bor, await town.delivered(ana, bor))
    path = f"/v1/disputes/{dispute['id']}/appeal"
    refused(await ana.post(path, WHY), 409, "not-resolved-yet")
    good(await resolved(first, dispute, "void"))
    refused(await vida.post(path, WHY), 404, "not-found")
    refused(await (await town.member("Cene")).post(path, WHY), 404, "not-found")
    whole = await appealed(bor, dispute)
    assert (whole["appeal"]["by"], whole["appeal"]["reason"]) == ("receiver", WHY["reason"])
    for person in (ana, second):
        assert (await notices(person))[0] == ("dispute_appealed", dispute["id"])
    refused(await ana.post(path, WHY), 409, "already-appealed")
    refused(await resolved(first, dispute, "void"), 409, "another-moderator")
    good(await resolved(second, dispute, "adjusted", 10))
    refused(await resolved(second, dispute, "void"), 409, "dispute-resolved")
    refused(await bor.post(path, WHY), 409, "already-appealed")


async def test_an_outcome_may_be_appealed_for_fourteen_days_and_no_longer(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    early, late = [await disputed(bor, await town.delivered(ana, bor)) for _ in range(2)]
    for dispute in (early, late):
        good(await resolved(moderator, dispute, "void"))
    await town.step_on(14 - 0.001)
    bor = await again(town, bor)
    assert await appealed(bor, early)
    await town.step_on(0.002)
    bor = await again(town, bor)
    refused_ = refused(
        await bor.post(f"/v1/disputes/{late['id']}/appeal", WHY), 409, "too-late-to-appeal"
    )
    assert refused_["days"] == 14


async def test_the_database_refuses_the_same_moderator_twice(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    good(await resolved(await town.staff("moderator"), dispute, "void"))
    await appealed(ana, dispute)
    same = "UPDATE appeal SET outcome = 'void', resolution_sealed = '', resolved_by = first_by,"
    with pytest.raises(Exception, match="ck_appeal_another"):
        await sql(town, f"{same} resolved_at = now()")
