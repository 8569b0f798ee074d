"""What `timebank demo` does."""

import asyncio

from rich.console import Console

from app.cli.refusals import Refused
from app.cli.serving import started
from app.demo import running
from app.kit.settings import load_settings
from app.kit.surfaces import Surface
from app.main import create_app
from app.store import migrate, place
from app.web.listening import listen
from app.web.server import loop_runner


def demo(host: str, port: int) -> None:
    """Serve the demo bank until a signal comes; fill it first, if it was not yet."""
    settings = load_settings()
    if not settings.is_demo:
        raise Refused("the demo's passwords are known to everybody: it does not run in production")
    if settings.surface is not Surface.ALL:
        raise Refused("the demo plays both sides, members' and staff's: unset TIMEBANK_SURFACE")
    if "log_level" not in settings.model_fields_set:  # a line a request would bury the story
        settings = settings.model_copy(update={"log_level": "WARNING"})
    app = create_app(settings)
    urls = place.owner_urls(settings)
    screen = Console(highlight=False, soft_wrap=True)
    with listen(host, port) as listening, place.up(settings), started():
        asyncio.run(migrate.upgrade(urls))
        with loop_runner() as runner:
            runner.run(running.run(app, listening, screen))
