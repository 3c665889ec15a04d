"""HTML as Pipedrive keeps it in notes: a modest list of tags, nothing that runs, no comments.

Rule of the house: text is never changed, only markup; what has no markup passes untouched.

Source:
    Pipedrive says that note content is sanitised and does not publish the list; the list here is an
    assumption on the careful side.
"""

import re
from typing import Final

_KEPT: Final = frozenset(
    [
        "a",
        "b",
        "blockquote",
        "br",
        "code",
        "div",
        "em",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "s",
        "span",
        "strong",
        "u",
        "ul",
    ]
)
_SILENCED: Final = frozenset({"script", "style", "iframe", "object", "embed", "template", "title"})
_SCHEMES: Final = ("http://", "https://", "mailto:", "tel:")

_TAG: Final = re.compile(
    r"<!--.*?-->|<[!?][^>]*>"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_HREF: Final = re.compile(
    r"""\bhref\s*=\s*(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|(?P<bare>[^\s"'>]+))""",
    re.IGNORECASE,
)


def sanitised(html: str, *, keeps_comments: bool = False) -> str:
    """The HTML that is kept of what was sent."""
    if "<" not in html:
        return html
    kept: list[str] = []
    silenced_by = ""
    at = 0
    for tag in _TAG.finditer(html):
        if not silenced_by:
            kept.append(_escaped(html[at : tag.start()]))
        at = tag.end()
        name = (tag["name"] or "").lower()
        if silenced_by:
            if tag["end"] and name == silenced_by:
                silenced_by = ""
        elif keeps_comments and tag[0].startswith("<!--"):
            kept.append(tag[0])
        elif name in _SILENCED:
            silenced_by = "" if tag["end"] else name
        elif name in _KEPT:
            kept.append(_kept(name, is_end=bool(tag["end"]), rest=tag["rest"]))
    if not silenced_by:
        kept.append(_escaped(html[at:]))
    return "".join(kept)


def _escaped(text: str) -> str:
    return text.replace("<", "&lt;")


def _kept(name: str, *, is_end: bool, rest: str) -> str:
    if is_end:
        return f"</{name}>"
    found = _HREF.search(rest) if name == "a" else None
    target = (found["double"] or found["single"] or found["bare"] or "") if found else ""
    if not target.strip().lower().startswith(_SCHEMES):
        return f"<{name}>"
    return f'<{name} href="{target.strip().replace(chr(34), "&quot;")}">'
