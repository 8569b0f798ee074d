"""What is said in a dispute is read by the moderators, and by the other as long as they may."""

from app.kit.keys import keystore_of
from app.moderation.statements.rules import STATEMENTS_MAX
from tests.contract import almighty
from tests.doings import block, disputed, leaves, notices, resolved, same_as_absent, sql
from tests.town import JSON, Person, Town, good, refused

CONTACT = "Call me on 041 234 567."


async def say(person: Person, dispute: JSON, text: str) -> JSON:
    return good(await person.post(f"/v1/disputes/{dispute['id']}/statements", {"text": text}))


async def heard(person: Person, dispute: JSON) -> list[tuple[str, str]]:
    items = good(await person.get(f"/v1/disputes/{dispute['id']}/statements"))["items"]
    return [(one["by"], one["text"]) for one in items]


async def let_through(judge: Person, subject: str) -> None:
    waiting = good(await judge.get("/v1/screenings"))["items"]
    (held,) = [one["id"] for one in waiting if one["subject"] == subject]
    body = {"outcome": "released", "reason": "No harm in it."}
    good(await judge.post(f"/v1/screenings/{held}/resolution", body))


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
    assert kinds.count("dispute") == 2, "whenever a moderator asks or reads it is written down"
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


async def test_what_was_said_is_kept_by_who_blocks_and_read_by_nobody_else(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    judge, first = await town.staff("moderator"), await town.staff("moderator")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    for person, text in ((bor, "Half."), (ana, "An hour."), (judge, "When?")):
        await say(person, dispute, text)
    good(await resolved(first, dispute, "void"))
    path = f"/v1/disputes/{dispute['id']}"
    good(await bor.post(f"{path}/appeal", {"reason": "It was something."}))

    async def reads(person: Person) -> tuple[list[str], str | None]:
        texts = [text for _, text in await heard(person, dispute)]
        return texts, good(await person.get(path))["appeal"]["reason"]

    whole = (["Half.", "An hour.", "When?"], "It was something.")
    assert await reads(ana) == await reads(bor) == whole
    await block(ana, bor)
    assert await reads(ana) == whole, "the evidence stays"
    assert await reads(bor) == (["Half.", "When?"], "It was something.")
    await leaves(town, bor)
    assert await reads(ana) == whole, "whatever becomes of the other side"
    assert await reads(judge) == whole


async def test_what_a_moderator_says_opens_for_each_side_by_its_own_key(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await say(await town.staff("moderator"), dispute, "When?")
    good(await resolved(await town.staff("moderator"), dispute, "void"))
    path = f"/v1/disputes/{dispute['id']}"
    good(await bor.post(f"{path}/appeal", {"reason": "It was something."}))
    good(await resolved(await town.staff("moderator"), dispute, "as_agreed"))
    for gone, here in ((bor, ana), (ana, bor)):
        assert gone.member_id is not None
        keystore = keystore_of(town.ground.settings)
        wrapped = keystore.read(str(gone.member_id))
        await town.ground.envelopes.destroy(gone.member_id)
        assert await heard(here, dispute) == [("moderator", "When?")]
        whole = good(await here.get(path))
        assert whole["appeal"]["resolution_reason"] == "Both were heard."
        assert wrapped is not None
        keystore._path(str(gone.member_id)).write_bytes(wrapped)
        town.ground.envelopes._boxes.clear()


async def test_what_is_held_reaches_the_other_side_when_a_moderator_lets_it_through(
    town: Town,
) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    judge = await town.staff("moderator")
    dispute = await disputed(bor, exchange := await town.delivered(ana, bor))
    await sql(town, "UPDATE bank_safety SET screening = true")
    before = await notices(ana)
    await say(bor, dispute, CONTACT)
    assert await heard(bor, dispute) == [("receiver", CONTACT)], "its author cannot tell"
    assert (await heard(ana, dispute), await notices(ana)) == ([], before)
    assert await heard(judge, dispute) == [("receiver", CONTACT)]
    await let_through(judge, "statement")
    assert await heard(ana, dispute) == [("receiver", CONTACT)]
    assert (await notices(ana))[0] == ("exchange_changed", exchange["id"])

    good(await resolved(judge, dispute, "void"))
    path = f"/v1/disputes/{dispute['id']}"
    good(await bor.post(f"{path}/appeal", {"reason": CONTACT}))
    reasons = [good(await one.get(path))["appeal"]["reason"] for one in (ana, bor, judge)]
    assert reasons == [None, CONTACT, CONTACT]
    await let_through(judge, "appeal")
    assert good(await ana.get(path))["appeal"]["reason"] == CONTACT


async def test_a_moderators_list_tells_no_words_of_an_appeal(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    judge = await town.staff("moderator")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    good(await resolved(judge, dispute, "void"))
    good(await bor.post(f"/v1/disputes/{dispute['id']}/appeal", {"reason": "It was something."}))
    (listed,) = good(await judge.get("/v1/disputes?status=appealed"))["items"]
    assert (listed["appeal"]["by"], listed["appeal"]["reason"]) == ("receiver", None)
    (mine,) = good(await ana.get("/v1/disputes"))["items"]
    assert mine["appeal"]["reason"] == "It was something."


async def test_a_moderator_who_is_concerned_says_and_reads_nothing(town: Town) -> None:
    ana, bor, vida = await town.member("Ana"), await town.member("Bor"), await almighty(town)
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await block(ana, vida)
    path = f"/v1/disputes/{dispute['id']}/statements"
    refused(await vida.get(path), 409, "concerned")
    refused(await vida.post(path, {"text": "I ask."}), 409, "concerned")


async def test_there_is_an_end_to_what_one_can_say(town: Town) -> None:
    ana, bor = await town.member("Ana"), await town.member("Bor")
    dispute = await disputed(bor, await town.delivered(ana, bor))
    await say(ana, dispute, "An hour.")
    copy = """INSERT INTO statement
        SELECT bank_id, gen_random_uuid(), dispute_id, member_id, login_id,
        text_sealed, text_other_sealed, said_at FROM statement, generate_series(2, $1)"""
    await sql(town, copy, STATEMENTS_MAX)
    path = f"/v1/disputes/{dispute['id']}/statements"
    refused(await ana.post(path, {"text": "One more."}), 429, "too-many-statements")
    await say(bor, dispute, "Half of it.")
