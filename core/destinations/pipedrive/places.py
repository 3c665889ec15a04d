"""Which address we talk to, and where each object lives there.

Rule of the house: a token is sent to the destination's own host over TLS, or to this machine.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import urlencode, urlsplit

from core.errors import DestinationError, SetupError
from core.vocabulary.field import CrmObject

_HOST = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.pipedrive\.com")
_NAMED = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z]{2,63}")
_DOWNLOAD = re.compile(r"https?://[^/\s]+(?:/api)?/v1/files/(\d+)/download")
_NEXT_STEP = (
    "Give the base URL as `https://<company>.pipedrive.com`, or `sandbox` for the one built in."
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the records of one object live.

    Attributes:
        path: The collection's path.
        limit: Records a page may hold.
        is_v2: Which of the two APIs serves it.
        fields_path: Where its custom fields are declared; empty when it has none.
    """

    path: str
    limit: int = 500
    is_v2: bool = True
    fields_path: str = ""


PLACES: Mapping[CrmObject, Place] = {
    CrmObject.ORGANIZATION: Place(
        "/api/v2/organizations", fields_path="/api/v2/organizationFields"
    ),
    CrmObject.PERSON: Place("/api/v2/persons", fields_path="/api/v2/personFields"),
    CrmObject.DEAL: Place("/api/v2/deals", fields_path="/api/v2/dealFields"),
    CrmObject.ACTIVITY: Place("/api/v2/activities"),
    CrmObject.NOTE: Place("/v1/notes", is_v2=False),
    CrmObject.FILE: Place("/v1/files", limit=100, is_v2=False),
}

ACTIVITY_TYPES = "/v1/activityTypes"
ME, USERS, WEBHOOKS = "/v1/users/me", "/v1/users", "/v1/webhooks"


@dataclass(frozen=True, slots=True)
class Site:
    """The destination's address: scheme and host, nothing else."""

    origin: str

    def url(self, path: str, **query: str | int) -> str:
        """An absolute URL."""
        return f"{self.origin}{path}" + (f"?{urlencode(query)}" if query else "")

    def download_url(self, file_id: int | str) -> str:
        """Where a person opens a file."""
        return self.url(f"/v1/files/{file_id}/download")


def file_id_of(link: str) -> int | None:
    """The file a download link opens; None when it is no such link."""
    found = _DOWNLOAD.fullmatch(link)
    return int(found[1]) if found else None


def site_of(base_url: str) -> Site:
    """The site a base URL names.

    Raises:
        SetupError: It is neither the destination's own host over https nor this machine.
    """
    try:
        parts = urlsplit(base_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    else:
        bare = not (parts.query or parts.fragment or parts.path.strip("/"))
        plain = "@" not in parts.netloc
        if bare and plain and parts.scheme == "https" and port is None and _HOST.fullmatch(host):
            if parts.netloc.lower() == host:
                return Site(f"https://{host}")
        elif bare and plain and parts.scheme == "http" and _is_loopback(host):
            return Site(f"http://{parts.netloc}")
    message = "The base URL of the destination is not one a token may be sent to."
    raise SetupError(message, next_step=_NEXT_STEP)


def storage_url(location: str) -> str:
    """Where the destination keeps a file's bytes, when it sends us elsewhere for them.

    Raises:
        DestinationError: It is not a named host over https.
    """
    parts = urlsplit(location)
    host = parts.hostname or ""
    if parts.scheme == "https" and parts.netloc == host and _NAMED.fullmatch(host):
        return location
    message = "The destination sends us to a place a file may not be read from."
    raise DestinationError(message, next_step="Ask the destination's support.")


def _is_loopback(host: str) -> bool:
    if host in {"localhost", "::1"}:
        return True
    try:
        return IPv4Address(host).is_loopback
    except ValueError:
        return False
