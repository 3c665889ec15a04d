"""Convention K, an opaque chart: compressed XML that only its own program reads.

Rule of the house: nothing of such a chart may be guessed; the exam's own row is all there is.
"""

import zlib
from collections.abc import Iterable, Iterator

from core.practice.conventions.convention import ChartTable, Convention, Json, Meaning, Place
from core.practice.conventions.declared import Apart, declared
from core.practice.conventions.layout import Cell, Row
from core.practice.conventions.plain_tables import PLAIN
from core.practice.conventions.planted import CHART_ENTITIES
from core.practice.conventions.schema import Table
from core.practice.conventions.style import Style
from core.practice.course_records import Exam, Six, Tooth
from core.practice.model import Fault, Oddity

OPAQUE = "Opaque: a format of the program's own that nobody documented; it is not guessed."
"""Why the chart is left."""
_TEETH = range(1, 33)
_EXAM = """
perio_exam PerioExam
    ExamID=exam_key PatID=patient_key ExamDate=examined_on ProvID=provider_key Note=note
    ChartVersion:INTEGER ChartData:BLOB=@teeth/chart
"""


def _chart(teeth: object) -> Cell:
    assert isinstance(teeth, tuple)
    parts = [_tooth(tooth) for tooth in teeth if tooth.tooth in _TEETH]
    return zlib.compress(f'<Chart v="3">{"".join(parts)}</Chart>'.encode(), 9)


def _tooth(tooth: Tooth) -> str:
    found = {
        "n": str(tooth.tooth),
        "s": "M" if tooth.is_missing else "I" if tooth.is_implant else "T",
        "mob": tooth.mobility or "",
        "fur": ",".join(grade or "" for grade in tooth.furcation),
        "pd": _six(tooth.depth),
        "gm": _six(tooth.margin),
        "mj": _six(tooth.mgj),
        "fl": _six(tooth.flags),
    }
    said = " ".join(f'{name}="{text}"' for name, text in found.items())
    return f"<T {said}/>"


def _six(values: Six | None) -> str:
    return " ".join("." if value is None else str(value) for value in values or ())


STYLE = Style()
LAYOUTS = declared(
    PLAIN + _EXAM,
    STYLE,
    hows={"chart": _chart},
    apart={"PerioExam": Apart(left={"ChartData": OPAQUE})},
)


class OpaqueCharts:
    """No table of its own: the chart stands in the exam's row, and nothing can be planted in it."""

    entities: tuple[str, ...] = CHART_ENTITIES

    def __init__(self, _faults: Iterable[Fault], _odd: Iterable[Oddity], _first: int) -> None:
        """Nothing to remember."""

    def rows(self, _exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """No rows besides the exams'."""
        return iter(())

    def places_of(self, _planted: Fault | Oddity) -> tuple[Place, ...]:
        """Nowhere."""
        return ()

    def meanings(self) -> Iterator[Meaning]:
        """No columns."""
        return iter(())

    def tables(self) -> tuple[ChartTable, ...]:
        """No tables."""
        return ()


SETTINGS: Json = {
    "chart": "opaque",
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": None,
    "coronal_margin_from": None,
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding", "site_reading"],
}

K = Convention(
    name="k",
    tables=tuple(layout.table for layout in LAYOUTS),
    layouts=LAYOUTS,
    charts=OpaqueCharts,
    settings=SETTINGS,
    key=STYLE.key_text,
)
