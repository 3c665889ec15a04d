"""A practice's database on Microsoft SQL Server.

Rule of the house: only SELECT is sent, but for one write that must be refused; names come from the
catalogue, and no message shows the address, which may hold a password.
"""

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from core.errors import NoPractice, SourceError, SourceShapeChanged
from core.ports import About, Table
from core.sources.files import file_below
from core.sources.patience import LEAST_S, VIEW_S, VIEWS_S, Patience
from core.sources.rows import text_frame
from core.sources.sqlserver_about import about_of
from core.sources.sqlserver_address import address_of
from core.sources.sqlserver_catalogue import Shape, shapes_of, with_rows, without_columns
from core.sources.sqlserver_errors import OdbcFailure, error_of
from core.sources.sqlserver_pages import Reading, reading_of
from core.sources.sqlserver_preflight import Finding, findings_of, refuse_old
from core.sources.sqlserver_rows import ATTEMPTS, Interrupted, Rows
from core.sources.sqlserver_sampling import Looks
from core.sources.sqlserver_session import Session


class SqlServerSource:
    """A SQL Server database as a `Source`."""

    def __init__(self, url: str, folder: Path) -> None:
        """Connect; files that stored paths name are looked for in the folder's `files`.

        Args:
            url: `mssql+pyodbc://...`, or an ODBC connection string.
            folder: The migration's folder.

        Raises:
            SettingMissing: the address cannot be read, or its driver is not installed.
            SourceError: the server does not let us in, or is too old.
        """
        self._address = address_of(url)
        self._files = folder / "files"
        self._shapes: dict[str, Shape] = {}
        try:
            self._session = Session(self._address.connection_string())
        except OdbcFailure as failure:
            raise error_of(failure.report) from None
        try:
            refuse_old(self._session)
        except BaseException:
            self._session.close()
            raise
        self._looks = Looks(self._session)

    def catalogue(self) -> tuple[Table, ...]:
        """Every table and view, by name; outside schema dbo with the schema before the name."""
        try:
            self._shapes = self._looked_up()
        except OdbcFailure as failure:
            raise error_of(failure.report) from None
        self._looks = Looks(self._session)
        if not self._shapes:
            message = "The SQL Server database holds no table that this login may see."
            raise NoPractice(message, next_step="Check the database's name and the login's rights.")
        return tuple(self._shapes[name].table for name in sorted(self._shapes))

    def read(self, table: Table) -> pl.DataFrame:
        """Every row, every column as text exactly as stored, sorted by key.

        Shape:
            (rows, columns), all String; bytes as `blob:<length>`, in a key as hex. Without a key,
            sorted by all columns.
        """
        names = [column.name for column in table.columns]
        for attempt in range(ATTEMPTS):
            try:
                frames = list(self.read_batches(table))
            except Interrupted:
                if attempt == ATTEMPTS - 1:
                    raise
            else:
                break
        frame = pl.concat(frames, rechunk=True) if frames else text_frame(names, [])
        return frame if table.key or not names else frame.sort(names)

    def read_batches(self, table: Table) -> Iterator[pl.DataFrame]:
        """The same rows in frames of bounded size; a table without a key comes in any order."""
        if not table.columns:
            return iter(())
        return Rows(self._session, self._reading(table)).batches()

    def sample(self, table: Table, rows: int) -> pl.DataFrame:
        """Rows from all over a table, as `core.ports.Source` says; bytes as `read` gives them.

        Shape:
            (about `rows`, columns), all String, sorted.
        """
        return self._looks.sample(self._reading(table), rows) if table.columns else pl.DataFrame()

    def counted(self, table: Table, columns: Sequence[str]) -> pl.DataFrame | None:
        """Each different row of some columns and how often, as `core.ports.Source` says."""
        return self._looks.counted(self._reading(table, columns))

    def known(self, table: Table, column: str, values: pl.Series) -> pl.Series | None:
        """Those of some values that a column holds, as `core.ports.Source` says."""
        return self._looks.known(self._reading(table, [column]), values)

    def repeats(self, table: Table, columns: Sequence[str]) -> bool | None:
        """Whether any two rows are alike in some columns; None where it took too long."""
        return self._looks.repeats(self._reading(table, columns))

    def orphans(self, table: Table, column: str, to_table: Table, to_column: str) -> int | None:
        """Rows with a value that another table does not hold; None where it took too long."""
        own, theirs = self._reading(table, [column]), self._reading(to_table, [to_column])
        return self._looks.orphans(own, theirs)

    def about(self) -> About:
        """What the server says of itself."""
        return about_of(self._session)

    def preflight(self) -> tuple[Finding, ...]:
        """What a person should know before this source is read; writing is tried, and undone."""
        return findings_of(self._session, self._address)

    def locate(self, file_path: str) -> Path | None:
        """The file that a stored path names, below the folder's `files`; None when not there."""
        return file_below(self._files, file_path)

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def _reading(self, table: Table, columns: Sequence[str] = ()) -> Reading:
        """How these columns of a table are read, or all that it is asked for."""
        if not self._shapes:
            self.catalogue()
        shape = self._shapes.get(table.name)
        fields = {field.name: field for field in shape.fields} if shape else {}
        if shape and shape.leads_out:
            message = f"View {table.name} leads out of the database, or its text may not be seen."
            raise SourceError(
                message, next_step="Read what it is made of, or grant VIEW DEFINITION."
            )
        wanted = columns or [column.name for column in table.columns]
        if not shape or any(name not in fields for name in wanted):
            message = f"A table or column is no longer there: {table.name}."
            raise SourceShapeChanged(message, next_step="Run `./perio discover`.")
        return reading_of(shape, [fields[name] for name in wanted])

    def _looked_up(self) -> dict[str, Shape]:
        shapes = shapes_of(self._session.rows)
        patience = Patience(VIEW_S, VIEWS_S, LEAST_S)
        for name, shape in shapes.items():
            if not shape.table.is_view or shape.leads_out:
                continue
            try:
                with patience.asking():
                    # The name comes from the catalogue and is quoted.
                    question = f"SELECT COUNT_BIG(*) FROM {shape.quoted}"  # noqa: S608
                    counted = self._session.rows(question, math.ceil(patience.wait_s))
            except OdbcFailure as failure:
                if failure.report.is_passing and not failure.report.is_silence:
                    raise
                # A view of something that is gone, not ours to see, or that keeps the server
                # busy for long is listed, with nothing in it and its rows unknown.
                shapes[name] = without_columns(shape)
            else:
                shapes[name] = with_rows(shape, counted[0][0])
        return shapes
