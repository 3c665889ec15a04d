"""Makes the cells of grids: one function a column, from exam, tooth and site.

Rule of the house: a cell follows from its column's role alone.
"""

from collections.abc import Callable, Iterator

from core.practice.conventions.encoding import BITS, Encoding
from core.practice.conventions.grid import Held
from core.practice.conventions.layout import Cell
from core.practice.conventions.style import Style, guid
from core.practice.course_records import SITES, Exam, Six, Tooth

Makes = Callable[[Exam, Tooth | None, int], Cell]
"""Exam, tooth and place of the site -> cell."""
Of = Callable[[Tooth, int], Cell]
SCALE = "Glickman"
_FURCATION = {"furcation_b": 0, "furcation_l": 1, "furcation_m": 2, "furcation_d": 3}


class Cells:
    """Makes the functions that fill a grid's columns."""

    def __init__(self, style: Style, encoding: Encoding) -> None:
        """Write keys and flags in this style, readings in this encoding."""
        self._style, self._encoding = style, encoding

    def of(self, held: Held, numbers: Iterator[int]) -> Makes:
        """What fills one column."""
        own = self._own(held.role, numbers)
        if own is not None:
            return own
        of_tooth = self._of_tooth(held)

        def make(exam: Exam, tooth: Tooth | None, place: int) -> Cell:
            if held.tooth:
                tooth = _tooth(exam, held.tooth)
            return None if tooth is None else of_tooth(tooth, place)

        return make

    def _own(self, role: str, numbers: Iterator[int]) -> Makes | None:
        """Columns that say which row this is."""
        makes: dict[str, Makes] = {
            "number": lambda _exam, _tooth, _place: next(numbers),
            "guid": lambda exam, tooth, place: guid("site", *_names(exam, tooth), SITES[place]),
            "tooth_guid": lambda exam, tooth, _: guid("tooth", *_names(exam, tooth)),
            "tooth_row": lambda exam, tooth, _: guid("tooth", *_names(exam, tooth)),
            "exam_key": lambda exam, _tooth, _place: self._style.key("perio_exam", exam.exam_key),
        }
        return makes.get(role)

    def _of_tooth(self, held: Held) -> Of:
        role, encoding = held.role, self._encoding
        if role in BITS:
            return self._at(held, "flags", lambda flags: encoding.mark(flags, role))
        measured: dict[str, Of] = {
            "tooth": lambda tooth, _: encoding.tooth(tooth.tooth),
            "site": lambda _, place: encoding.sites[SITES[place]],
            "probing_depth": self._at(held, "depth", encoding.mm),
            "gingival_margin": self._at(held, "margin", encoding.margin),
            "mgj": self._at(held, "mgj", encoding.mm),
            "marks": self._at(held, "flags", encoding.all_marks),
        }
        return measured.get(role) or self._finding(role)

    def _at(self, held: Held, measure: str, write: Callable[[int | None], Cell]) -> Of:
        """A reading at the column's site, or at the row's."""
        fixed = SITES.index(held.site) if held.site else None

        def at(tooth: Tooth, place: int) -> Cell:
            values: Six | None = getattr(tooth, measure)
            if values is None:
                return self._encoding.blank
            return write(values[place if fixed is None else fixed])

        return at

    def _finding(self, role: str) -> Of:
        no_text, flags = self._encoding.no_text, self._style.flags
        if role in _FURCATION:
            entrance = _FURCATION[role]
            return lambda tooth, _: tooth.furcation[entrance] or no_text
        found: dict[str, Of] = {
            "is_missing": lambda tooth, _: flags[tooth.is_missing],
            "is_implant": lambda tooth, _: flags[tooth.is_implant],
            "mobility": lambda tooth, _: no_text if tooth.mobility is None else tooth.mobility,
            "furcation_scale": lambda tooth, _: SCALE if any(tooth.furcation) else no_text,
            "note": lambda tooth, _: tooth.note or no_text,
        }
        return found[role]


def _tooth(exam: Exam, number: int) -> Tooth | None:
    """A tooth of the exam; mostly all 32 are there in order."""
    if len(exam.teeth) >= number and exam.teeth[number - 1].tooth == number:
        return exam.teeth[number - 1]
    return next((one for one in exam.teeth if one.tooth == number), None)


def _names(exam: Exam, tooth: Tooth | None) -> tuple[int, int]:
    assert tooth is not None, "rows of an exam have no tooth"
    return exam.exam_key, tooth.tooth
