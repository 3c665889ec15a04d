"""What a SQL Server is asked before it is read: whether it may be, and whether it cannot be harmed.

Rule of the house: that nothing can be written is tried and not believed; the one write that is ever
sent changes no row, and is rolled back.
"""

from dataclasses import dataclass

from core.errors import SourceError
from core.sources.sqlserver_address import Address
from core.sources.sqlserver_errors import OdbcFailure, error_of
from core.sources.sqlserver_session import Session

OLDEST = (10, 50)
"""SQL Server 2008 R2."""

VERSION = """
SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)),
 CAST(SERVERPROPERTY('EngineEdition') AS int)
"""
LEVELS = """
SELECT CAST(d.snapshot_isolation_state AS int), CAST(d.is_read_committed_snapshot_on AS int)
FROM sys.databases d WHERE d.name = DB_NAME()
"""
# A trigger also fires when no row is changed: only a table without one is tried.
WRITABLE = """
SELECT TOP (1) QUOTENAME(s.name) + N'.' + QUOTENAME(o.name)
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN sys.triggers g ON g.parent_id = o.object_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND g.object_id IS NULL
ORDER BY
 COALESCE(HAS_PERMS_BY_NAME(QUOTENAME(s.name) + N'.' + QUOTENAME(o.name), 'OBJECT', 'DELETE'), 0)
 DESC, o.object_id
"""
_REFUSED = frozenset({229, 230, 262, 3906, 3924})
"""No permission, or the database itself is read only."""
_ON_AZURE = frozenset({5, 6, 8, 9, 11, 12})


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a source that a person should know before it is read."""

    said: str
    next_step: str


def refuse_old(session: Session) -> None:
    """Refuse a server older than what is read.

    Raises:
        SourceError: the server is older than SQL Server 2008 R2.
    """
    ((version, edition),) = session.rows(VERSION)
    major, minor, *_ = (int(part) for part in str(version).split("."))
    if edition not in _ON_AZURE and (major, minor) < OLDEST:
        message = f"The SQL Server is too old to be read (version {version})."
        raise SourceError(
            message, next_step="Restore a backup on SQL Server 2008 R2 or later and read that."
        )


def findings_of(session: Session, address: Address) -> tuple[Finding, ...]:
    """What a person should know; nothing when the source is safe to read in every respect.

    Raises:
        SourceError: whether the login may write could not be found out.
    """
    try:
        found = [_writing(session), _levels(session)]
    except OdbcFailure as failure:
        raise error_of(failure.report) from None
    if address.trusts_any_certificate:
        found.append(
            Finding(
                "The certificate of the SQL Server is not checked, as the address asks.",
                "Leave TrustServerCertificate out, and trust the server's authority instead.",
            )
        )
    if not address.is_encrypted:
        found.append(
            Finding(
                "Nothing asks for the connection to the SQL Server to be encrypted.",
                "Set Encrypt=yes in the address.",
            )
        )
    return tuple(finding for finding in found if finding)


def _writing(session: Session) -> Finding | None:
    tables = session.rows(WRITABLE)
    if not tables:
        return Finding(
            "Whether the login may write was not tried: every table has a trigger.",
            "See that the login has SELECT and nothing else (db_datareader).",
        )
    ((name,),) = tables
    try:
        with session.undone() as connection:
            # The name comes from the catalogue, quoted by the server itself.
            connection.execute(f"DELETE FROM {name} WHERE 1 = 0")  # noqa: S608
    except OdbcFailure as failure:
        report = failure.report
        if report.number in _REFUSED:
            return None
        if report.is_passing or report.is_lost:
            raise
        return Finding(
            f"Whether the login may write could not be found out ({report.state}, "
            f"{report.number}).",
            "See that the login has SELECT and nothing else (db_datareader).",
        )
    return Finding(
        "The login of the source may write: a DELETE of no row was not refused.",
        "Read with a login that has SELECT and nothing else (db_datareader).",
    )


def _levels(session: Session) -> Finding | None:
    ((snapshot, committed),) = session.rows(LEVELS)
    if snapshot == 1:
        return None
    how = (
        "each page of a table is read as of one moment"
        if committed
        else "rows that change while a table is read may be seen before or after the change"
    )
    return Finding(
        f"The database allows no snapshots: {how}.",
        "Read while nobody works, or ALTER DATABASE ... SET ALLOW_SNAPSHOT_ISOLATION ON.",
    )
