"""What names a patient, and whether any of it is found where it must not be.

Rule of the house: the search is shown to find what it looks for before its silence counts.
"""

import base64
import contextlib
import hashlib
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote

import pypdf

from tests.migrations import Migration

_COLUMNS = (
    ("Patient", "LastName"),
    ("Patient", "Email"),
    ("Patient", "SSN"),
    ("Patient", "ChartNo"),
    ("Patient", "HomePhone"),
    ("Patient", "CellPhone"),
    ("Account", "LastName"),
    ("Insurance", "SubscriberID"),
    ("ClinNote", "Body"),
)
_SHORTEST = 6
AT_HOME = (
    "vault",
    "practice",
    *(f"sandbox.sqlite{end}" for end in ("", "-wal", "-shm", "-journal")),
)
"""Where values belong: encrypted, in the practice itself, and in the destination."""


def canaries(migration: Migration) -> set[str]:
    """Names, addresses, numbers and notes of the practice that nothing else is likely to say."""
    found: set[str] = set()
    with contextlib.closing(sqlite3.connect(migration.folder / "practice/practice.sqlite")) as rows:
        for table, column in _COLUMNS:
            query = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE "{column}" IS NOT NULL'  # noqa: S608 - our names
            found |= {str(value).strip()[:60] for (value,) in rows.execute(query)}
    return {value for value in found if len(value) >= _SHORTEST}


def token(number: int) -> str:
    """A name that nothing and nobody else bears."""
    return f"Zyx{hashlib.sha256(b'canary %d' % number).hexdigest()[:12]}"


def leaks(text: bytes, values: Iterable[str]) -> set[str]:
    """Which of the values stand in some bytes, as they are or in a usual disguise."""
    lowered = text.lower()
    return {value for value in values if any(each in lowered for each in _disguises(value))}


def _disguises(value: str) -> set[bytes]:
    spelled = {value, value.lower(), value.upper()}
    found = {re.sub(r"\D", "", value).encode()}
    for text in spelled:
        plain = text.encode()
        found |= {
            plain,
            text.encode("utf-16-le"),
            quote(text).encode(),
            json.dumps(text)[1:-1].encode(),
            "".join(f"\\u{ord(letter):04x}" for letter in text).encode(),
            plain.hex().encode(),
            *(_in_base64(plain, shift) for shift in range(3)),
        }
    return {each.lower() for each in found if len(each) >= _SHORTEST}


def _in_base64(plain: bytes, shift: int) -> bytes:
    """The part of a base64 text that says these bytes, whatever stands around them."""
    encoded = base64.b64encode(bytes(shift) + plain)
    return encoded[-(-shift * 8 // 6) : (shift + len(plain)) * 8 // 6]


def texts_of(path: Path) -> bytes:
    """What a file holds; of a packed one (a spreadsheet or a PDF is one) what is in it."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as packed:
            return b"\n".join(packed.read(name) for name in packed.namelist())
    return b"\n".join(layers(path.read_bytes()))


def layers(content: bytes) -> Iterator[bytes]:
    """Bytes as they are, and every gzip and PDF stream in them unpacked."""
    yield content
    for found in re.finditer(rb"\x1f\x8b\x08", content):
        yield _inflated(content[found.start() :], 31)
    if content.startswith(b"%PDF-"):
        pages = pypdf.PdfReader(io.BytesIO(content)).pages
        yield "\n".join(page.extract_text() for page in pages).encode()


def _inflated(packed: bytes, window: int) -> bytes:
    with contextlib.suppress(zlib.error):
        return zlib.decompressobj(window).decompress(packed)
    return b""


def files_of(migration: Migration) -> list[Path]:
    """Every file of a migration's folder that is not one where values belong."""
    return [
        path
        for path in migration.folder.rglob("*")
        if path.is_file() and path.relative_to(migration.folder).parts[0] not in AT_HOME
    ]
