"""One exchange of the story, from the request's matches to the last step of its plot."""

from dataclasses import dataclass
from typing import Final

from app.demo.cast import Character, Line
from app.demo.client import JSON, Person, Refusal
from app.demo.errors import StoryBroken
from app.demo.plots import ACCEPT, Side, Step

MEETING_POINT: Final = "library"
TAKEN: Final = frozenset({"step-not-open", "not-your-step", "already-disputed", "dispute-resolved"})
"""What a step answers that was taken in an earlier run."""


@dataclass(frozen=True)
class Scene:
    """One request and what becomes of it."""

    asker: Character
    line: Line
    plot: tuple[Step, ...]

    @property
    def opening(self) -> str:
        """The first message of its exchange, by which it is known again."""
        return f"Hello! This is about: {self.line.text}"


@dataclass(frozen=True)
class Stage:
    """The people of the story by e-mail and by member id, and the ids of what they posted."""

    people: dict[str, Person]
    by_id: dict[str, Person]
    listings: dict[str, str]
    """Listing id by the line's id."""


async def play(stage: Stage, scene: Scene) -> str | None:
    """Take every step of the scene that was not taken; the exchange's id, None without a match.

    Raises:
        StoryBroken: when the API says no to what should be possible.
    """
    receiver = stage.people[scene.asker.email]
    found = await _find(receiver, scene) or await _propose(stage, receiver, scene)
    if found is None:
        return None
    sides = {Side.RECEIVER: receiver, Side.GIVER: stage.by_id[found["giver"]["id"]]}
    for step in scene.plot:
        is_fresh = await _take(sides[step.by], found["id"], step, scene)
        if is_fresh and step is ACCEPT:
            await _see_hold(receiver, found["id"], scene.line.minutes)
            await _write(sides[Side.GIVER], found["id"])
    return str(found["id"])


async def _find(receiver: Person, scene: Scene) -> JSON | None:
    """The scene's exchange, if an earlier run proposed it."""
    async for exchange in receiver.items("/v1/exchanges"):
        messages = await receiver.get(f"/v1/exchanges/{exchange['id']}/messages", limit=1)
        if any(message["text"] == scene.opening for message in messages["items"]):
            return exchange
    return None


async def _propose(stage: Stage, receiver: Person, scene: Scene) -> JSON | None:
    """Propose on the best match that one of the story's people offers."""
    listing_id = stage.listings[scene.line.id]
    matches = (await receiver.get(f"/v1/listings/{listing_id}/matches"))["items"]
    known = [match for match in matches if match["listing"]["author"]["id"] in stage.by_id]
    if not known:
        return None
    body = {
        "listing_id": known[0]["listing"]["id"],
        "minutes": scene.line.minutes,
        "meeting_point_id": MEETING_POINT,
        "message": scene.opening,
    }
    return (await receiver.post("/v1/exchanges", body, f"{scene.line.id}:proposal")).body


async def _take(person: Person, exchange_id: str, step: Step, scene: Scene) -> bool:
    """Take a step; whether it was taken just now."""
    body: JSON = {"reason": step.reason} if step.reason else {}
    if step.more_minutes is not None:
        body["minutes"] = scene.line.minutes + step.more_minutes
    path, key = f"/v1/exchanges/{exchange_id}/{step.noun}", f"{scene.line.id}:{step.noun}"
    try:
        return (await person.post(path, body, key)).is_fresh
    except Refusal as refusal:
        if refusal.slug not in TAKEN:
            raise
        return False


async def _see_hold(receiver: Person, exchange_id: str, minutes: int) -> None:
    account = await receiver.get("/v1/me/account")
    if account["held_minutes"] >= minutes:
        return
    exchange = await receiver.get(f"/v1/exchanges/{exchange_id}")
    if exchange["status"] == "accepted":  # else another start of the demo has taken the next step
        raise StoryBroken("an accepted exchange is not held in the receiver's account")


async def _write(giver: Person, exchange_id: str) -> None:
    text = {"text": "Gladly. See you at the library."}
    await giver.post(f"/v1/exchanges/{exchange_id}/messages", text, f"{exchange_id}:answer")
