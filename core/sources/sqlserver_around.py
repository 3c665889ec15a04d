"""What is around the tables of a SQL Server: code page, clock, and who else is at the database.

Rule of the house: programs are named and never people; what may not be seen says which grant shows
it.

Source:
    COLLATIONPROPERTY and SYSDATETIMEOFFSET since 2008; CURRENT_TIMEZONE_ID since 2022;
    sys.dm_exec_sessions shows the databases of sessions since 2012, of others only to a login with
    VIEW SERVER STATE (from 2022 on VIEW SERVER PERFORMANCE STATE is enough).
"""

import re

from core.ports import Circumstance
from core.sources.sqlserver_errors import OdbcFailure
from core.sources.sqlserver_session import Session, told

WHO_WRITES = "who else writes"

_COLLATION = "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Collation') AS nvarchar(128))"
_NAME = f"SELECT {_COLLATION}"
_CODE_PAGE = f"SELECT CAST(COLLATIONPROPERTY({_COLLATION}, 'CodePage') AS int)"
# Both are texts of the house, and hold nothing of anybody's.
_OTHERWISE = f"""
SELECT COUNT_BIG(*) FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id
WHERE o.type = 'U' AND o.is_ms_shipped = 0 AND c.collation_name <> {_COLLATION}
"""  # noqa: S608
_CLOCK = "SELECT CAST(SYSDATETIMEOFFSET() AS nvarchar(40))"
_ZONE = "SELECT CAST(CURRENT_TIMEZONE_ID() AS nvarchar(128))"
_MAY_SEE = """
SELECT CASE WHEN COALESCE(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER STATE'), 0) = 1
 OR COALESCE(HAS_PERMS_BY_NAME(NULL, NULL, 'VIEW SERVER PERFORMANCE STATE'), 0) = 1
 THEN 1 ELSE 0 END
"""
_PROGRAMS = """
SELECT CAST(s.program_name AS nvarchar(128)), COUNT_BIG(*) FROM sys.dm_exec_sessions s
WHERE s.is_user_process = 1 AND s.database_id = DB_ID()
 AND COALESCE(s.program_name, '') <> APP_NAME()
GROUP BY s.program_name ORDER BY COUNT_BIG(*) DESC, s.program_name
"""

_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)\s*$")
_UNICODE_ONLY, _UTF_8 = "0", "65001"
_MOST_PROGRAMS = 8
_LONGEST_NAME = 60
_LATER = "Read while nobody works, or pick up what changed since with `./perio delta`."


def circumstances_of(session: Session) -> tuple[Circumstance, ...]:
    """What the server answers of its texts, its clock and who else is at the database."""
    return (_texts(session), _clock(session), _writers(session))


def utc_offset_s(session: Session) -> int | None:
    """How far the server's clock is from UTC now; None where it does not tell."""
    found = _OFFSET.search(str(told(session, _CLOCK) or ""))
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    return int(f"{sign}{3600 * int(hours) + 60 * int(minutes)}")


def offset_words(offset_s: int) -> str:
    """An offset as people write it, as UTC-06:00."""
    hours, minutes = divmod(abs(offset_s) // 60, 60)
    return f"UTC{'-' if offset_s < 0 else '+'}{hours:02}:{minutes:02}"


def _texts(session: Session) -> Circumstance:
    about = "code page"
    collation, page = told(session, _NAME), told(session, _CODE_PAGE)
    if collation is None or page is None:
        said = "The server does not tell the collation and code page of the database."
        return Circumstance(about, said, "Look at names with accents in the sample.")
    kept = {
        _UNICODE_ONLY: "it has no code page, texts are Unicode",
        _UTF_8: "texts are UTF-8",
    }.get(str(page), f"texts that are not Unicode are of code page {page}")
    said = f"The database's collation is {collation}: {kept}."
    if others := told(session, _OTHERWISE):
        said += f" {int(others):,} columns have another collation, and are read by their own."
    step = "Look at names with accents in the sample: garbled ones were stored in another code page"
    return Circumstance(about, said, f"{step}, and are listed in the inventory.")


def _clock(session: Session) -> Circumstance:
    about = "server's clock"
    offset_s = utc_offset_s(session)
    if offset_s is None:
        said = "The server does not tell the zone of its clock."
        return Circumstance(about, said, "Ask the practice in which zone its server stands.")
    zone = told(session, _ZONE)
    named = f" ({zone})" if zone else ""
    said = f"The server's clock is at {offset_words(offset_s)}{named} now."
    step = "Compare it with the time zone among the settings of the map."
    return Circumstance(about, said, step)


def _writers(session: Session) -> Circumstance:
    if not told(session, _MAY_SEE):
        said = "Who else is at the database is not shown to this login."
        step = "GRANT VIEW SERVER STATE to the login for the look, and take it back after it. "
        return Circumstance(WHO_WRITES, said, step + _LATER)
    try:
        found = session.rows(_PROGRAMS)
    except OdbcFailure:
        said = "This version of the server does not tell which programs are at the database."
        return Circumstance(WHO_WRITES, said, _LATER)
    if not found:
        said = "No other program is connected to the database now."
        return Circumstance(WHO_WRITES, said, _LATER)
    named = [f"{_program(name)} ({int(count):,})" for name, count in found[:_MOST_PROGRAMS]]
    if len(found) > _MOST_PROGRAMS:
        named.append(f"{len(found) - _MOST_PROGRAMS:,} more")
    said = f"Programs connected to the database now, which may write: {', '.join(named)}."
    return Circumstance(WHO_WRITES, said, _LATER)


def _program(name: object) -> str:
    """A program as a list names it; a name is the program's own word, and may be long or none."""
    words = " ".join(str(name or "").split())
    return words[:_LONGEST_NAME] or "a program without a name"
