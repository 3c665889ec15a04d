"""How the PANDA-like convention writes charts: a row per tooth, and per tooth and measure.

Rule of the house: -1 is not measured; recession is positive, and 100 + n means n mm coronal.
"""

from collections.abc import Iterable, Iterator
from functools import cache

from core.practice.conventions.convention import ChartTable, Meaning, Place
from core.practice.conventions.layout import Cell, Row
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.panda_tables import PERIO_MEASURE, PERIO_TOOTH
from core.practice.conventions.schema import Table
from core.practice.course_records import SITES, Exam, Six, Tooth
from core.practice.model import Fault, Key, Oddity

NOT_MEASURED = -1
CORONAL = 100
MEASURES = {
    1: "probing depth",
    2: "gingival margin",
    3: "mucogingival junction",
    4: "bit sum: bleeding 1, suppuration 2, plaque 4",
}
"""What each MeasureType means."""
_SCALE = "Glickman"
_TOOTH_COLUMNS = {
    "exam_key": "ExamID",
    "tooth": "Tooth",
    "is_missing": "Missing",
    "is_implant": "Implant",
    "mobility": "Mobility",
    "furcation_b": "FurcB",
    "furcation_l": "FurcL",
    "furcation_m": "FurcM",
    "furcation_d": "FurcD",
    "furcation_scale": "FurcScale",
    "note": "Note",
}
_READING_COLUMNS = {"exam_key": "ExamID", "tooth": "Tooth"}


@cache
def _cells(values: Six) -> tuple[str, ...]:
    return tuple(_cell(value) for value in values)


def _cell(value: int | None) -> str:
    if value is None:
        return str(NOT_MEASURED)
    return str(CORONAL - value if value < 0 else value)


class PandaCharts:
    """Rows of the charts, and where in them the planted things ended up."""

    entities: tuple[str, ...] = ("tooth_finding", "site_reading")

    def __init__(self, faults: Iterable[Fault], oddities: Iterable[Oddity], first_key: int) -> None:
        """Remember what is planted; measures are numbered from `first_key`."""
        self._next = first_key
        self._faults: dict[Key, list[Fault]] = {}
        for fault in faults:
            if fault.entity == "site_reading":
                self._faults.setdefault(fault.key, []).append(fault)
        wanted = [*self._faults, *(o.key for o in oddities if o.entity == "site_reading")]
        self._special = {key[0] for key in wanted if isinstance(key, tuple)}
        self._numbers: dict[Key, int] = {}
        self._repeats: dict[Key, int] = {}
        self._later: list[tuple[Key, Row]] = []

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        yield PERIO_TOOTH, self._tooth_rows(exams)
        yield PERIO_MEASURE, self._measure_rows(exams)

    def places_of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Table, key, column and site of something planted in a chart."""
        key = planted.key
        assert isinstance(key, tuple)
        if planted.entity == "tooth_finding":
            column = _TOOTH_COLUMNS.get(planted.field)
            return (Place(PERIO_TOOTH.name, f"{key[0]}|{key[1]}", column),)
        is_repeat = isinstance(planted, Fault) and planted.rule == "duplicate"
        number = (self._repeats if is_repeat else self._numbers)[key]
        site = None if is_repeat else planted.site or None
        column = site or _READING_COLUMNS.get(planted.field)
        return (Place(PERIO_MEASURE.name, str(number), column, site),)

    def meanings(self) -> Iterator[Meaning]:
        """What every column of the charts holds."""
        for name, column in _TOOTH_COLUMNS.items():
            yield Meaning(PERIO_TOOTH.name, column, "tooth_finding", name)
        kinds = "; ".join(f"{number} {meaning}" for number, meaning in MEASURES.items())
        for column, entity, field, note in (
            ("MeasureID", "", "", "numbers the rows"),
            ("ExamID", "site_reading", "exam_key", ""),
            ("Tooth", "site_reading", "tooth", "Universal 1-32"),
            ("MeasureType", "site_reading", "measure", kinds),
        ):
            yield Meaning(PERIO_MEASURE.name, column, entity, field, note)
        for site in SITES:
            note = f"site {site}, by MeasureType"
            yield Meaning(PERIO_MEASURE.name, site, "site_reading", "value", note, site)

    def tables(self) -> tuple[ChartTable, ...]:
        """How each table of the charts is read."""
        measures = {"1": "probing_depth", "2": "gingival_margin", "3": "mgj", "4": "bits"}
        return (
            ChartTable(PERIO_TOOTH.name, "tooth_finding", MapLayout.ROWS, PERIO_TOOTH.key),
            ChartTable(
                PERIO_MEASURE.name,
                "site_reading",
                MapLayout.TOOTH_MEASURES,
                ("MeasureID",),
                measures,
            ),
        )

    def _tooth_rows(self, exams: list[Exam]) -> Iterator[Row]:
        for exam in exams:
            for tooth in exam.teeth:
                yield (
                    exam.exam_key,
                    str(tooth.tooth),
                    int(tooth.is_missing),
                    int(tooth.is_implant),
                    tooth.mobility,
                    *tooth.furcation,
                    _SCALE if any(tooth.furcation) else None,
                    tooth.note,
                )

    def _measure_rows(self, exams: list[Exam]) -> Iterator[Row]:
        for exam in exams:
            is_special = exam.exam_key in self._special
            for tooth in exam.teeth:
                for number, name, values in _measured(tooth):
                    row: Row = (
                        self._next,
                        exam.exam_key,
                        str(tooth.tooth),
                        number,
                        *_cells(values),
                    )
                    if is_special:
                        row = self._planted(row, (exam.exam_key, tooth.tooth, name))
                    self._next += 1
                    yield row
        for key, row in self._later:
            self._repeats[key] = self._next
            yield (self._next, *row[1:])
            self._next += 1
        # what was kept for later is written; exams that come after go on numbering from here
        self._later.clear()

    def _planted(self, row: Row, key: Key) -> Row:
        """The row with its planted cells; a row to be repeated is kept for later."""
        self._numbers[key] = self._next
        cells: list[Cell] = list(row)
        again: list[Cell] | None = None
        for fault in self._faults.get(key, ()):
            is_repeat = fault.rule == "duplicate"
            if is_repeat:
                again = list(row)
            if fault.site:
                changed = again if is_repeat and again is not None else cells
                changed[PERIO_MEASURE.position(fault.site)] = fault.written
        if again is not None:
            self._later.append((key, tuple(again)))
        return tuple(cells)


def _measured(tooth: Tooth) -> Iterator[tuple[int, str, Six]]:
    if tooth.depth and tooth.margin and tooth.mgj and tooth.flags:
        yield 1, "depth", tooth.depth
        yield 2, "margin", tooth.margin
        yield 3, "mgj", tooth.mgj
        yield 4, "flags", tooth.flags
