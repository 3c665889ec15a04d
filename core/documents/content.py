"""What a file is, how large, and what it is called in the destination.

Rule of the house: the bytes say what a file is, not its name; a name says kind, date and our
reference, never a patient.
"""

import hashlib
import re
import unicodedata
import zipfile
from datetime import date
from pathlib import Path

import puremagic

UNKNOWN = ".bin"
"""For bytes of a kind that nobody here knows, where a person wants them carried all the same."""

MEDIA_TYPES: dict[str, str] = {
    UNKNOWN: "application/octet-stream",
    ".bmp": "image/bmp",
    ".dcm": "application/dicom",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".gif": "image/gif",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".rtf": "application/rtf",
    ".tif": "image/tiff",
    ".txt": "text/plain",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
}
"""The kinds of file that are carried; nothing runs a file under one of these suffixes."""

LARGEST_BYTES = 100 * 1024 * 1024
"""Above it a reference record stands for the file, unless the settings say otherwise."""

_SAME = {".jpeg": ".jpg", ".jfif": ".jpg", ".tiff": ".tif", ".dic": ".dcm"}
_OFFICE = {"word/": ".docx", "xl/": ".xlsx"}
_OLE = b"\xd0\xcf\x11\xe0"
_SIGNATURES: dict[bytes, str] = {
    b"%PDF-": ".pdf",
    b"GIF8": ".gif",
    b"II*\x00": ".tif",
    b"MM\x00*": ".tif",
    b"\x89PNG\r\n\x1a\n": ".png",
    b"\xff\xd8\xff": ".jpg",
    b"{\\rtf": ".rtf",
}
_DICOM_AT, _DICOM = 128, b"DICM"
_RUNS = (b"MZ", b"\x7fELF", b"#!")
"""Beginnings of programs; an image may hide one before its mark, and a system would run it."""
_ZIP_END, _ZIP_END_BYTES, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_LARGEST_DIRECTORY_BYTES = 4 * 1024 * 1024
"""An archive with a longer list of contents is not looked into: it may be made to fill a memory."""
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_HEAD_BYTES = 4096
_TEXT_CONTROLS = frozenset(b"\t\n\r\f\x1b")
_FIRST_PRINTABLE = 32
_LONGEST_KIND = 40
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_CHUNK_BYTES = 1 << 20


def file_name(kind: str, on: date | None, ref: str, suffix: str) -> str:
    """A name such as `radiograph-2023-04-01-m0123.png`.

    Args:
        kind: What it is, in a word or two; never a text that a person typed.
        on: Its date, where known.
        ref: Our migration ref.
        suffix: One of `MEDIA_TYPES`.

    Raises:
        ValueError: the suffix is not carried, or the ref is none of ours.
    """
    if suffix not in MEDIA_TYPES:
        message = f"Files of kind '{suffix}' are not carried."
        raise ValueError(message)
    if not _REF.fullmatch(ref):
        message = "A file's name takes our reference and nothing else."
        raise ValueError(message)
    plain = unicodedata.normalize("NFKD", kind).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_LONGEST_KIND].strip("-")
    return f"{word or 'file'}-{on.isoformat() if on else 'undated'}-{ref}{suffix}"


def suffix_of(path: Path) -> str | None:
    """What a file is by its bytes, as a suffix of `MEDIA_TYPES`; None when nobody here knows.

    An image that begins as a program is of no kind that a system opens by itself.

    The file's own name only decides where the bytes leave several of them open.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    named = path.suffix.lower()
    named = _SAME.get(named, named)
    if suffix := _signed(head, path):
        return suffix
    if _is_text(head):  # pages and scripts too: under this suffix nothing runs them
        return ".json" if named == ".json" else ".txt"
    guesses = [suffix for suffix in _guesses(path) if suffix in MEDIA_TYPES.keys() - {UNKNOWN}]
    if named in guesses:
        return named
    return guesses[0] if guesses else None


def media_type(suffix: str) -> str:
    """The media type of a carried suffix."""
    return MEDIA_TYPES[suffix]


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def is_too_large(path: Path, limit_bytes: int = LARGEST_BYTES) -> bool:
    """Whether a reference record must stand for the file."""
    return path.stat().st_size > limit_bytes


def reference_record(path: Path, *, kept_at: str) -> str:
    """The text that stands for a file too large to carry: name, size, hash and where it is kept."""
    return "\n".join(
        (
            "This file is kept outside, because it is larger than the destination takes.",
            f"Name: {path.name}",
            f"Size: {path.stat().st_size} bytes",
            f"SHA-256: {sha256_of(path)}",
            f"Kept at: {kept_at}",
        )
    )


def _signed(head: bytes, path: Path) -> str | None:
    """The kinds that a practice has most, told by signatures of our own."""
    for signature, suffix in _SIGNATURES.items():
        if head.startswith(signature):
            return suffix
    if head[_DICOM_AT : _DICOM_AT + len(_DICOM)] == _DICOM:
        return UNKNOWN if head.startswith(_RUNS) else ".dcm"
    if head.startswith(b"PK\x03\x04"):
        return _zipped(path)
    if head.startswith(_OLE):
        return ".xls" if path.suffix.lower() == ".xls" else ".doc"
    return None


def _zipped(path: Path) -> str:
    """Office file or archive; one that is broken or vast is carried as what it was, unopened."""
    if _directory_bytes(path) > _LARGEST_DIRECTORY_BYTES:
        return ".zip"
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return ".zip"
    for folder, suffix in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return suffix
    return ".zip"


def _directory_bytes(path: Path) -> int:
    """How long an archive's list of contents is, by what stands at its end; 0 when nothing does."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _ZIP_END_BYTES - _LONGEST_COMMENT))
        tail = file.read()
    at = tail.rfind(_ZIP_END)
    length = tail[at + 12 : at + 16] if at >= 0 else b""
    return int.from_bytes(length, "little")


def _guesses(path: Path) -> list[str]:
    """Suffixes that fit the bytes, surest first."""
    try:
        found = puremagic.magic_file(path)
    except (puremagic.PureError, ValueError):
        return []
    return [_SAME.get(guess.extension, guess.extension) for guess in found if guess.extension]


def _is_text(head: bytes) -> bool:
    """Whether bytes read as text: no control characters but those of lines."""
    if head.startswith(_UTF_16):
        return True
    return bool(head) and all(byte >= _FIRST_PRINTABLE or byte in _TEXT_CONTROLS for byte in head)
