"""What a TDS server in a test may answer a statement with."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Result:
    """Rows, with a name and a T-SQL type for each column; the rows may come from a generator."""

    columns: list[tuple[str, str]]
    rows: Iterable[Any] = field(default_factory=list)
    cut_after: int | None = None


@dataclass
class Encoded:
    """Rows that are bytes already, so that encoding them takes nobody's time.

    Attributes:
        columns: A name and a T-SQL type for each column.
        chunks: Bytes of whole rows, each row with its token.
        rows: How many they are.
    """

    columns: list[tuple[str, str]]
    chunks: Iterable[bytes]
    rows: int


@dataclass
class Count:
    """How many rows a statement changed."""

    rows: int


@dataclass
class Error(Exception):
    """An error of the server, by its number; raised among the rows it ends them."""

    number: int
    message: str = "a message that may hold a value"
    severity: int = 16


@dataclass
class Delay:
    """Silence, unless the client gives up before."""

    wait_s: float


class Drop:
    """The connection ends here."""


Answer = Result | Encoded | Count | Error | Delay | Drop
