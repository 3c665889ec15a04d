"""The address of a SQL Server, as the ODBC driver wants it.

Rule of the house: what the address says is passed on; we never switch off the check of a
certificate, and never show the address.

Source:
    Connection string keywords of the Microsoft ODBC Driver 18 for SQL Server.
"""

import re

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from core.errors import SettingMissing
from core.sources.sqlserver_driver import driver_for

URL = "mssql+pyodbc://"

_PART = re.compile(r"\s*([^=;]+?)\s*=\s*(\{(?:[^}]|\}\})*\}|[^;]*?)\s*(?:;|$)")
_NAMES_ELSEWHERE = {
    "data source": "Server",
    "address": "Server",
    "addr": "Server",
    "initial catalog": "Database",
    "user id": "UID",
    "user": "UID",
    "password": "PWD",
    "integrated security": "Trusted_Connection",
    "trust server certificate": "TrustServerCertificate",
}
"""Keywords of other kinds of connection strings for SQL Server, which people copy."""
_WHERE_ABSENT = {
    # What travels is the health record of people: encrypted, whatever the driver's default is.
    "Encrypt": "yes",
    "ApplicationIntent": "ReadOnly",
    "APP": "perio",
    # A lost connection is ours to see: a new one continues after the last key.
    "ConnectRetryCount": "0",
}
_ON = frozenset({"yes", "true", "1", "sspi"})
_OFF = frozenset({"no", "false", "0", "optional"})


class Address:
    """The keywords of a connection string, in order."""

    def __init__(self, text: str) -> None:
        """Take an ODBC string apart; the first of two like keywords counts, as in the driver."""
        self._parts: dict[str, tuple[str, str]] = {}
        for found in _PART.finditer(text):
            name = _NAMES_ELSEWHERE.get(found[1].casefold(), found[1])
            self._parts.setdefault(name.casefold(), (name, _unbraced(found[2])))

    def __contains__(self, name: str) -> bool:
        """Whether the address says anything about this keyword."""
        return name.casefold() in self._parts

    def __getitem__(self, name: str) -> str:
        """What the address says about this keyword; nothing is an empty text."""
        return self._parts.get(name.casefold(), ("", ""))[1]

    def set(self, name: str, value: str) -> None:
        """Say something else, or something new, about a keyword."""
        self._parts[name.casefold()] = (name, value)

    @property
    def is_encrypted(self) -> bool:
        """Whether the address asks for encryption, and does not make it optional."""
        return self["Encrypt"].casefold() not in {"", *_OFF}

    @property
    def trusts_any_certificate(self) -> bool:
        """Whether the address asks not to check who answers."""
        return self["TrustServerCertificate"].casefold() in _ON

    def connection_string(self) -> str:
        """The whole, every value in braces where it needs them."""
        return ";".join(f"{name}={_braced(value)}" for name, value in self._parts.values())


def address_of(url: str) -> Address:
    """The address with a driver that is there, encrypted unless it says otherwise.

    Args:
        url: `mssql+pyodbc://...`, or an ODBC connection string.

    Raises:
        SettingMissing: the address cannot be read, or its driver is not installed.
    """
    address = Address(_from_url(url) if url.startswith(URL) else url)
    if address["Trusted_Connection"].casefold() in _ON:
        address.set("Trusted_Connection", "yes")
    if "DSN" in address or "FILEDSN" in address:
        # A name of the machine's own list of sources brings its driver and settings with it.
        return address
    driver = driver_for(address["Driver"])
    address.set("Driver", driver.name)
    if driver.is_microsoft:
        for name, value in _WHERE_ABSENT.items():
            if name not in address:
                address.set(name, value)
    return address


def _from_url(url: str) -> str:
    try:
        found = make_url(url)
        if found.database and not {"driver", "odbc_connect"} & set(found.query):
            found = found.update_query_dict({"driver": driver_for("").name})
        (text,), _ = found.get_dialect()().create_connect_args(found)
    except (ArgumentError, ValueError):
        message = "The address of the SQL Server cannot be read."
        raise SettingMissing(
            message, next_step="Write it as mssql+pyodbc://... or as an ODBC string."
        ) from None
    return str(text)


def _unbraced(value: str) -> str:
    is_braced = value.startswith("{") and value.endswith("}")
    return value[1:-1].replace("}}", "}") if is_braced else value


def _braced(value: str) -> str:
    is_plain = not re.search(r"[\[\]{}(),;?*=!@]|^\s|\s$", value) or re.fullmatch(
        r"[\w.:\\-]+,\s*\d+", value
    )
    return value if is_plain else "{" + value.replace("}", "}}") + "}"
