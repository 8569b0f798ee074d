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
_ROLES = ", ".join(role for role in Role if role is not Role.MEMBER)
Desk = Annotated[str, typer.Option(help=f"One of: {_ROLES}")]
Desks = Annotated[list[str], typer.Option(help=f"One of: {_ROLES}. May be given several times.")]


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


@staff.command("list")
def list_staff(bank: Bank) -> None:
    """Show who is staff, with the ids that the bank's records name them by.

    Those who were removed are there too: what they did stays on record under their id.

    **Example**

        timebank staff list --bank haven
    """
    from app.cli.staffing import list_staff as run

    run(bank)


@staff.command("role")
def give_roles(bank: Bank, email: Email, role: Desks) -> None:
    """Give somebody other roles, in place of those they had; they are signed out at once.

    A member becomes staff this way, and stays a member.

    **Examples**

        timebank staff role --bank haven --email me@example.org --role auditor

        timebank staff role --bank haven --email me@example.org --role admin --role coordinator
    """
    from app.cli.staffing import give_roles as run

    run(bank, email, role)


@staff.command("remove")
def remove_staff(bank: Bank, email: Email) -> None:
    """Take every staff role of somebody away; they are signed out at once.

    Who is a member stays one. Anybody else cannot sign in any more, and their address may get a
    login anew. What they did stays on record.

    **Example**

        timebank staff remove --bank haven --email me@example.org
    """
    from app.cli.staffing import remove_staff as run

    run(bank, email)


@staff.command("sign-out")
def sign_out_staff(bank: Bank, email: Email) -> None:
    """End every session of somebody of the staff at once; they may sign in again.

    **Example**

        timebank staff sign-out --bank haven --email me@example.org
    """
    from app.cli.staffing import sign_out as run

    run(bank, email)
