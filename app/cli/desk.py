"""What `timebank bank` and `timebank staff` do."""

import getpass
import sys
from typing import Final

from rich.console import Console
from sqlalchemy.exc import IntegrityError

from app import founding
from app.banks.rules import Preset
from app.cli.means import ask, fitting, ready
from app.cli.refusals import CouldNotRun, Refused
from app.identity.passwords import PASSWORD_CHARS_MIN, TYPED_CHARS_MAX
from app.identity.rules import STAFF, Role, WeakPassword
from app.identity.tables import ONE_APPROVED
from app.identity.tools import IdentityTools
from app.kit.db import violated
from app.kit.errors import NotFound
from app.kit.ground import Ground
from app.kit.settings import load_settings
from app.kit.values import Email, Language, Slug, Title

_GOOD_PASSWORD: Final = f"{PASSWORD_CHARS_MIN} characters or more, a few words for example"
_screen = Console(highlight=False, soft_wrap=True, markup=False)


def create_bank(slug: str, name: str, language: str, preset: Preset) -> None:
    """Found a bank."""
    slug = fitting(Slug, slug, "SLUG takes a-z, 0-9, - and _ between them, such as market-town")
    name = fitting(Title, name, "--name takes one line of at most 120 characters")
    language = fitting(Language, language, "--language takes a language tag: sl, en, pt-BR")
    settings = load_settings()

    async def found(ground: Ground) -> None:
        async with ground.database.begin() as session:
            work = ground.work(session)
            await founding.found_bank(work, slug=slug, name=name, language=language, preset=preset)

    with ready(settings):
        ask(settings, found)
    _screen.print(f"{name} ({slug}) is founded.")
    _screen.print(f"Next: timebank staff create --bank {slug} --role coordinator --email …")


def create_staff(bank: str, role: str, email: str) -> None:
    """Make a login for staff."""
    desk = staff_role(role)
    email = fitting(Email, email, "--email takes an address: desk@example.org")
    bank = fitting(Slug, bank, "--bank takes the slug of a bank")
    settings = load_settings()
    password = _read_password()

    async def add(ground: Ground) -> None:
        tools = IdentityTools.of(settings, ground.vault)
        async with ground.database.begin() as session:
            work = ground.work(session)
            await founding.add_staff(
                work, tools, bank=bank, role=desk, email=email, password=password
            )

    with ready(settings):
        try:
            ask(settings, add)
        except NotFound:
            raise Refused(f"there is no bank {bank} here: timebank bank create {bank}") from None
        except WeakPassword as weak:
            reason = str(weak.facts["reason"]).replace("_", " ")
            raise Refused(f"the password is {reason}: take {_GOOD_PASSWORD}") from None
        except IntegrityError as error:
            if violated(error) != ONE_APPROVED:
                raise
            raise Refused(f"{bank} has a login with this address already") from None
    _screen.print(f"{email} can sign in to {bank} as {desk.value}.")


def staff_role(name: str) -> Role:
    """The role of staff with this name.

    Raises:
        CouldNotRun: when there is none.
    """
    known = {role.value: role for role in Role if role in STAFF}
    if name not in known:
        raise CouldNotRun(f"--role takes one of: {', '.join(known)}")
    return known[name]


def _read_password() -> str:
    if not sys.stdin.isatty():
        password = sys.stdin.readline(TYPED_CHARS_MAX + 2).rstrip("\r\n")
    else:
        password = getpass.getpass("Password for the new login: ")
        if getpass.getpass("The same again: ") != password:
            raise Refused("the two passwords differ: nothing was changed")
    if not password:
        raise CouldNotRun("give the password as the first line of standard input")
    return password
