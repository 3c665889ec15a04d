"""How our ref is written where there is no custom field for it, and text where HTML is expected.

Rule of the house: text in, HTML out, the same text back; only `<p>` and `<br>` are used.
"""

import re
from html import escape, unescape

from core.vocabulary.record import REF_FIELD

_REF = r"m[0-9a-f]{24}"
_OURS = re.compile(rf"\A(?:<p>(.*)</p>)?\s*<p>{REF_FIELD} ({_REF})</p>\s*\Z", re.DOTALL)
_MENDED = re.compile(rf"{REF_FIELD} ({_REF})(?:\s|&nbsp;|</?p>|<br\s*/?>)*\Z", re.IGNORECASE)
_IN_NAME = re.compile(rf"(?:\A|[^0-9A-Za-z])({_REF})(?:\.[0-9A-Za-z.]+)?\Z")
_BREAK = re.compile(r"<br\s*/?>|</p>\s*<p>", re.IGNORECASE)
_TAGS = ("<p>", "</p>", "<br>", "<br/>", "<br />")


def with_marker(text: str | None, ref: str) -> str:
    """Text as HTML, with the ref as its last paragraph."""
    marker = f"<p>{REF_FIELD} {ref}</p>"
    return marker if text is None else f"<p>{as_html(text)}</p>{marker}"


def as_html(text: str) -> str:
    """Text as HTML that shows it as it is."""
    return escape(text, quote=False).replace("\r", "&#13;").replace("\n", "<br>")


def as_text(html: str) -> str:
    """What `as_html` was given; of HTML made by others, its text with other tags left in."""
    return unescape(_BREAK.sub("\n", html))


def split(html: str | None) -> tuple[str | None, str | None]:
    """The text and the ref of an activity's note or a note's content.

    A person who edits the note in the destination may leave the marker in other markup; it is
    still found as long as it is the last thing that stands there.

    Returns:
        (text, ref); both None when the record is not ours, the text None when it is empty.
    """
    if ours := _OURS.match(html or ""):
        return (as_text(ours[1]) if ours[1] else None), ours[2]
    if mended := _MENDED.search(html or ""):
        return as_text(_without_edges((html or "")[: mended.start()])) or None, mended[1]
    return None, None


def ref_in_name(name: str | None) -> str | None:
    """The ref at the end of a file name's stem, or None."""
    found = _IN_NAME.search(name or "")
    return found[1] if found else None


def _without_edges(html: str) -> str:
    body = html.strip()
    while tag := next((each for each in _TAGS if body.endswith(each)), None):
        body = body.removesuffix(tag).rstrip()
    return body.removeprefix("<p>")
