"""What the SQL Server driver reports, as our own errors.

Rule of the house: only state and number of a driver's report are passed on; its text may hold the
address or a value of a patient.

Source:
    `sys.messages` of SQL Server; SQLSTATEs of ODBC 3.8.
"""

import re
from dataclasses import dataclass

from core.errors import SettingMissing, SourceError, SourceShapeChanged, SourceUnreachable

_NUMBER = re.compile(r"\((-?\d+)\)\s*\(SQL")
_REPORT = re.compile(r"State: (\w+), Native error: (-?\d+)")
_TOO_LARGE = re.compile(r"too large to be written .*?(?:Some\((\d+)\)|None)", re.DOTALL)

_SILENT_STATES = frozenset({"HYT00", "HYT01"})
_PASSING_STATES = frozenset({"08S01", "08007", "40001"}) | _SILENT_STATES
_PASSING = frozenset({64, 121, 233, 596, 1204, 1205, 1222, 3960, 3961, 6005, 10053, 10054, 10060})
"""Cut, timed out, chosen as the victim of a deadlock, or waiting for a lock: the same again."""
_UNCOMPUTED = frozenset({535, 536, 537, 3623, 6522})
"""As SQLSTATE class 22: a value of one row cannot be computed or converted."""
_GONE = frozenset({207, 208})
_MISSING_DRIVER = frozenset({"IM002", "IM003", "01000"})

_BY_NUMBER = {
    18456: ("The SQL Server refused the login.", "Check user, password and database."),
    18452: ("The SQL Server refused the login.", "Check user, password and domain."),
    18470: ("The login is disabled.", "Ask the database's administrator to enable it."),
    18486: ("The login is locked out.", "Ask the database's administrator to unlock it."),
    18487: ("The password of the login has expired.", "Set a new password on the server."),
    18488: ("The password of the login must be changed.", "Set a new password on the server."),
    4060: ("The login may not open that database.", "Check the database's name and the user."),
    4064: ("The login's own database cannot be opened.", "Name the database in the address."),
    916: ("The login is no user of that database.", "Make it a user who may read (db_datareader)."),
    229: ("The login may not read this.", "Grant it SELECT (db_datareader)."),
    230: ("The login may not read a column of this.", "Grant it SELECT (db_datareader)."),
    978: ("This replica takes no read-only connection.", "Set ApplicationIntent=ReadWrite."),
}
_BY_TEXT = (
    (
        "does not match host name",
        "The certificate of the SQL Server is for another name.",
        "Use the server's full name, or HostNameInCertificate=NAME.",
    ),
    (
        "has expired",
        "The certificate of the SQL Server has expired.",
        "Renew it on the server.",
    ),
    (
        "certificate verify failed",
        "The certificate of the SQL Server is not trusted here.",
        "Add the authority that issued it to this machine, or name its file in SSL_CERT_FILE.",
    ),
    (
        "SSL Provider",
        "The SQL Server offers no encryption that is still safe.",
        "Give the server TLS 1.2, or restore a backup on a newer server and read that.",
    ),
    (
        "ncryption not supported",
        "The SQL Server offers no encryption.",
        "Give the server a certificate, or restore a backup on a newer server and read that.",
    ),
    (
        "SSPI",
        "There is no valid Kerberos ticket for the SQL Server.",
        "Run kinit as the user who may read, or give UID and PWD.",
    ),
    (
        "Locating Server/Instance",
        "The named instance is not found on that server.",
        "Check its name, and that SQL Browser (UDP 1434) answers, or give Server=HOST,PORT.",
    ),
)
_REFUSED = ("The SQL Server cannot be read.", "Check the address and the login's rights.")
_SILENT = ("The SQL Server does not answer.", "Check server, port and network, then try again.")


@dataclass(frozen=True, slots=True)
class Report:
    """What a driver said went wrong.

    Attributes:
        state: The five letters of the SQLSTATE; empty when there is none.
        number: The server's own number; 0 when there is none.
        text: The driver's words, never shown.
        is_too_large: A text did not fit into the place kept for it.
        bytes_wanted: How large that text is, where the driver knows it.
    """

    state: str
    number: int
    text: str = ""
    is_too_large: bool = False
    bytes_wanted: int = 0

    @property
    def is_passing(self) -> bool:
        """Whether the same may succeed when it is tried again."""
        return self.state in _PASSING_STATES or self.number in _PASSING

    @property
    def is_silence(self) -> bool:
        """Whether no answer came in time."""
        return self.state in _SILENT_STATES

    @property
    def is_lost(self) -> bool:
        """Whether there is no connection any more."""
        return self.state.startswith("08")

    @property
    def is_of_a_row(self) -> bool:
        """Whether a value of one row is at fault, and other rows may be read."""
        return self.state.startswith("22") or self.number in _UNCOMPUTED


class OdbcFailure(Exception):
    """A statement or connection failed; the room decides what that means."""

    def __init__(self, report: Report) -> None:
        """Keep the report; the text of this exception shows nothing of it."""
        super().__init__(f"{report.state or 'no state'}, {report.number}")
        self.report = report


def report_of(error: Exception) -> Report:
    """The state and number in an exception of pyodbc or of arrow-odbc."""
    text = str(error.args[-1]) if error.args else ""
    if found := _TOO_LARGE.search(text):
        return Report("22001", 0, is_too_large=True, bytes_wanted=int(found[1] or 0))
    if found := _REPORT.search(text):
        return Report(found[1], int(found[2]), text)
    number = _NUMBER.search(text)
    state = str(error.args[0]) if len(error.args) > 1 else ""
    return Report(state, int(number[1]) if number else 0, text)


def error_of(report: Report, table: str = "") -> Exception:
    """What a report means to the one who reads the source."""
    where = f" Table {table}." if table else ""
    shown = f"{where} ({report.state or 'no state'}, {report.number})"
    if report.number in _GONE:
        message = f"A table or column is no longer there:{where or ' its name is not known'}"
        return SourceShapeChanged(message, next_step="Run `./perio discover`.")
    if report.number in _BY_NUMBER:
        said, next_step = _BY_NUMBER[report.number]
        return SourceError(said + shown, next_step=next_step)
    for words, said, next_step in _BY_TEXT:
        if words in report.text:
            return SourceError(said + shown, next_step=next_step)
    if report.state in _MISSING_DRIVER:
        message = "The ODBC driver that the address names is not installed."
        return SettingMissing(message, next_step="Check Driver= in the address.")
    if report.is_passing or report.is_lost:
        said, next_step = _SILENT
        return SourceUnreachable(said + shown, next_step=next_step)
    said, next_step = _REFUSED
    return SourceError(said + shown, next_step=next_step)
