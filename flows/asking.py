"""Asks the person at the terminal for what no file and no argument may hold.

Rule of the house: a password comes from the environment or a prompt, and is never shown.
"""

import os
import sys
from getpass import getpass

from core.errors import AccessRefused

CODE_VARIABLE = "PERIO_CODE"
"""Names the one-time code where there is no terminal to ask at."""

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


def code_of(user: str) -> str:
    """The one-time code of a user who has them.

    Raises:
        AccessRefused: there is none, and no terminal to ask at.
    """
    return line_of(f"One-time code of {user}: ")


def line_of(question: str) -> str:
    """What the person at the terminal answers.

    Raises:
        AccessRefused: there is no terminal to ask at.
    """
    if given := os.environ.get(CODE_VARIABLE):
        return given
    if not sys.stdin.isatty():
        message = "A one-time code is asked for, and nobody is there to type it."
        raise AccessRefused(message, next_step=f"Set {CODE_VARIABLE}, or run it in a terminal.")
    sys.stderr.write(question)
    sys.stderr.flush()
    return sys.stdin.readline().strip()
