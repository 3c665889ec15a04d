"""How a convention writes readings: numbering, signs, sentinels, marks.

Rule of the house: the model's recession is positive and its None is unknown; what a convention
makes of both is said here and in its settings, nowhere else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from core.practice.conventions.layout import Cell
from core.practice.conventions.planted import taken
from core.practice.course_records import SITES

BLEEDING, SUPPURATION, PLAQUE = 1, 2, 4
BITS = {"bleeding": BLEEDING, "suppuration": SUPPURATION, "plaque": PLAQUE}
_LAST_UPPER_RIGHT, _LAST_UPPER, _LAST_LOWER_LEFT, _LAST = 8, 16, 24, 32


def fdi(tooth: int) -> int:
    """The FDI number of a Universal one; what is no tooth stays as it is."""
    if not 1 <= tooth <= _LAST:
        return tooth
    if tooth <= _LAST_UPPER_RIGHT:
        return 19 - tooth
    if tooth <= _LAST_UPPER:
        return tooth + 12
    return 55 - tooth if tooth <= _LAST_LOWER_LEFT else tooth + 16


def fdi_text(teeth: str) -> str:
    """A list of Universal numbers as FDI numbers."""
    return ",".join(str(fdi(int(tooth))) for tooth in teeth.split(","))


def universal(tooth: int) -> int:
    """The number itself."""
    return tooth


@dataclass(frozen=True, slots=True)
class Encoding:
    """How readings are written.

    Attributes:
        tooth: Universal number -> number in the tables.
        sites: Site -> how a row or a column is named for it, in the order columns stand.
        unmeasured: What stands for "not measured".
        blank: What stands where there is no tooth to measure.
        recession: 1 where recession is positive, -1 where it is negative.
        marks: What an absent and a present mark are.
        letters: Mark -> letter, where one cell holds all marks of a site.
        no_letters: What stands where a site has no mark.
        is_text: Whether the cells of readings hold any text.
        width: How wide a cell of readings is, where it is filled up with blanks.
        no_text: What stands where a finding is not recorded.
    """

    tooth: Callable[[int], Cell] = universal
    sites: Mapping[str, Cell] = field(default_factory=lambda: {site: site for site in SITES})
    unmeasured: Cell = None
    blank: Cell = None
    recession: int = 1
    marks: tuple[Cell, Cell] = (0, 1)
    letters: Mapping[str, str] = field(default_factory=dict)
    no_letters: Cell = ""
    is_text: bool = False
    width: int = 0
    no_text: Cell = None

    def mm(self, value: int | None) -> Cell:
        """A depth or a distance."""
        if value is None:
            return self._filled(self.unmeasured)
        return self._filled(str(value)) if self.is_text else value

    def margin(self, value: int | None) -> Cell:
        """A gingival margin."""
        return self.mm(None if value is None else self.recession * value)

    def mark(self, flags: int | None, name: str) -> Cell:
        """One mark of a bit sum."""
        return self.blank if flags is None else self.marks[bool(flags & BITS[name])]

    def all_marks(self, flags: int | None) -> Cell:
        """All marks of a site as letters."""
        if flags is None:
            return self.blank
        found = "".join(letter for name, letter in self.letters.items() if flags & BITS[name])
        return found or self.no_letters

    def taken(self, written: Cell) -> tuple[Cell] | None:
        """What a planted reading becomes in a cell; None where the cell cannot hold it."""
        found = taken(written, is_text=self.is_text, unmeasured=self.unmeasured)
        return (self._filled(found[0]),) if found else None

    def _filled(self, cell: Cell) -> Cell:
        """The cell at its full width, and no wider."""
        return str(cell)[: self.width].ljust(self.width) if self.width else cell
