"""Commands that stand beside a migration: a synthetic practice, the emulator, the measurements.

Rule of the house: nothing here touches a migration's folder.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console

from flows.acts import make_practice_in, run_emulator
from flows.bench import SHOWS, Kind, measure

screen = Console(stderr=True)

practice = App(name="practice", help="Synthetic practices.")


@practice.command
def make(
    *,
    patients: int = 200,
    seed: int = 11,
    convention: str = "panda",
    dir: Annotated[Path, Parameter(name="--dir")] = Path("practice"),  # noqa: A002 - the option's name
) -> None:
    """Make a synthetic practice: a SQLite file, images, letters and the truth about them."""
    make_practice_in(dir, patients, seed, convention, screen)


def sandbox(*tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)]) -> None:
    """Run the Pipedrive emulator; it prints its base URL and token. Options: --help."""
    run_emulator(tokens)


def _measured(kind: Kind) -> Callable[..., None]:
    def command(
        *tokens: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    ) -> None:
        measure(kind, tokens)

    command.__doc__ = f"{SHOWS[kind]} Options: --help."
    return command


bench = App(name="bench", help="The measurements this tool is judged by, beside its peers.")
for _kind in Kind:
    bench.command(_measured(_kind), name=_kind.value, help_flags=[])
