"""What is said in a dispute is read by the moderators, and by the other as long as they may."""

from app.moderation.statements.rules import STATEMENTS_MAX
from tests.contract import almighty
from tests.doings import disputed, notices, resolved, same_as_absent, sql
from tests.town import JSON, Person, Town, good, refused


async def say(person: Person, dispute: JSON, text: str) -> JSON:
    return good(await person.post(f"/v1/disputes/{dispute['id']}/statements", {"text": text}))


async def heard(person: Person, dispute: JSON) -> list[tuple[str, str]]:
    items = good(await person.get(f"/v1/disputes/{dispute['id']}/statements"))["items"]
    return [(one["by"], one["text"]) for one in items]


async def test_both_and_the_moderators_are_heard_until_it_is_decided(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator, vida = await town.staff("moderator"), await almighty(town)
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await say(ana, dispute, "An hour.")
    assert (await notices(bor))[0] == (await notices(moderator))[0]
    assert (await notices(bor))[0] == ("dispute_stated", dispute["id"])
    await say(bor, dispute, "Half of it.")
    await say(vida, dispute, "When did you meet?")
    everything = [
        ("giver", "An hour."),
        ("receiver", "Half of it."),
        ("moderator", "When did you meet?"),
    ]
    for person in (ana, bor, moderator):
        assert await heard(person, dispute) == everything
    kinds = [one["kind"] for one in good(await ana.get("/v1/me/access-log"))["items"]]
    assert kinds == ["dispute"], "a moderator's look is written down"
    path = f"/v1/disputes/{dispute['id']}/statements"
    cene = await town.member("Cene")
    absent = path.replace(dispute["id"], str(cene.member_id))
    same_as_absent(await cene.get(path), await cene.get(absent))
    same_as_absent(await cene.post(path, {"text": "?"}), await cene.post(absent, {"text": "?"}))
    good(await resolved(moderator, dispute, "void"))
    refused(await ana.post(path, {"text": "No."}), 409, "dispute-resolved")
    good(await ana.post(f"/v1/disputes/{dispute['id']}/appeal", {"reason": "No."}))
    await say(ana, dispute, "It was an hour.")


async def test_a_dispute_is_no_way_to_reach_somebody_who_has_blocked_one(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    moderator = await town.staff("moderator")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await ana.ask("PUT", f"/v1/me/blocks/{bor.member_id}")
    before = await notices(ana)
    await say(bor, dispute, "I know where you are.")
    await say(ana, dispute, "An hour.")
    assert await heard(ana, dispute) == [("giver", "An hour.")]
    assert await heard(bor, dispute) == [("receiver", "I know where you are.")]
    assert len(await heard(moderator, dispute)) == 2
    assert await notices(ana) == before


async def test_there_is_an_end_to_what_one_can_say(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await say(ana, dispute, "An hour.")
    copy = """INSERT INTO statement
        SELECT bank_id, gen_random_uuid(), dispute_id, member_id, login_id,
        text_sealed, said_at FROM statement, generate_series(2, $1)"""
    await sql(town, copy, STATEMENTS_MAX)
    path = f"/v1/disputes/{dispute['id']}/statements"
    refused(await ana.post(path, {"text": "One more."}), 429, "too-many-statements")
    await say(bor, dispute, "Half of it.")
