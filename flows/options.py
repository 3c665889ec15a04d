"""Options that many commands share, and how a result is shown.

Rule of the house: an option means the same at every command.
"""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from core.migration.guard import Result
from flows.running import write_json

screen = Console(stderr=True)

Dir = Annotated[Path, Parameter(name="--dir", help="The migration's folder.")]
Json = Annotated[
    str,
    Parameter(
        name="--json", help="Write the result as JSON; '-' = here.", allow_leading_hyphen=True
    ),
]
As = Annotated[str, Parameter(name="--as", help="The user who acts.")]
HERE = Path()


def who_is_there() -> str:
    """How somebody at the command line is named in the log, where no user of ours acts."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):
        return "command line"


def shown(result: Result, target: str, say: Callable[[Result, Console], None]) -> None:
    """Write a result as JSON where it is asked for, and say it to a person."""
    if target:
        write_json(result, target)
    if target != "-":
        say(result, screen)
