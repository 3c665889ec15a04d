"""A TDS server that has its rows encoded before anybody asks, so that it is not what is measured.

One table of ten columns. It knows the statements of two readers: `SELECT * FROM dbo.Bench`,
answered with the columns' own types, and the pages of our source, answered with what they ask for.
Or it serves an SQLite file, as the tests do.

Rule of the house: values are made up; a row is the same whoever asks for it.
"""

import argparse
import datetime as dt
import re
import struct
import sys
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.tds.answers import Answer, Encoded, Result
from tests.tds.certificates import context_with
from tests.tds.database import Database
from tests.tds.engine import Engine
from tests.tds.server import Server
from tests.tds.session import Session
from tests.tds.wire import encoder

TABLE = "Bench"
COLUMNS: tuple[tuple[str, str], ...] = (
    ("BenchNo", "int"),
    ("PatientNo", "int"),
    ("Tooth", "smallint"),
    ("Big", "bigint"),
    ("Amount", "decimal(10,2)"),
    ("Ratio", "decimal(18,6)"),
    ("VisitDate", "date"),
    ("EnteredAt", "datetime2(7)"),
    ("LastName", "nvarchar(40)"),
    ("Remark", "nvarchar(100)"),
)
_TOP = re.compile(r"TOP \((\d+)\)")
_BLOCK = 20_000
"""Rows after which all but the key repeats itself."""
_ROWS_PER_CHUNK = 2_000
_TOKEN = b"\xd1"

Shape = tuple[list[tuple[str, str]], list[Callable[[tuple[Any, ...]], bytes]]]


def row_of(number: int) -> tuple[Any, ...]:
    """The values of a row, but for its key."""
    day = dt.date(2015, 1, 1) + dt.timedelta(days=number * 7 % 4000)
    moment = dt.datetime(2015, 1, 1) + dt.timedelta(seconds=number * 7919 % 340_000_000)  # noqa: DTZ001 - SQL Server has no zone
    return (
        number * 31 % 25_000,
        number % 32 + 1,
        number * 10**12 + 7,
        Decimal(number * 37 % 9_000_000).scaleb(-2),
        Decimal(number * 7_919 + 1).scaleb(-6),
        None if number % 11 == 0 else day,
        moment,
        f"Name{number % 997}",
        None if number % 13 == 0 else f"remark {number % 3001} of a row that is made up",
    )


class Replay:
    """The handler: our own statements are answered from bytes, the catalogue by the engine."""

    def __init__(self, rows: int) -> None:
        """Encode a block of rows in both shapes."""
        self.rows = rows
        database = Database()
        database.add_table(TABLE, COLUMNS, key=[COLUMNS[0][0]])
        database.connection.execute("UPDATE sys.partitions SET rows = ?", [rows])
        self._engine = Engine(database)
        block = [row_of(number) for number in range(_BLOCK)]
        self._plain = self._encoded([kind for _, kind in COLUMNS], block)
        self._blocks: dict[tuple[str, ...], list[bytes]] = {}
        self._rows_of_block = block

    def __call__(self, session: Session, statement: str, parameters: list[Any]) -> list[Answer]:
        """Answer a statement."""
        asked = str(parameters[0]) if "sp_executesql" in statement else statement
        if f"[{TABLE}]" not in asked and f"dbo.{TABLE}" not in asked:
            return self._engine(session, statement, parameters)
        if asked.startswith("SELECT *"):
            columns = list(COLUMNS)
            return [Encoded(columns, self._chunks(self._plain, 0, self.rows), self.rows)]
        return [self._page(asked, parameters)]

    def _page(self, asked: str, parameters: Sequence[Any]) -> Answer:
        top = _TOP.search(asked)
        after = int(parameters[1]) + 1 if "@k0" in asked else 0
        until = min(self.rows, after + (int(top[1]) if top else self.rows))
        kinds = _kinds_asked(asked)
        key = tuple(kinds)
        if key not in self._blocks:
            self._blocks[key] = self._encoded(kinds, self._rows_of_block)
        columns = [(f"c{place}", kind) for place, kind in enumerate(kinds)]
        return Encoded(columns, self._chunks(self._blocks[key], after, until), until - after)

    @staticmethod
    def _encoded(kinds: Sequence[str], block: Sequence[tuple[Any, ...]]) -> list[bytes]:
        encoders = [encoder(kind) for kind in kinds[1:]]
        texts = [kind.startswith("nvarchar") for kind in kinds[1:]]
        return [
            b"".join(
                encode(_written(cell) if is_text else cell)
                for encode, is_text, cell in zip(encoders, texts, row, strict=True)
            )
            for row in block
        ]

    @staticmethod
    def _chunks(block: Sequence[bytes], first: int, last: int) -> Iterator[bytes]:
        pack = struct.Struct("<cBi").pack
        for start in range(first, last, _ROWS_PER_CHUNK):
            numbers = range(start, min(last, start + _ROWS_PER_CHUNK))
            yield b"".join([pack(_TOKEN, 4, n) + block[n % _BLOCK] for n in numbers])


class Remembering:
    """The handler for a database: an answer that was given once is given again from its bytes.

    So a second reader that asks the same does not wait for the server of the tests, which is slow.
    """

    def __init__(self, engine: Engine) -> None:
        """Nothing was asked yet."""
        self._engine = engine
        self._known: dict[tuple[str, ...], list[Answer]] = {}

    def __call__(self, session: Session, statement: str, parameters: list[Any]) -> list[Answer]:
        """Answer a statement."""
        asked = (statement, *map(str, parameters))
        if asked not in self._known:
            answers = self._engine(session, statement, parameters)
            self._known[asked] = [_remembered(answer) for answer in answers]
        return self._known[asked]


def _remembered(answer: Answer) -> Answer:
    if not isinstance(answer, Result):
        return answer
    encoders = [encoder(kind) for _, kind in answer.columns]
    rows = [
        _TOKEN + b"".join(encode(cell) for encode, cell in zip(encoders, row, strict=True))
        for row in answer.rows
    ]
    return Encoded(answer.columns, [b"".join(rows)], len(rows))


def _kinds_asked(asked: str) -> list[str]:
    """What each expression of our own SELECT is answered with."""
    listed = asked[: asked.index(" FROM ")]
    kinds = []
    for name, kind in COLUMNS:
        place = listed.index(f"[{name}]")
        start = listed.rfind(" AS [c", 0, place)
        expression = listed[max(0, start) : place]
        found = re.search(r"(?:CONVERT|CAST)\((nvarchar\(\d+\))", expression)
        kinds.append(found[1] if found else kind)
    return kinds


def _written(cell: Any) -> str | None:  # noqa: ANN401 - any value of a column
    if cell is None or isinstance(cell, str):
        return cell
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def main(argv: list[str] | None = None) -> None:
    """Serve until the standard input ends; print the port first."""
    parser = argparse.ArgumentParser(prog="replay")
    asked = parser.add_mutually_exclusive_group(required=True)
    asked.add_argument("--rows", type=int, help="of the table that is replayed")
    asked.add_argument("--database", type=Path, help="an SQLite file to serve instead")
    parser.add_argument("--certificate", type=Path, required=True)
    options = parser.parse_args(argv)
    kept = options.database
    handler = Remembering(Engine(Database.of_practice(kept))) if kept else Replay(options.rows)
    with Server(handler, context=context_with(options.certificate)) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        # Whoever started it ends it by closing this.
        sys.stdin.read()


if __name__ == "__main__":
    main()
