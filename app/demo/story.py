"""The story: members join, post, find each other, give and receive; one dispute is resolved.

Played through the HTTP API, in acts. It can be played again from its beginning at any time.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import httpx

from app.demo.cast import BANK, DESKS, FROM_AFAR, Character, Line, cast
from app.demo.client import JSON, Person, Refusal, everyone
from app.demo.errors import StoryBroken
from app.demo.exchanging import TAKEN, Scene, Stage, play
from app.demo.plots import DISPUTED, ROUND
from app.demo.telling import Progress
from app.identity.rules import Role
from app.kit.values import TITLE_MAX

RESOLUTION: Final = "Both say an hour and a quarter now. Thank you for talking it over."
"""The last act is known again by these words."""
RESOLVED_MINUTES: Final = 75
UNAUTHORISED: Final = 401


async def desk(client: httpx.AsyncClient, role: Role) -> Person:
    """Someone of the staff, signed in."""
    login = DESKS[role]
    person = Person(client, login.email, login.password)
    try:
        await person.sign_in()
    except Refusal as refusal:
        if refusal.status == UNAUTHORISED:
            raise StoryBroken(f"{login.email} has another password than the demo's") from None
        raise
    return person


async def was_played(client: httpx.AsyncClient) -> bool:
    """Whether the last act has left its trace."""
    moderator = await desk(client, Role.MODERATOR)
    async for dispute in moderator.items("/v1/disputes", status="resolved"):
        case = await moderator.get(f"/v1/disputes/{dispute['id']}")
        if case["resolution_reason"] == RESOLUTION:
            return True
    return False


async def tell(client: httpx.AsyncClient, progress: Progress) -> Stage:
    """Play every act.

    Raises:
        StoryBroken: when the API says no to what should be possible, or gives no answer.
    """
    people = {one.email: Person(client, one.email, one.password) for one in cast()}
    coordinator = await desk(client, Role.COORDINATOR)
    stage = Stage(people, {}, {})
    await _act(progress, "Members ask to join", cast(), lambda one: _join(client, one))
    waiting = [one async for one in _waiting(coordinator)]
    await _act(
        progress, "The coordinator approves", waiting, lambda one: _approve(coordinator, one)
    )
    await _act(progress, "Members sign in and post", cast(), lambda one: _enter(stage, one))
    scenes = _scenes()
    await _act(
        progress, "They find each other and exchange", scenes[:-1], lambda one: _play(stage, one)
    )
    await _act(progress, "One changes phones", cast()[:1], lambda one: _change_phones(client, one))
    await _act(progress, "A dispute is resolved", scenes[-1:], lambda one: _dispute(stage, one))
    return stage


async def _act(
    progress: Progress,
    title: str,
    items: Sequence[Character] | Sequence[Scene] | Sequence[JSON],
    do: Callable[..., Awaitable[None]],
) -> None:
    with progress.act(title, len(items)) as advance:

        async def one(item: object) -> None:
            await do(item)
            advance()

        await everyone(items, one)


async def _join(client: httpx.AsyncClient, character: Character) -> None:
    body = {
        "bank": BANK,
        "alias": character.alias,
        "email": character.email,
        "password": character.password,
        "languages": list(character.languages),
    }
    await Person(client, character.email, "").post("/v1/members", body, f"{character.name}:join")


async def _waiting(coordinator: Person) -> AsyncIterator[JSON]:
    """Those of the story who wait for an answer; the others wait for a person."""
    aliases = {character.alias for character in cast()}
    async for application in coordinator.items("/v1/applications"):
        if application["alias"] in aliases:
            yield application


async def _approve(coordinator: Person, application: JSON) -> None:
    path = f"/v1/applications/{application['id']}/approval"
    try:
        reason = {"reason": "We met and talked about how it works."}
        await coordinator.post(path, reason, f"{application['id']}:approval")
    except Refusal as refusal:
        if refusal.slug != "application-decided":
            raise


async def _enter(stage: Stage, character: Character) -> None:
    person = stage.people[character.email]
    await person.sign_in()
    me = await person.get("/v1/me")
    stage.by_id[me["id"]] = person
    posted = {(one["kind"], one["title"]): one["id"] async for one in _mine(person)}
    for line in character.lines:
        key = (line.kind.value, line.text[:TITLE_MAX])
        if key not in posted:
            body = _listing(character, line)
            posted[key] = (await person.post("/v1/listings", body, f"{line.id}:listing")).body["id"]
        stage.listings[line.id] = posted[key]


def _mine(person: Person) -> AsyncIterator[JSON]:
    return person.items("/v1/listings", mine="true")


def _listing(character: Character, line: Line) -> JSON:
    return {
        "kind": line.kind.value,
        "title": line.text[:TITLE_MAX],
        "category": line.category,
        "language": line.language,
        "languages": list(character.languages),
        "area": character.area,
        "remote": line.category in FROM_AFAR,
        "minutes": line.minutes,
    }


def _scenes() -> list[Scene]:
    """Every request with its plot; the last one ends in a dispute."""
    asked = [(one, line) for one in cast() for line in one.requests]
    plots = [ROUND[number % len(ROUND)] for number in range(len(asked))]
    plots[-1] = DISPUTED
    return [Scene(one, line, plot) for (one, line), plot in zip(asked, plots, strict=True)]


async def _play(stage: Stage, scene: Scene) -> None:
    await play(stage, scene)


async def _change_phones(client: httpx.AsyncClient, character: Character) -> None:
    """Sign in elsewhere, rotate the refresh token, sign out there: the session ends at once."""
    phone = Person(client, character.email, character.password)
    await phone.sign_in()
    await phone.rotate()
    sessions = (await phone.get("/v1/sessions"))["items"]
    current = next(one["id"] for one in sessions if one["is_current"])
    await phone.delete(f"/v1/sessions/{current}")
    try:
        await phone.get("/v1/me")
    except Refusal as refusal:
        if refusal.status == UNAUTHORISED:
            return
        raise
    raise StoryBroken("a session that was signed out is still open")


async def _dispute(stage: Stage, scene: Scene) -> None:
    """A delivery that the receiver disputes, and a moderator's decision on it."""
    client = stage.people[scene.asker.email].client
    moderator = await desk(client, Role.MODERATOR)
    exchange_id = await play(stage, scene)
    decision = {"outcome": "adjusted", "minutes": RESOLVED_MINUTES, "reason": RESOLUTION}
    async for dispute in moderator.items("/v1/disputes", status="open"):
        if dispute["exchange_id"] != exchange_id:
            continue
        path = f"/v1/disputes/{dispute['id']}/resolution"
        try:
            await moderator.post(path, decision, f"{dispute['id']}:resolution")
        except Refusal as refusal:
            if refusal.slug not in TAKEN:
                raise
