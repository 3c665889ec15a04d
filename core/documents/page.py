"""A sheet of paper that takes text line by line, in fonts that know more than Latin.

Rule of the house: no character is lost; one that the font cannot draw is written as its code
point and named at the end of the document.
"""

import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from reportlab.lib.pagesizes import letter
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from core.errors import SettingMissing

REGULAR, BOLD, MONO = "DejaVuSans", "DejaVuSans-Bold", "DejaVuSansMono"

WIDTH_PT, HEIGHT_PT = letter
MARGIN_PT = 48.0
"""Also within the printable part of A4, which is 17 pt narrower."""

_TAB_SIZE = 4
_WORDS = re.compile(r"\S+|\s+")
_FOOTER_PT = 7.5
_FIRST_PLANE = 0xFFFF


@dataclass(frozen=True, slots=True)
class Style:
    """How a line is set."""

    font: str
    size_pt: float
    leading_pt: float


_LABEL = Style(BOLD, 9, 13)
_VALUE = Style(REGULAR, 9, 13)
_LABEL_WIDTH_PT = 96.0


@cache
def _font(name: str) -> TTFont:
    """A font, parsed once a process."""
    # The DejaVu fonts come with matplotlib, which itself is never imported: that takes a second.
    spec = find_spec("matplotlib")
    if spec is None or not spec.submodule_search_locations:
        message = "The fonts of the documents are not installed (package matplotlib)."
        raise SettingMissing(message, next_step="Install the project again.")
    root = Path(spec.submodule_search_locations[0])
    font = TTFont(name, str(root / "mpl-data" / "fonts" / "ttf" / f"{name}.ttf"))
    pdfmetrics.registerFont(font)
    return font


@cache
def _glyphs(name: str) -> frozenset[str]:
    """The characters that a font draws, and a reader can copy out again."""
    # reportlab writes the code of a character beyond the first plane so that no viewer finds it
    return frozenset(chr(code) for code in _font(name).face.charToGlyph if code <= _FIRST_PLANE)


@cache
def _width(name: str, character: str) -> float:
    """Width of a character at one point."""
    return float(pdfmetrics.stringWidth(character, _font(name).fontName, 1.0))


def code_point(character: str) -> str:
    """A character as `U+1F600`."""
    return f"U+{ord(character):04X}"


class Sheet:
    """Pages that fill from the top; a new one begins when there is no room.

    Attributes:
        undrawn: Characters that the font did not have, in order of appearance.
    """

    def __init__(self, *, title: str) -> None:
        """Begin a document; the title is seen in a viewer's window and holds no patient."""
        self._bytes = io.BytesIO()
        # invariant: fixed dates and ids, so that equal input makes equal bytes
        self._canvas = Canvas(self._bytes, pagesize=letter, invariant=1, lang="en-US")
        self._canvas.setTitle(title)
        self._canvas.setAuthor("perio")
        self._canvas.setProducer("perio")
        self._top_pt = HEIGHT_PT - MARGIN_PT
        self._page = 1
        self.undrawn: dict[str, None] = {}

    def drawable(self, text: str, font: str) -> str:
        """The text with every character that the font lacks written as its code point."""
        glyphs = _glyphs(font)
        if glyphs.issuperset(text):
            return text
        parts = []
        for character in text:
            if character in glyphs:
                parts.append(character)
            else:
                self.undrawn[character] = None
                parts.append(f"[{code_point(character)}]")
        return "".join(parts)

    def line(self, text: str, style: Style, *, indent_pt: float = 0.0) -> None:
        """Set one line as it is; the caller knows that it fits."""
        self.need(style.leading_pt)
        self._top_pt -= style.leading_pt
        drawn = self.drawable(text, style.font)
        if not drawn.strip():
            return
        _font(style.font)
        self._canvas.setFont(style.font, style.size_pt)
        self._canvas.drawString(MARGIN_PT + indent_pt, self._top_pt, drawn)

    def text(self, text: str, style: Style, *, indent_pt: float = 0.0) -> None:
        """Set a text, wrapped; blanks and empty lines stay, a form feed begins a page."""
        room_pt = WIDTH_PT - 2 * MARGIN_PT - indent_pt
        pages = unicodedata.normalize("NFC", text).expandtabs(_TAB_SIZE).split("\f")
        for number, page in enumerate(pages):
            if number:
                self.turn()
            for paragraph in page.splitlines():
                for line in wrapped(self.drawable(paragraph, style.font), style, room_pt):
                    self.line(line, style, indent_pt=indent_pt)

    def heading(self, pairs: Sequence[tuple[str, str]]) -> None:
        """Labels and values above a document, then a line; an empty value is left out."""
        for label, value in pairs:
            if value:
                self.need(_LABEL.leading_pt)
                self.line(label, _LABEL)
                self.space(-_LABEL.leading_pt)
                self.text(value, _VALUE, indent_pt=_LABEL_WIDTH_PT)
        if pairs:
            self.rule()

    def space(self, height_pt: float) -> None:
        """Leave room."""
        self._top_pt -= height_pt

    def rule(self) -> None:
        """A thin line across."""
        self.space(4)
        self._canvas.setLineWidth(0.5)
        self._canvas.line(MARGIN_PT, self._top_pt, WIDTH_PT - MARGIN_PT, self._top_pt)
        self.space(8)

    def need(self, height_pt: float) -> None:
        """Begin a page unless there is room for so much more."""
        if self._top_pt - height_pt < MARGIN_PT:
            self.turn()

    def turn(self) -> None:
        """Begin a page."""
        self._number()
        self._canvas.showPage()
        self._page += 1
        self._top_pt = HEIGHT_PT - MARGIN_PT

    def close(self) -> bytes:
        """Name what could not be drawn, and end the document."""
        if self.undrawn:
            style = Style(REGULAR, 7.5, 10)
            self.rule()
            self.text("Characters written as code points, which the font does not have:", style)
            for character in self.undrawn:
                name = unicodedata.name(character, "no name")
                self.text(f"[{code_point(character)}] {name}", style)
        self._number()
        self._canvas.showPage()
        self._canvas.save()
        return self._bytes.getvalue()

    def _number(self) -> None:
        _font(REGULAR)
        self._canvas.setFont(REGULAR, _FOOTER_PT)
        self._canvas.drawRightString(WIDTH_PT - MARGIN_PT, MARGIN_PT / 2, f"page {self._page}")


def wrapped(paragraph: str, style: Style, room_pt: float) -> Iterator[str]:
    """A paragraph in lines that fit; leading and inner blanks stay, only those at a break go."""
    room = room_pt / style.size_pt
    line, used = "", 0.0
    for word in _WORDS.findall(paragraph):
        width = sum(_width(style.font, character) for character in word)
        if used + width <= room:
            line, used = line + word, used + width
            continue
        if line.strip():
            yield line.rstrip()
            line, used = "", 0.0
            if word.isspace():
                continue
        for character in word:  # longer than a whole line: broken where it must
            step = _width(style.font, character)
            if used + step > room:
                yield line
                line, used = "", 0.0
            line, used = line + character, used + step
    yield line.rstrip()
