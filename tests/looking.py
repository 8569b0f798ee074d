"""Somebody who wants to know whose an address is, and does all that one can think of."""

import json
from typing import Final

from tests.town import JSON
from tests.twins import Line, World

HERS: Final = "hers@example.org"
READS: Final = (
    "/v1/listings?limit=100",
    "/v1/listings?q=practice",
    "/v1/listings/{listing_id}",
    "/v1/listings/{mine}/matches",
    "/v1/exchanges?limit=100",
    *(f"/v1/exchanges/{{{one}}}" for one in ("proposed", "accepted", "delivered", "settled")),
    "/v1/exchanges/{settled}/messages",
    "/v1/disputes",
    "/v1/disputes/{dispute_id}",
    "/v1/notices?limit=100",
    "/v1/me/blocks",
    "/v1/me/account",
    "/v1/me/account/postings",
    "/v1/me/export",
)


class Looker:
    """Somebody who wants to know whose an address is, and does all that one can think of."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.name = world, name
        self.ids = dict(world.of_x)
        self.said: list[Line] = []

    async def does(self, method: str, path: str, body: object = None, word: str = "") -> JSON:
        whole = path.format(**self.ids)
        word = f"{word} {len(self.said)}"  # twice the same is not the same
        self.said += await self.world.does(self.name, method, whole, body, word=word)
        answer = self.said[-2]
        assert 200 <= answer[1] < 300, answer
        return JSON(json.loads(answer[3] or b"{}"))

    async def reads(self, word: str) -> None:
        mine = await self.does("GET", "/v1/listings?mine=true", word=word)
        self.ids["mine"] = mine["items"][0]["id"]
        for path in READS:
            await self.does("GET", path, word=word)

    async def proposes(self, word: str) -> None:
        body = {"listing_id": self.ids["listing_id"], "minutes": 30, "message": "Shall we?"}
        self.ids[word] = (await self.does("POST", "/v1/exchanges", body, word))["id"]
        path = f"/v1/exchanges/{{{word}}}/messages"
        await self.does("POST", path, {"text": "Hello?"})
        await self.does("GET", path)

    async def unblocks(self) -> None:
        found = await self.does("GET", "/v1/me/blocks", word="to unblock")
        await self.does("DELETE", f"/v1/me/blocks/{found['items'][0]['id']}")


async def goes_on(world: World, vid: Looker) -> None:
    """What was in progress between the two goes on, step by step."""
    for step, at in (
        ("acceptance", "proposed"),
        ("delivery", "accepted"),
        ("delivery", "proposed"),
    ):
        await world.does("x", "POST", f"/v1/exchanges/{world.of_x[at]}/{step}", {})
    await world.does(
        "x", "POST", f"/v1/exchanges/{world.of_x['delivered']}/messages", {"text": "?"}
    )
    for at in ("accepted", "delivered", "settled"):
        await vid.does("POST", f"/v1/exchanges/{{{at}}}/messages", {"text": f"About {at}."})
    await vid.does("POST", "/v1/exchanges/{delivered}/confirmation", {})
    await vid.does("POST", "/v1/exchanges/{delivered}/messages", {"text": "Thank you!"})
    await vid.does("POST", "/v1/exchanges/{settled}/dispute", {"reason": "It was shorter."})


async def plays(world: World) -> list[Line]:
    """Two accounts, together, against an address."""
    vid, tuj = Looker(world, "vid"), Looker(world, "tuj")
    await vid.reads("before")
    for one in (vid, tuj):
        await one.does("POST", "/v1/me/blocks", {"email": HERS})
        await one.proposes(f"first by {one.name}")
    await vid.reads("blocked")
    await goes_on(world, vid)
    await vid.does("POST", "/v1/exchanges/{first by vid}/cancellation", {"reason": "No."})
    await vid.proposes("second")
    await tuj.does("GET", "/v1/listings?limit=100", word="blocked")
    await vid.reads("gone on")
    world.fate.later(days=15)
    await world.works()
    await world.signs_in("vid", "tuj", "x")
    await vid.reads("expired")
    await vid.unblocks()
    await vid.reads("unblocked")
    await vid.proposes("third")
    await tuj.does("GET", "/v1/listings?limit=100", word="at last")
    return [*vid.said, *tuj.said]
