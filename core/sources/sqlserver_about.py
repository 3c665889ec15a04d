"""What a SQL Server says of itself: version, edition, collation, size, and how it sees changes.

Rule of the house: what the server keeps to itself is not known, and no reason to stop.

Source:
    SERVERPROPERTY, DATABASEPROPERTYEX and sys.database_files, of every version since 2008 R2; an
    Express database holds 10 GB of data, from SQL Server 2025 on 50 GB.
"""

from core.ports import About
from core.sources.sqlserver_around import circumstances_of, utc_offset_s
from core.sources.sqlserver_session import Session, told

KIND = "Microsoft SQL Server"

_VERSION = "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128))"
_EDITION = "SELECT CAST(SERVERPROPERTY('Edition') AS nvarchar(128))"
_COLLATION = "SELECT CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128))"
_SIZE = "SELECT SUM(CAST(f.size AS bigint)) * 8192 FROM sys.database_files f WHERE f.type = 0"

_TRACKED = """
SELECT COUNT_BIG(*) FROM sys.change_tracking_tables t
JOIN sys.change_tracking_databases d ON d.database_id = DB_ID()
"""
_VERSIONED = """
SELECT COUNT_BIG(*) FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.types t ON t.user_type_id = c.user_type_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND t.name IN ('timestamp', 'rowversion')
"""

_EXPRESS = "Express"
_SINCE_2025 = 17
_GIGABYTE = 1024**3


def about_of(session: Session) -> About:
    """What the server says of itself, as far as the login may know."""
    version, edition = told(session, _VERSION), told(session, _EDITION)
    collation, size = told(session, _COLLATION), told(session, _SIZE)
    words = [f"{KIND} {version or ''}".strip(), str(edition or "")]
    if collation:
        words.append(f"collation {collation}")
    words += _changes(session)
    return About(
        ", ".join(word for word in words if word),
        size_bytes=None if size is None else int(size),
        most_bytes=_most_bytes(str(version or ""), str(edition or "")),
        circumstances=circumstances_of(session),
        utc_offset_s=utc_offset_s(session),
    )


def _changes(session: Session) -> list[str]:
    """By what the database itself can tell what changed; a delta compares rows in any case."""
    tracked, versioned = told(session, _TRACKED), told(session, _VERSIONED)
    words = []
    if tracked is not None:
        words.append(f"change tracking on {int(tracked):,} tables")
    if versioned is not None:
        words.append(f"a rowversion in {int(versioned):,} tables")
    return words


def _most_bytes(version: str, edition: str) -> int | None:
    if not edition.startswith(_EXPRESS):
        return None
    major = version.partition(".")[0]
    is_new = major.isdecimal() and int(major) >= _SINCE_2025
    return (50 if is_new else 10) * _GIGABYTE
