"""Reads every row of a SQL Server table, whatever happens on the way.

Rule of the house: a row that was delivered is never delivered again and none is left out; after a
fault the reading goes on behind the last key.
"""

from collections.abc import Callable, Generator, Iterator
from time import sleep

import polars as pl

from core.errors import SourceError, SourceUnreachable
from core.sources.sqlserver_errors import OdbcFailure, Report, error_of
from core.sources.sqlserver_pages import Reading, Statement
from core.sources.sqlserver_session import MOST_ROWS_PER_BATCH, Session
from core.sources.sqlserver_texts import texts_of

ROWS_PER_PAGE = 250_000
"""Rows of one statement: the practice's server is never kept busy for long."""
BATCH_BYTES = 8 * 2**20
"""Room in transit; the driver's reader keeps two of them."""
USUAL_LETTERS = 4_000
"""UTF-16 units kept for a text without a bound, until one turns out to be longer."""
MOST_LETTERS = 64 * 2**20
ATTEMPTS = 6
FIRST_WAIT_S = 0.25
NOT_COMPUTED = "error:"
"""What stands, with the server's number, for a cell that the server cannot work out."""

_FEWER, _MORE, _SPARE = 8, 2, 2

Step = Generator[pl.DataFrame, None, Report | None]
"""Delivers frames; at its end what went wrong, or None."""


class Interrupted(SourceUnreachable):
    """A table without a key was cut off after rows were delivered: read it anew."""


class Rows:
    """One reading of one table, from its first batch to its last."""

    def __init__(
        self,
        session: Session,
        reading: Reading,
        pause: Callable[[float], None] = sleep,
        *,
        most_rows: int = 0,
    ) -> None:
        """Nothing is asked for yet; `most_rows` is how many anyone will look at, if not all."""
        self._session, self._reading, self._pause = session, reading, pause
        self._table = reading.shape.table.name
        self._after: tuple[str, ...] | None = None
        self._most_rows, self._delivered = most_rows, 0
        self._rows_per_page = min(ROWS_PER_PAGE, most_rows or ROWS_PER_PAGE)
        if not reading.has_pages:
            self._rows_per_page = most_rows
        self._longest = USUAL_LETTERS
        self._attempts = 0
        self._has_delivered = self._is_done = False

    def batches(self) -> Iterator[pl.DataFrame]:
        """Frames of text, in the key's order, each of bounded size."""
        needs_measure = bool(self._reading.long_fields) and not self._reading.has_pages
        step = self._measure if needs_measure else self._page
        try:
            while not self._is_done:
                report = yield from step()
                step = self._page if report is None else self._after_fault(report, step)
            self._session.settle()
        except OdbcFailure as failure:
            raise error_of(failure.report, self._table) from None
        finally:
            if not self._is_done:
                self._session.drop_rows()

    def _page(self) -> Step:
        wanted, rows = self._rows_per_page, 0
        try:
            for frame in self._frames(self._reading.page(self._after, wanted)):
                texts = texts_of(frame, self._reading)
                if texts.height:
                    self._step_to(texts)
                    rows += texts.height
                    yield texts
        except OdbcFailure as failure:
            return failure.report
        self._rows_per_page = min(ROWS_PER_PAGE, wanted * _MORE)
        has_enough = bool(self._most_rows) and self._delivered >= self._most_rows
        self._is_done = not wanted or rows < wanted or has_enough
        return None

    def _frames(
        self, statement: Statement, reading: Reading | None = None
    ) -> Iterator[pl.DataFrame]:
        width_bytes = (reading or self._reading).width_bytes(self._longest)
        most = min(self._rows_per_page or MOST_ROWS_PER_BATCH, MOST_ROWS_PER_BATCH)
        fitting = max(1, min(BATCH_BYTES // width_bytes, most))
        return self._session.frames(
            statement,
            rows_per_batch=fitting,
            longest=self._longest,
            most_bytes=_SPARE * max(BATCH_BYTES, width_bytes),
        )

    def _step_to(self, texts: pl.DataFrame) -> None:
        self._attempts, self._has_delivered = 0, True
        self._delivered += texts.height
        if not self._reading.has_pages:
            return
        keys = texts.select(self._reading.key_names)
        if keys.row(0) == self._after:
            message = f"The key of table {self._table} does not compare as it is read."
            raise SourceError(message, next_step="Read a view of it whose key is a number or text.")
        self._after = keys.row(-1)

    def _after_fault(self, report: Report, step: Callable[[], Step]) -> Callable[[], Step]:
        """What is done next; raises where nothing is left to do."""
        if report.is_too_large:
            self._make_room(report)
        elif report.is_of_a_row:
            return self._after_broken_row(report, step)
        elif self._is_hopeless(report):
            raise error_of(report, self._table)
        else:
            self._wait()
            self._renew()
        return step

    def _is_hopeless(self, report: Report) -> bool:
        if not report.is_passing or self._attempts >= ATTEMPTS:
            return True
        if self._has_delivered and not self._reading.has_pages:
            message = f"Table {self._table} was cut off, and has no key to read on from."
            raise Interrupted(message, next_step="Read it again.")
        return False

    def _renew(self) -> None:
        # The snapshot is gone, and the connection may be.
        while True:
            try:
                self._session.renew()
            except OdbcFailure as failure:
                may_pass = failure.report.is_passing or failure.report.is_lost
                if not may_pass or self._attempts >= ATTEMPTS:
                    raise
            else:
                return
            self._wait()

    def _wait(self) -> None:
        self._pause(FIRST_WAIT_S * 2**self._attempts)
        self._attempts += 1

    def _make_room(self, report: Report) -> None:
        wanted = report.bytes_wanted // 2 or self._longest * _FEWER
        self._longest = max(wanted, self._longest * _MORE)
        if wanted > MOST_LETTERS:
            raise self._too_long()
        if self._has_delivered and not self._reading.has_pages:
            message = f"A text of table {self._table} grew while it was read."
            raise Interrupted(message, next_step="Read it again.")

    def _too_long(self) -> SourceError:
        names = ", ".join(field.name for field in self._reading.long_fields)
        message = f"Table {self._table} holds a text too long to be read, in one of: {names}."
        return SourceError(message, next_step="Read a view of it without that column.")

    def _measure(self) -> Step:
        """Make room for the longest text of a table that cannot be read on from a key."""
        try:
            for field in self._reading.long_fields:
                (frame,) = self._frames(self._reading.column(field))
                self._longest = max(self._longest, (frame.item() or 0) // 2)
        except OdbcFailure as failure:
            return failure.report
        if self._longest > MOST_LETTERS:
            raise self._too_long()
        return None
        yield  # a step delivers frames; this one none

    def _after_broken_row(self, report: Report, step: Callable[[], Step]) -> Callable[[], Step]:
        if not self._reading.has_pages:
            raise self._named(report)
        if step == self._one_row:
            # Not even the key of the next row can be worked out.
            raise error_of(report, self._table)
        if self._rows_per_page == 1:
            return self._one_row
        # Fewer rows at a time, until the one that cannot be read stands alone.
        self._rows_per_page = max(1, self._rows_per_page // _FEWER)
        return step

    def _one_row(self) -> Step:
        """The next row, with a word in place of each cell that cannot be worked out."""
        by_key = self._reading.only(self._reading.key_names)
        try:
            keys = [texts_of(frame, by_key) for frame in self._frames(by_key.page(self._after, 1))]
            if not keys or keys[0].is_empty():
                self._is_done = True
                return None
            key = keys[0].row(0)
            cells = [self._cell(field.name, key) for field in self._reading.fields]
        except OdbcFailure as failure:
            return failure.report
        row = pl.concat(cells, how="horizontal")
        self._step_to(row)
        yield row
        return None

    def _cell(self, name: str, key: tuple[str, ...]) -> pl.DataFrame:
        alone = self._reading.only([name])
        try:
            (frame,) = self._frames(alone.row(key), alone)
        except OdbcFailure as failure:
            if failure.report.is_too_large or not failure.report.is_of_a_row:
                raise
            word = f"{NOT_COMPUTED}{failure.report.number}"
            return pl.DataFrame({name: [word]}, schema={name: pl.String()})
        return texts_of(frame, alone)

    def _named(self, report: Report) -> SourceError:
        """The error for a table of which one row cannot be told from another."""
        broken = []
        for field in self._reading.fields:
            try:
                list(self._frames(self._reading.column(field)))
            except OdbcFailure as failure:
                if not failure.report.is_of_a_row:
                    raise
                broken.append(field.name)
        message = (
            f"Table {self._table}, column {', '.join(broken) or 'unknown'}: the server cannot "
            f"work out a value ({report.state}, {report.number}), and no key tells which row's."
        )
        return SourceError(message, next_step="Mend the row, or read a view without that column.")
