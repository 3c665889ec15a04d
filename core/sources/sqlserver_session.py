"""The open connections to a SQL Server: one for questions, one for rows in bulk.

Rule of the house: nothing is waited for without an end, and a reader never makes the practice wait:
in a deadlock with its programs it is the reader that gives way.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import polars as pl

from core.sources.sqlserver_driver import driver_manager
from core.sources.sqlserver_errors import OdbcFailure, report_of
from core.sources.sqlserver_pages import Statement

LOGIN_WAIT_S = 15
ANSWER_WAIT_S = 300
LOCK_WAIT_MS = 30_000
LONGEST_PARAMETER = 4_000
MOST_ROWS_PER_BATCH = 65_535

_MANNERS = f"SET DEADLOCK_PRIORITY LOW; SET LOCK_TIMEOUT {LOCK_WAIT_MS}"
_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"
_HAS_SNAPSHOT = (
    "SELECT CAST(d.snapshot_isolation_state AS int) FROM sys.databases d WHERE d.name = DB_NAME()"
)


class Session:
    """Connections with one address; rows come from one snapshot where the database has them."""

    def __init__(self, connection_string: str) -> None:
        """Connect for questions; the connection for rows is made when the first are read."""
        self._address = connection_string
        self._bulk: Any = None
        self._control: Any = self._connected()
        self.has_snapshot = self.rows(_HAS_SNAPSHOT) == [(1,)]

    def rows(self, statement: str, wait_s: int = 0) -> list[tuple[Any, ...]]:
        """Every row that a question of the house is answered with.

        Args:
            statement: A SELECT.
            wait_s: How long the answer may take, where it is not the usual time.

        Raises:
            OdbcFailure: the driver reports an error.
        """
        try:
            return self._answered(statement, wait_s)
        except OdbcFailure as failure:
            if not failure.report.is_lost:
                raise
        # A connection that nobody used for long may be gone; it tells so when it is used.
        self._control = self._connected()
        return self._answered(statement, wait_s)

    def answer(self, statement: Statement, wait_s: int) -> list[tuple[Any, ...]] | None:
        """The answer to a question that nothing depends on; None where none comes in time."""
        text, parameters = _wrapped(statement)
        try:
            with _reported():
                self._control.timeout = wait_s
                found = self._control.execute(text, parameters).fetchall()
        except OdbcFailure as failure:
            if failure.report.is_lost:
                self._control = self._connected()
            return None
        finally:
            self._control.timeout = ANSWER_WAIT_S
        return [tuple(row) for row in found]

    @contextmanager
    def undone(self) -> Iterator[Any]:
        """A transaction that is rolled back whatever happens in it."""
        with _reported():
            self._control.autocommit = False
            try:
                yield self._control
            finally:
                self._control.rollback()
                self._control.autocommit = True

    def frames(
        self,
        statement: Statement,
        *,
        rows_per_batch: int,
        longest: int,
        most_bytes: int,
        wait_s: int = 0,
    ) -> Iterator[pl.DataFrame]:
        """The rows of a statement as the driver delivers them.

        Args:
            statement: A SELECT; its parameters are texts.
            rows_per_batch: Rows of one frame, and of the room kept in transit.
            longest: UTF-16 units kept for a text that the catalogue sets no bound to.
            most_bytes: Room in transit, whatever the driver says of the columns.
            wait_s: How long an answer may take, where it is not the usual time.

        Raises:
            OdbcFailure: the driver reports an error.
        """
        # It needs the driver manager, as pyodbc does, and neither brings types.
        import arrow_odbc  # type: ignore[import-untyped] # noqa: PLC0415

        text, parameters = _wrapped(statement)
        with _reported():
            self._bulk = self._bulk or self._connected_in_bulk(arrow_odbc)
            batches = self._bulk.read_arrow_batches(
                text,
                batch_size=min(rows_per_batch, MOST_ROWS_PER_BATCH),
                parameters=parameters,
                max_bytes_per_batch=most_bytes,
                max_text_size=longest,
                query_timeout_sec=wait_s or ANSWER_WAIT_S,
                payload_text_encoding=arrow_odbc.TextEncoding.UTF16,
            )
            for batch in batches:
                frame = pl.from_arrow(batch)
                assert isinstance(frame, pl.DataFrame)
                yield frame

    def settle(self) -> None:
        """Let go of the snapshot that rows were read from."""
        if self._bulk is not None:
            with _reported():
                self._bulk.commit()

    def drop_rows(self) -> None:
        """Let go of the connection for rows; the next statement makes a new one."""
        self._bulk = None

    def renew(self) -> None:
        """Make new connections in place of ones that may be broken."""
        self.drop_rows()
        old, self._control = self._control, self._connected()
        old.close()

    def close(self) -> None:
        """Let go of the connections."""
        self.drop_rows()
        self._control.close()

    def _answered(self, statement: str, wait_s: int) -> list[tuple[Any, ...]]:
        try:
            with _reported():
                self._control.timeout = wait_s or ANSWER_WAIT_S
                return [tuple(row) for row in self._control.execute(statement).fetchall()]
        finally:
            self._control.timeout = ANSWER_WAIT_S

    def _connected(self) -> Any:  # noqa: ANN401 - pyodbc ships no types for its connection
        manager = driver_manager()
        with _reported():
            found = manager.connect(self._address, timeout=LOGIN_WAIT_S, autocommit=True)
            found.timeout = ANSWER_WAIT_S
            for wide in (manager.SQL_WVARCHAR, manager.SQL_WLONGVARCHAR):
                found.add_output_converter(wide, _unicode)
            found.execute(_MANNERS)
        return found

    def _connected_in_bulk(self, arrow_odbc: Any) -> Any:  # noqa: ANN401 - as above
        found = arrow_odbc.connect(self._address, login_timeout_sec=LOGIN_WAIT_S, autocommit=False)
        found.execute(_MANNERS)
        if self.has_snapshot:
            found.execute(_SNAPSHOT)
        # The level counts for the next transaction, which the first SELECT begins.
        found.commit()
        return found


def told(session: Session, question: str) -> Any:  # noqa: ANN401 - a text or a number
    """The one value that a question is answered with; None where the server keeps it to itself."""
    try:
        rows = session.rows(question)
    except OdbcFailure:
        return None
    return rows[0][0] if rows else None


def _unicode(raw: bytes) -> str:
    # Half of a pair is no reason to stop, as it is none for the driver's other reader.
    return raw.decode("utf-16-le", "replace")


@contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in {"pyodbc", "arrow_odbc"}:
            raise
        # The driver's text may hold a value or the address: it is not chained on.
        raise OdbcFailure(report_of(error)) from None


def _wrapped(statement: Statement) -> tuple[str, list[str]]:
    """The statement itself as a parameter, with its own ones behind it.

    A driver manager takes the bytes of a statement for Latin-1; a parameter arrives as it is.
    """
    places = range(len(statement.parameters))
    declared = ", ".join(f"@k{place} nvarchar(4000)" for place in places)
    rest = (f", N'{declared}'" if declared else "") + ", ?" * len(places)
    parameters = [statement.text, *statement.parameters]
    if len(statement.text) <= LONGEST_PARAMETER:
        return f"EXEC sys.sp_executesql ?{rest}", parameters
    # A longer one arrives as the old type ntext, which no variable can be.
    text = f"DECLARE @s nvarchar(max); SET @s = ?; EXEC sys.sp_executesql @s{rest}"
    return text, parameters
