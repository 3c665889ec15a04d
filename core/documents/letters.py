"""Letters as PDF: rich text or plain text, with a heading of what the practice knew about them.

Rule of the house: the PDF is for reading; the original is kept beside it and is what counts.
"""

import re
from collections.abc import Sequence

from striprtf.striprtf import rtf_to_text

from core.documents.page import REGULAR, Sheet, Style

_BODY = Style(REGULAR, 10.5, 14.5)

_RTF = b"{\\rtf"
_BINARY = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x1f\x8b")
"""Beginnings of formats that are not text: Office files old and new, PDF, gzip."""

_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def letter_pdf(body: bytes, body_format: str, *, heading: Sequence[tuple[str, str]]) -> bytes:
    """A letter to read.

    Args:
        body: The letter as the practice kept it.
        body_format: "rtf", or anything else for plain text; a body that begins as RTF is RTF.
        heading: Label and value of what stands above the letter, in order; empty values are left
            out.

    Returns:
        A PDF, Letter size; the same bytes for the same input.

    Raises:
        ValueError: the body is neither RTF nor text; keep the original alone.
    """
    sheet = Sheet(title="Letter")
    sheet.heading(heading)
    sheet.text(letter_text(body, body_format), _BODY)
    return sheet.close()


def letter_text(body: bytes, body_format: str) -> str:
    """The words of a letter.

    Raises:
        ValueError: the body is neither RTF nor text.
    """
    start = body.lstrip()[:16]
    if start.startswith(_RTF):
        return _without_surrogates(_rtf_text(body)).strip("\n")
    marked = body.startswith(tuple(mark for mark, _ in _MARKS))
    if start.startswith(_BINARY) or (b"\x00" in body and not marked):
        message = f"A letter recorded as {body_format or 'text'} is neither RTF nor text."
        raise ValueError(message)
    return plain_text(body).strip("\n")


def plain_text(body: bytes) -> str:
    """Text from bytes: by its mark, else UTF-8, else Windows' Western code page."""
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return body.decode("cp1252")
    except UnicodeDecodeError:
        return body.decode("latin-1")  # five bytes have no place in cp1252; nothing is dropped


def _rtf_text(body: bytes) -> str:
    # RTF is 7-bit; bytes beyond are written as escapes, so that its own code page reads them
    escaped = _HIGH_BYTE.sub(lambda found: b"\\'%02x" % found[0][0], body)
    text = rtf_to_text(escaped.decode("ascii"), errors="replace")  # type: ignore[no-untyped-call]
    return str(text)


def _without_surrogates(text: str) -> str:
    # RTF writes characters beyond the first plane as two halves
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
