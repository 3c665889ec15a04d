"""Opens a practice's database by its address.

Rule of the house: a source is only ever read; its address may hold a password and is never shown.
"""

import re
from pathlib import Path

from core.errors import SettingMissing
from core.ports import Source

__all__ = ["open_source"]

_ODBC_TEXT = re.compile(r"^\s*(driver|server|dsn|filedsn|data source)\s*=", re.IGNORECASE)


def open_source(url: str, folder: Path) -> Source:
    """Connect to a practice's database, read only.

    Args:
        url: `sqlite:///path` (relative to the folder), `mssql+pyodbc://...` or an ODBC
            connection string.
        folder: The migration's folder.

    Raises:
        SettingMissing: the address is of no known kind, or its driver is not installed.
        SourceUnreachable: the database does not answer.
        NoPractice: what answers is not a database, or is an empty one.
    """
    if url.startswith("sqlite:///"):
        from core.sources.sqlite import SqliteSource  # noqa: PLC0415 - one edge at a time

        return SqliteSource(folder / url.removeprefix("sqlite:///"))
    if url.startswith("mssql+pyodbc://") or _ODBC_TEXT.match(url):
        # The driver's system libraries may be missing where no SQL Server is read.
        from core.sources.sqlserver import SqlServerSource  # noqa: PLC0415

        return SqlServerSource(url, folder)
    message = "The address of the source is of no known kind."
    raise SettingMissing(
        message,
        next_step="Set source to sqlite:///FILE, mssql+pyodbc://... or an ODBC string.",
    )
