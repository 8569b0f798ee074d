"""`timebank bank` and `timebank staff`: founding a bank and its desk."""

from typing import Annotated

import typer

from app.banks.rules import Preset
from app.identity.rules import Role

banks = typer.Typer(no_args_is_help=True, help="Time banks: one installation holds many.")
staff = typer.Typer(no_args_is_help=True, help="Those who run a bank.")

Slug = Annotated[str, typer.Argument(help="Its short name in requests: market-town.")]
Name = Annotated[str, typer.Option(help="Its name for people.")]
Language = Annotated[str, typer.Option(help="Its first language, as a tag: sl, en, de.")]
Rules = Annotated[Preset, typer.Option(help="The rules it starts with; the same for everybody.")]
Bank = Annotated[str, typer.Option(help="The bank's slug.")]
Email = Annotated[str, typer.Option(help="What they sign in with.")]
Desk = Annotated[
    str,
    typer.Option(help="One of: " + ", ".join(role for role in Role if role is not Role.MEMBER)),
]


@banks.command("create")
def create_bank(
    slug: Slug, name: Name, language: Language = "sl", preset: Rules = Preset.NEIGHBOURS
) -> None:
    """Found a bank, with its books, a few areas and all categories.

    **Examples**

        timebank bank create market-town --name "Market Town"

        timebank bank create haven --name Haven --preset sheltered
    """
    from app.cli.desk import create_bank as run

    run(slug, name, language, preset)


@staff.command("create")
def create_staff(bank: Bank, role: Desk, email: Email) -> None:
    """Make a login for staff. The password is asked for, or is the first line of standard input.

    It is never an argument: those are seen by everybody on the machine.

    **Examples**

        timebank staff create --bank haven --role admin --email me@example.org

        timebank staff create --bank haven --role auditor --email a@example.org < file
    """
    from app.cli.desk import create_staff as run

    run(bank, role, email)
