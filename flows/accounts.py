"""Users of the console and the command line: `./perio users …`.

Rule of the house: whoever has the migration's folder and key may do this; each step is in the log
with the name of who was at the machine.
"""

import secrets
from typing import Annotated

from cyclopts import App, Parameter
from rich.table import Table

from core.ledger.totp import new_secret, uri
from core.lifecycle import Role
from core.workbench import open_workbench
from flows.asking import line_of, password_of
from flows.deciding import add_user
from flows.options import HERE, Dir, screen, who_is_there

users = App(name="users", help="Users of the console and the command line.")
Name = Annotated[str, Parameter(help="The user's name.")]


@users.default
def listed(*, dir: Dir = HERE) -> None:  # noqa: A002 - the option's name
    """List the users, their roles, and whether they have one-time codes."""
    table = Table("User", "Name", "Roles", "One-time codes")
    with open_workbench(dir, lock=False) as bench:
        for user in bench.ledger.users():
            codes = "yes" if bench.ledger.has_totp(user.name) else "no"
            table.add_row(user.name, user.display_name, ", ".join(user.roles), codes)
    screen.print(table)


@users.command
def add(
    name: Name,
    /,
    *,
    role: list[Role],
    display_name: str = "",
    dir: Dir = HERE,  # noqa: A002 - as above
) -> None:
    """Add a user; the password comes from PERIO_PASSWORD or a prompt."""
    add_user(dir, name, display_name or name, tuple(role), password_of(name))
    screen.print(f"{name} can sign in now.")


@users.command
def password(name: Name, /, *, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Give a user a new password; open sessions end, a lock-out is lifted."""
    with open_workbench(dir, lock=False) as bench:
        bench.ledger.set_password(name, password_of(name), actor=who_is_there())
    screen.print(f"{name} has a new password; open sessions have ended.")


@users.command
def roles(name: Name, /, *, role: list[Role], dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Give a user other roles; open sessions end."""
    with open_workbench(dir, lock=False) as bench:
        bench.ledger.set_roles(name, role, actor=who_is_there())
    screen.print(f"{name} is {' and '.join(role)} now.")


@users.command
def totp(name: Name, /, *, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Set up one-time codes of an authenticator app, and print recovery codes once."""
    with open_workbench(dir, lock=False) as bench:
        given = password_of(name)
        user = bench.ledger.authenticate(name, given)
        secret = new_secret()
        screen.print("Add this to the authenticator app (type the secret, or open the address):")
        screen.print(f"  {secret}\n  {uri(secret, user.name)}", highlight=False, soft_wrap=True)
        code = line_of("Code the app shows now: ")
        codes = bench.ledger.set_totp(name, password=given, secret=secret, code=code)
    screen.print("From now on the code is asked for. Keep these; each opens the account once:")
    for each in codes:
        screen.print(f"  {each}", highlight=False)


@users.command
def reset(name: Name, /, *, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Help a user who has lost phone and recovery codes: no codes, and a password for one use.

    It is printed once; the user sets another and sets up codes again.
    """
    made = secrets.token_urlsafe(12)
    with open_workbench(dir, lock=False) as bench:
        bench.ledger.drop_totp(name, actor=who_is_there())
        bench.ledger.set_password(name, made, actor=who_is_there())
    screen.print(f"{name} has no one-time codes now. Password until it is changed: {made}")
    screen.print(f"Next: `./perio users password {name}`, then `./perio users totp {name}`.")


@users.command
def disable(name: Name, /, *, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Let a user sign in no more; what was signed stays."""
    _set_disabled(dir, name, disabled=True)


@users.command
def enable(name: Name, /, *, dir: Dir = HERE) -> None:  # noqa: A002 - as above
    """Let a user sign in again."""
    _set_disabled(dir, name, disabled=False)


def _set_disabled(folder: Dir, name: str, *, disabled: bool) -> None:
    with open_workbench(folder, lock=False) as bench:
        bench.ledger.set_disabled(name, disabled=disabled, actor=who_is_there())
    screen.print(f"{name} can sign in {'no more' if disabled else 'again'}.")
