"""Looks at a SQL Server table without reading all of it.

Rule of the house: what is worked out inside the server is bounded in time; no answer is an answer.
"""

import math
from collections.abc import Sequence
from typing import Any

import polars as pl

from core.sources.patience import Patience
from core.sources.rows import text_frame
from core.sources.sqlserver_errors import OdbcFailure
from core.sources.sqlserver_looking import (
    MOST_DIFFERENT,
    SAMPLE_LETTERS,
    VALUES_PER_QUESTION,
    counts_in,
    counts_of,
    cut,
    ends_of,
    known_of,
    orphans_of,
    repeats_of,
    sample_of,
)
from core.sources.sqlserver_pages import Reading, Statement
from core.sources.sqlserver_rows import BATCH_BYTES, Rows
from core.sources.sqlserver_session import Session
from core.sources.sqlserver_texts import texts_of

_ENOUGH = 0.5
"""Share of the rows wanted that pages at random have to bring."""


class Looks:
    """Samples of tables and answers to questions, until the patience is used up."""

    def __init__(self, session: Session) -> None:
        """Nothing is asked yet."""
        self._session, self._patience = session, Patience()

    def sample(self, whole: Reading, rows: int) -> pl.DataFrame:
        """Rows from all over a table, texts cut; all of them where there are no more.

        Shape:
            (about `rows`, fields), all String, sorted.
        """
        reading = cut(whole)
        names = [field.name for field in reading.fields]
        frame = None
        if whole.shape.table.rows > rows:
            frame = self._strided(reading, rows)
        if frame is None or frame.height < _ENOUGH * min(rows, whole.shape.table.rows):
            frame = self._first(reading, rows)
        if reading.has_pages:
            frame = frame.unique(subset=reading.key_names, keep="first")
        return frame.sort(names)

    def counted(self, reading: Reading) -> pl.DataFrame | None:
        """Each different row of a reading and how many there are of it, with `count`."""
        statement = counts_of(reading)
        if statement is None or not self._patience.wait_s:
            return None
        frames = []
        try:
            with self._patience.asking():
                for frame in self._frames(reading, statement, MOST_DIFFERENT, self._wait_s()):
                    counts = counts_in(frame)
                    frames.append(texts_of(frame, reading).with_columns(counts))
        except OdbcFailure:
            self._session.drop_rows()
            return None
        found = pl.concat(frames) if frames else self._nothing(reading)
        return found if found.height <= MOST_DIFFERENT else None

    def known(self, reading: Reading, values: pl.Series) -> pl.Series | None:
        """Those of some values that the one column of a reading holds."""
        found = [pl.Series(values.name, [], pl.String())]
        for start in range(0, values.len(), VALUES_PER_QUESTION):
            some = values[start : start + VALUES_PER_QUESTION].to_list()
            statement = known_of(reading, some)
            if statement is None or not self._patience.wait_s:
                return None
            try:
                with self._patience.asking():
                    frames = list(self._frames(reading, statement, len(some), self._wait_s()))
            except OdbcFailure:
                self._session.drop_rows()
                return None
            found += [texts_of(frame, reading).to_series().alias(values.name) for frame in frames]
        return pl.concat(found).unique()

    def repeats(self, reading: Reading) -> bool | None:
        """Whether any two rows are alike in the columns of a reading."""
        rows = self._answer(repeats_of(reading))
        return None if rows is None else bool(rows)

    def orphans(self, reading: Reading, to: Reading) -> int | None:
        """How many rows hold a value that the one column of another reading does not."""
        rows = self._answer(orphans_of(reading, to))
        return None if rows is None else int(rows[0][0])

    def _strided(self, reading: Reading, rows: int) -> pl.DataFrame | None:
        try:
            ends = self._ends(reading)
            statement = sample_of(reading, rows, ends)
            frames = [texts_of(one, reading) for one in self._frames(reading, statement, rows)]
        except OdbcFailure:
            # A row that cannot be worked out, or a fault that passes: read with care instead.
            self._session.drop_rows()
            return None
        return pl.concat(frames) if frames else None

    def _ends(self, reading: Reading) -> tuple[int, int] | None:
        statement = ends_of(reading)
        found = self._answer(statement) if statement else None
        if not found or found[0][0] is None:
            return None
        return int(found[0][0]), int(found[0][1])

    def _first(self, reading: Reading, rows: int) -> pl.DataFrame:
        """The first rows, whatever happens on the way."""
        frames = list(Rows(self._session, reading, most_rows=rows).batches())
        return pl.concat(frames).head(rows) if frames else self._nothing(reading)

    def _frames(
        self, reading: Reading, statement: Statement, rows: int, wait_s: int = 0
    ) -> list[pl.DataFrame]:
        width_bytes = reading.width_bytes(SAMPLE_LETTERS)
        fitting = max(1, min(BATCH_BYTES // width_bytes, rows))
        frames = list(
            self._session.frames(
                statement,
                rows_per_batch=fitting,
                longest=SAMPLE_LETTERS,
                most_bytes=2 * max(BATCH_BYTES, width_bytes),
                wait_s=wait_s,
            )
        )
        self._session.settle()
        return frames

    def _answer(self, statement: Statement | None) -> list[tuple[Any, ...]] | None:
        if statement is None or not self._patience.wait_s:
            return None
        with self._patience.asking():
            return self._session.answer(statement, self._wait_s())

    def _wait_s(self) -> int:
        return math.ceil(self._patience.wait_s)

    @staticmethod
    def _nothing(reading: Reading) -> pl.DataFrame:
        names: Sequence[str] = [field.name for field in reading.fields]
        return text_frame(names, [])
