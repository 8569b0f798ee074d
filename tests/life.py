"""A bank where something of everything has happened, for tests that go over the whole contract."""

from dataclasses import dataclass

from app.identity.rules import STAFF
from app.ledger.sealing.operations import take_seal
from app.ledger.sealing.signing import sealer_of
from tests.asking import Pick
from tests.doings import emergency_of, recovered, screening_of
from tests.partnership import Neighbour
from tests.town import Person, Town, good


@dataclass
class Life:
    """A bank where something of everything has happened."""

    town: Town
    people: dict[str, Person]
    ids: dict[str, list[str]]
    """For each name of an id in the contract: what this bank has. A new name needs a line."""

    @classmethod
    async def of(cls, town: Town, word: str) -> "Life":
        staff = {role.value: await town.staff(role) for role in sorted(STAFF)}
        ana, bor = await town.member(f"{word} Ana", minutes=600), await town.member(f"{word} Bor")
        newcomer = await town.applicant(f"{word} Nova")
        request = await town.listing(bor, "request", title=f"{word} lessons")
        begun = (town.proposed, town.accepted, town.settled, town.accepted, town.delivered)
        exchanges = [await begin(ana, bor) for begin in begun]
        path = f"/v1/exchanges/{exchanges[1]['id']}"
        good(await ana.post(f"{path}/messages", {"text": f"{word} at six?"}))
        dispute = good(await bor.post(f"{path}/dispute", {"reason": f"{word} was shorter."}))
        await _seal(town)
        elsewhere = await town.signed_in(ana.email)
        sessions = good(await elsewhere.get("/v1/sessions"))["items"]
        neighbour = await Neighbour.of(town, f"{town.slug}-neighbour")
        ids = {
            "bank": [neighbour.town.slug],
            "giver_id": [str(ana.member_id)],
            "transfer_id": [await neighbour.transfer_of(town, staff["admin"], ana)],
            "listing_id": [exchanges[0]["listing_id"], request["id"]],
            "exchange_id": [one["id"] for one in exchanges],
            "dispute_id": [dispute["id"]],
            "member_id": [str(newcomer.member_id), str(ana.member_id)],
            "notice_id": await _notices(ana, staff["coordinator"]),
            "posting_id": [line["id"] for line in await bor.statement()],
            "code_id": [await recovered(ana)],
            "emergency_id": [await emergency_of(staff["coordinator"], bor)],
            "screening_id": [await screening_of(town, bor)],
            "session_id": [one["id"] for one in sessions if one["is_current"]],
        }
        return cls(town, staff | {"member": ana, "other": bor, "applicant": newcomer}, ids)

    def pick(self, turn: int) -> Pick:
        """This bank's own ids, another one each turn."""
        return lambda name: self.ids[name][turn % len(self.ids[name])]


async def _seal(town: Town) -> None:
    sealer = sealer_of(town.ground.settings)
    assert sealer is not None, "outside production there is a key to seal with"
    async with town.ground.database.begin() as session:
        await take_seal(town.ground.work(session), town.bank_id, sealer)


async def _notices(*people: Person) -> list[str]:
    found = [good(await person.get("/v1/notices"))["items"] for person in people]
    return [items[0]["id"] for items in found]
