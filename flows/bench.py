"""The published measurements: which there are, and running one of them.

Rule of the house: a figure is measured by a command that anybody can run, beside its peers.
"""

import importlib
from collections.abc import Sequence
from enum import StrEnum

from core.errors import SetupError


class Kind(StrEnum):
    """What is measured; each is a module of `deployments.bench`."""

    SOURCE = "source"
    MATCH = "match"
    COMPARE = "compare"
    LOAD = "load"
    CONSOLE = "console"
    FAULTS = "faults"


def measure(kind: str, arguments: Sequence[str]) -> None:
    """Run one measurement with its own options; it prints a table, or JSON.

    Raises:
        SetupError: there is no such measurement, or what it stands on is not installed.
    """
    if kind not in set(Kind):
        what = f"There is no measurement {kind!r}."
        raise SetupError(
            what,
            next_step=f"Use one of {', '.join(Kind)}; each says its options with --help.",
        )
    try:
        module = importlib.import_module(f"deployments.bench.{kind}")
    except ModuleNotFoundError as error:
        what = f"The measurement of {kind} needs the module {error.name}, which is not installed."
        raise SetupError(
            what,
            next_step="Run it from the repository, after `./perio test` has installed the rest.",
        ) from error
    module.main(list(arguments))
