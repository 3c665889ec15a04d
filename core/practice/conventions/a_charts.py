"""How convention A writes charts: every fact of a tooth is a row, told apart by SequenceType.

Rule of the house: -1 is not measured; 100 + n is n mm coronal; a missing tooth is a skipped one.
"""

from collections.abc import Iterable, Iterator

from core.practice.conventions.a_style import STYLE
from core.practice.conventions.convention import ChartTable, Meaning, Place
from core.practice.conventions.declared import column, column_words
from core.practice.conventions.layout import Cell, Row
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.planted import CHART_ENTITIES, PlantedReadings, chart_key, taken
from core.practice.conventions.schema import Table
from core.practice.course_records import SITES, Exam, Six, Tooth
from core.practice.model import Fault, Key, Oddity

NOT_MEASURED, CORONAL = -1, 100
MEASURES = {
    "0": "mobility",
    "1": "furcation",
    "2": "gingival_margin",
    "3": "mgj",
    "4": "probing_depth",
    "5": "is_missing",
    "6": "bits",
    "8": "is_implant",
}
"""What each SequenceType means; 8 is this practice's own."""
GRADES = {"I": 1, "II": 2, "III": 3, "IV": 4}
_READINGS = {"depth": "4", "margin": "2", "mgj": "3", "flags": "6"}
_NOTHING: tuple[Cell, ...] = (NOT_MEASURED,) * 6
_COLUMNS = column_words(
    "PerioMeasureNum:INTEGER PerioExamNum:INTEGER SequenceType:TINYINT IntTooth:SMALLINT "
    "ToothValue:VARCHAR(4) MBvalue:SMALLINT Bvalue:SMALLINT DBvalue:SMALLINT MLvalue:SMALLINT "
    "Lvalue:SMALLINT DLvalue:SMALLINT"
)
_COLUMN_OF = {"exam_key": "PerioExamNum", "tooth": "IntTooth"}
_FIRST_SITE = 5


class MeasureCharts:
    """Rows of `periomeasure`, and where in them the planted things ended up."""

    table = Table(
        "periomeasure",
        tuple((one.name, one.kind) for one in (column(word, STYLE) for word in _COLUMNS)),
        ("PerioMeasureNum",),
    )
    entities: tuple[str, ...] = CHART_ENTITIES

    def __init__(self, faults: Iterable[Fault], oddities: Iterable[Oddity], first_key: int) -> None:
        """Remember what is planted; rows are numbered from `first_key`."""
        self._next = first_key
        self._planted = PlantedReadings(faults, oddities)
        self._numbers: dict[Key, list[int]] = {}
        self._repeats: dict[Key, int] = {}

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        yield self.table, self._rows(exams)

    def places_of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Where something planted stands."""
        exam, tooth, measure = chart_key(planted)
        if isinstance(planted, Fault) and planted.rule == "duplicate":
            return (Place(self.table.name, str(self._repeats[exam, tooth]), None),)
        if isinstance(planted, Fault) and planted.site and not _taken(planted):
            return ()
        name = f"{planted.site}value" if planted.site else _COLUMN_OF[planted.field]
        return tuple(
            Place(self.table.name, str(number), name, planted.site or None)
            for number in self._numbers.get((exam, tooth, measure), ())
        )

    def meanings(self) -> Iterator[Meaning]:
        """What every column of the charts holds."""
        kinds = "; ".join(f"{code} {meaning}" for code, meaning in MEASURES.items())
        grades = {f"furcation.{number}": grade for grade, number in GRADES.items()}
        for name, entity, role, note in (
            ("PerioMeasureNum", "", "", "numbers the rows"),
            ("PerioExamNum", "site_reading", "exam_key", ""),
            ("SequenceType", "site_reading", "measure", kinds),
            ("IntTooth", "site_reading", "tooth", "Universal 1-32"),
            ("ToothValue", "site_reading", "tooth_value", "of measures without sites"),
        ):
            yield Meaning(self.table.name, name, entity, role, note)
        for site in SITES:
            note = f"site {site}, by SequenceType"
            yield Meaning(
                self.table.name, f"{site}value", "site_reading", "value", note, site, grades
            )

    def tables(self) -> tuple[ChartTable, ...]:
        """How each table of the charts is read."""
        key = ("PerioMeasureNum",)
        return (
            ChartTable(self.table.name, "site_reading", MapLayout.TOOTH_MEASURES, key, MEASURES),
        )

    def _rows(self, exams: list[Exam]) -> Iterator[Row]:
        later: list[tuple[Key, Row]] = []
        for exam in exams:
            is_special = exam.exam_key in self._planted.exams
            for tooth in exam.teeth:
                for measure, code, value, sites in _facts(tooth):
                    row: Row = (self._next, exam.exam_key, int(code), tooth.tooth, value, *sites)
                    if is_special:
                        row = self._with_planted(row, (exam.exam_key, tooth.tooth, measure), later)
                    self._next += 1
                    yield row
        for key, row in later:
            self._repeats[key] = self._next
            yield (self._next, *row[1:])
            self._next += 1

    def _with_planted(
        self, row: Row, key: tuple[int, int, str], later: list[tuple[Key, Row]]
    ) -> Row:
        """The row with its planted cells; a row to be repeated is kept for later."""
        exam, tooth, measure = key
        self._numbers.setdefault(key, []).append(self._next)
        cells = list(row)
        for place, site in enumerate(SITES, _FIRST_SITE):
            fault = self._planted.cells.get((*key, site))
            if fault and (written := _taken(fault)):
                cells[place] = written[0]
        repeat = self._planted.repeats.get((exam, tooth))
        if repeat and measure == "depth":
            again = list(cells)
            if repeat.site and (written := _taken(repeat)):
                again[_FIRST_SITE + SITES.index(repeat.site)] = written[0]
            later.append(((exam, tooth), tuple(again)))
        return tuple(cells)


def _taken(fault: Fault) -> tuple[Cell] | None:
    return taken(fault.written, is_text=False, unmeasured=NOT_MEASURED)


def _facts(tooth: Tooth) -> Iterator[tuple[str, str, Cell, tuple[Cell, ...]]]:
    """(measure of the model, SequenceType, ToothValue, six sites) of all that is recorded."""
    if tooth.is_missing:
        yield "", "5", "1", _NOTHING
    if tooth.is_implant:
        yield "", "8", "1", _NOTHING
    if tooth.mobility is not None:
        yield "", "0", tooth.mobility, _NOTHING
    if any(tooth.furcation):
        yield "", "1", "-1", _furcation(tooth)
    readings: dict[str, Six | None] = {
        "depth": tooth.depth,
        "margin": tooth.margin,
        "mgj": tooth.mgj,
        "flags": tooth.flags,
    }
    for measure, values in readings.items():
        if values:
            cells = tuple(
                NOT_MEASURED if v is None else CORONAL - v if v < 0 else v for v in values
            )
            yield measure, _READINGS[measure], "-1", cells


def _furcation(tooth: Tooth) -> tuple[Cell, ...]:
    """Grades at the sites beside each entrance: B, L, ML for mesial and DL for distal."""
    found = dict(zip(("B", "L", "ML", "DL"), tooth.furcation, strict=True))
    return tuple(GRADES[grade] if (grade := found.get(site)) else NOT_MEASURED for site in SITES)
