"""The program with one trivial read more, three times: for anybody, who is signed in, members.

What differs between them is what it costs to know who is asking. `python -m benchmarks.asked`
serves it, as `timebank serve` does the program.
"""

from typing import Final

from fastapi import APIRouter, FastAPI

from app.banks import queries as banks
from app.identity.access import Member, SignedIn
from app.kit.http import Public, Route, Working
from app.kit.reach import Relation, reaches
from app.kit.settings import Settings, load_settings
from app.kit.values import View
from app.main import create_app
from app.web import server
from app.web.listening import HOST_DEFAULT, listen, url_of

BANK: Final = "bench"
PATH: Final = "/v1/benchmark"

router = APIRouter(prefix=PATH, route_class=Route, tags=["bank"])


class Read(View):
    """Something that is read by its key."""

    name: str


async def _read(work: Working) -> Read:
    found = await banks.find_bank(work.session, BANK)
    return Read(name=found.name if found else "")


@router.get("/public")
@reaches(Relation.NOBODYS)
async def read_as_anybody(work: Working, _: Public) -> Read:
    """For anybody."""
    return await _read(work)


@router.get("/signed-in")
@reaches(Relation.NOBODYS)
async def read_signed_in(work: Working, _: SignedIn) -> Read:
    """For who is signed in."""
    return await _read(work)


@router.get("/member")
@reaches(Relation.NOBODYS)
async def read_as_member(work: Working, _: Member) -> Read:
    """For members."""
    return await _read(work)


def application(settings: Settings) -> FastAPI:
    """The program with these three."""
    app = create_app(settings)
    app.include_router(router)
    return app


def main() -> None:
    """Serve until a signal comes."""
    app = application(load_settings())
    with listen(HOST_DEFAULT, 0) as listening, server.loop_runner() as runner:
        print(f"Serving on {url_of(listening)}", flush=True)
        runner.run(server.serve(app, listening))


if __name__ == "__main__":
    main()
