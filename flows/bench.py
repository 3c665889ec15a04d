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


SHOWS = {
    Kind.SOURCE: "How fast a SQL Server is read, beside pyodbc.",
    Kind.MATCH: "How often the map proposer is right, beside rapidfuzz and COMA.",
    Kind.COMPARE: "How fast two frames are compared, beside other diff tools.",
    Kind.LOAD: "How near a load comes to the allowed rate and the fewest tokens.",
    Kind.CONSOLE: "How long a reviewer waits with a million cells.",
    Kind.FAULTS: "What lost replies and kills do to loaders: duplicates and losses.",
}


def measure(kind: Kind, arguments: Sequence[str]) -> None:
    """Run one measurement with its own options; it prints a table, or JSON.

    Raises:
        SetupError: what it stands on is not installed.
    """
    try:
        module = importlib.import_module(f"deployments.bench.{kind}")
    except ModuleNotFoundError as error:
        what = f"The measurement of {kind} needs the module {error.name}, which is not installed."
        raise SetupError(
            what,
            next_step="Run it from the repository, after `./perio test` has installed the rest.",
        ) from error
    module.main(list(arguments))
