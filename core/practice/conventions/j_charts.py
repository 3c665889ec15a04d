"""How convention J writes charts: a text a measure and side, one character (or two) a site.

Rule of the house: texts run as a screen shows the mouth: 1 to 16, then 32 to 17, each tooth's sites
from left to right; X is not measured, a blank is no tooth, a letter is a depth above 9.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from core.practice.conventions.convention import ChartTable, Meaning, Place
from core.practice.conventions.layout import Cell, Row
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.planted import (
    CHART_ENTITIES,
    ROLES,
    PlantedReadings,
    chart_key,
)
from core.practice.conventions.schema import Table, columns
from core.practice.course_records import SITES, Exam, Six, Tooth
from core.practice.model import Fault, Oddity

UPPER, LOWER = tuple(range(1, 17)), tuple(range(32, 16, -1))
SIDES = {"facial": ("MB", "B", "DB"), "lingual": ("ML", "L", "DL")}
_MEASURES = {role: measure for measure, role in ROLES.items()}
_BITS = {"bleeding": 1, "suppuration": 2, "plaque": 4}
_LAST_UPPER_RIGHT, _FIRST_LOWER_RIGHT = 8, 25
_LEFT = "As the screen shows the mouth."


def on_screen(side: str) -> tuple[tuple[int, str], ...]:
    """(tooth, site) of one side of the mouth as a screen shows it, from left to right."""
    found = []
    for tooth in (*UPPER, *LOWER):
        is_right = tooth <= _LAST_UPPER_RIGHT or tooth >= _FIRST_LOWER_RIGHT
        sites = SIDES[side]
        found += [(tooth, site) for site in (reversed(sites) if is_right else sites)]
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Packed:
    """One packed column."""

    column: str
    role: str
    sides: tuple[str, ...]
    width: int = 1

    @property
    def spots(self) -> tuple[tuple[int, str], ...]:
        """What stands where."""
        return tuple(spot for side in self.sides for spot in on_screen(side))


BOTH = ("facial", "lingual")
PACKED = (
    Packed("PDBuccal", "probing_depth", ("facial",)),
    Packed("PDLingual", "probing_depth", ("lingual",)),
    Packed("RecBuccal", "gingival_margin", ("facial",), 2),
    Packed("RecLingual", "gingival_margin", ("lingual",), 2),
    Packed("MGJBuccal", "mgj", ("facial",)),
    Packed("MGJLingual", "mgj", ("lingual",)),
    Packed("BOP", "bleeding", BOTH),
    Packed("Supp", "suppuration", BOTH),
    Packed("Plaque", "plaque", BOTH),
)
TABLE = Table(
    "PerioChart",
    columns(
        "ExamID:INTEGER MissingTeeth:VARCHAR(96) Implants:VARCHAR(96) Mobility:VARCHAR(160) "
        "Furcation:VARCHAR(255) "
        + " ".join(f"{one.column}:VARCHAR({len(one.spots) * one.width})" for one in PACKED)
    ),
    ("ExamID",),
)


class PackedCharts:
    """Rows of `PerioChart`, and where in them the planted things ended up."""

    entities: tuple[str, ...] = CHART_ENTITIES

    def __init__(self, faults: Iterable[Fault], oddities: Iterable[Oddity], _first: int) -> None:
        """Remember what is planted."""
        self._planted = PlantedReadings(faults, oddities)
        self._lost: set[int] = set()

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        yield TABLE, self._rows(exams)

    def places_of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Where something planted stands; a site is written `tooth:site`, as a text holds many."""
        exam, tooth, measure = chart_key(planted)
        if planted.site and measure in ROLES:
            if isinstance(planted, Fault) and not _unreadable(planted):
                return ()
            packed = next(
                one
                for one in PACKED
                if one.role == ROLES[measure] and (tooth, planted.site) in one.spots
            )
            site = f"{tooth}:{planted.site}"
            return (Place(TABLE.name, str(exam), packed.column, site),)
        # A text has no room for a tooth that is none, nor a table for the same exam again.
        return (Place(TABLE.name, str(exam), "ExamID"),) if exam in self._lost else ()

    def meanings(self) -> Iterator[Meaning]:
        """What every column of the charts holds."""
        yield Meaning(TABLE.name, "ExamID", "site_reading", "exam_key")
        for column, role, note in (
            ("MissingTeeth", "missing_teeth", "Universal numbers, apart by commas"),
            ("Implants", "implants", "Universal numbers, apart by commas"),
            ("Mobility", "mobility", "one a tooth from 1 to 32, apart by commas"),
            ("Furcation", "furcation", "tooth:entrance=grade, apart by semicolons"),
        ):
            yield Meaning(TABLE.name, column, "tooth_finding", role, note)
        for one in PACKED:
            options = {"order": "screen", "aspect": ",".join(one.sides), "width": str(one.width)}
            options |= {"no_tooth": " "}
            options |= {"0": "no", "1": "yes"} if one.role in _BITS else {"unmeasured": "X"}
            yield Meaning(TABLE.name, one.column, "site_reading", one.role, _LEFT, "", options)

    def tables(self) -> tuple[ChartTable, ...]:
        """How each table of the charts is read."""
        return (ChartTable(TABLE.name, "site_reading", MapLayout.PACKED, ("ExamID",)),)

    def _rows(self, exams: list[Exam]) -> Iterator[Row]:
        for exam in exams:
            if exam.is_lost:
                self._lost.add(exam.exam_key)
            if exam.teeth:
                teeth = {tooth.tooth: tooth for tooth in exam.teeth}
                packed = (self._text(one, exam.exam_key, teeth) for one in PACKED)
                yield (exam.exam_key, *_lists(teeth), *packed)

    def _text(self, packed: Packed, exam: int, teeth: dict[int, Tooth]) -> str:
        found = [_cell(packed, teeth.get(tooth), site) for tooth, site in packed.spots]
        if exam in self._planted.exams and packed.role in _MEASURES:
            for place, (tooth, site) in enumerate(packed.spots):
                key = (exam, tooth, _MEASURES[packed.role], site)
                fault = self._planted.cells.get(key)
                if fault and _unreadable(fault):
                    found[place] = "?" * packed.width
        return "".join(found)


def _unreadable(fault: Fault) -> bool:
    """Whether a fault can stand in a text: a sign nobody can read; no number is too large."""
    return fault.rule == "unreadable"


def _cell(packed: Packed, tooth: Tooth | None, site: str) -> str:
    write: dict[str, Callable[[int | None], str]] = {
        "probing_depth": _digit,
        "mgj": _digit,
        "gingival_margin": lambda value: "X" if value is None else str(value),
    }
    measure = _MEASURES.get(packed.role, "flags")
    values: Six | None = getattr(tooth, measure) if tooth else None
    if values is None:
        return " " * packed.width
    value = values[SITES.index(site)]
    if measure == "flags":
        return "1" if (value or 0) & _BITS[packed.role] else "0"
    text = write[packed.role](value).rjust(packed.width)
    assert len(text) == packed.width, f"{packed.column}: no room for a reading"
    return text


def _digit(value: int | None) -> str:
    return "X" if value is None else f"{value:X}"


def _lists(teeth: dict[int, Tooth]) -> tuple[Cell, ...]:
    real = [teeth[number] for number in range(1, 33) if number in teeth]
    mobility = {tooth.tooth: tooth.mobility or "" for tooth in real}
    furcation = [
        f"{tooth.tooth}:{entrance}={grade}"
        for tooth in real
        for entrance, grade in zip("BLMD", tooth.furcation, strict=True)
        if grade
    ]
    return (
        ",".join(str(tooth.tooth) for tooth in real if tooth.is_missing),
        ",".join(str(tooth.tooth) for tooth in real if tooth.is_implant),
        ",".join(mobility.get(number, "") for number in range(1, 33)),
        ";".join(furcation),
    )
