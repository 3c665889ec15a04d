"""Asks the person at the terminal for what no file and no argument may hold.

Rule of the house: a password comes from the environment or a prompt, and is never shown.
"""

import os
import sys
from getpass import getpass

from core.errors import AccessRefused

PASSWORD_VARIABLE = "PERIO_PASSWORD"  # noqa: S105 - the variable's name


def password_of(user: str) -> str:
    """The password of a user.

    Raises:
        AccessRefused: there is none, and no terminal to ask at.
    """
    given = os.environ.get(PASSWORD_VARIABLE)
    if given:
        return given
    if not sys.stdin.isatty():
        message = f"There is no password for {user}."
        raise AccessRefused(message, next_step=f"Set {PASSWORD_VARIABLE}, or run it in a terminal.")
    return getpass(f"Password of {user}: ")
