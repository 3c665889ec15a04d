"""What a chart says of a mouth, read from the tables or taken from the model, made comparable.

Rule of the house: the decoders of the tests share no line with the writers they are held against.
"""

from dataclasses import dataclass, field
from typing import Any

from core.practice.course_records import SITES

MEASURES = ("depth", "margin", "mgj", "marks")


@dataclass
class Said:
    """What is said of one tooth; each measure by site, None where nothing was measured."""

    is_missing: bool = False
    is_implant: bool = False
    mobility: str | None = None
    furcation: tuple[Any, ...] = (None, None, None, None)
    measures: dict[str, dict[str, Any]] = field(default_factory=dict)

    def put(self, measure, site, value):
        """Note a value; what was said first holds."""
        if value is not None:
            self.measures.setdefault(measure, {}).setdefault(site, value)


@dataclass
class Decoded:
    """Every exam of a practice: (chart number, day) -> tooth -> what is said of it."""

    exams: dict[tuple[str, str], dict[int, Said]] = field(default_factory=dict)
    repeats: int = 0

    def tooth(self, exam, tooth):
        return self.exams[exam].setdefault(tooth, Said())


def expected(practice, teeth=None):
    """What the model says, without exams that hang on nobody; only these teeth if given."""
    chart_numbers = {p.patient_key: p.chart_number for p in practice.patients}
    found = {}
    for exam in practice.exams:
        if exam.is_lost or exam.patient_key not in chart_numbers:
            continue
        who = chart_numbers[exam.patient_key], exam.examined_on.isoformat()
        found[who] = {
            tooth.tooth: said_of(tooth)
            for tooth in exam.teeth
            if teeth is None or tooth.tooth in teeth
        }
    return found


def said_of(tooth):
    said = Said(tooth.is_missing, tooth.is_implant, tooth.mobility, tooth.furcation)
    for measure in MEASURES:
        values = getattr(tooth, "flags" if measure == "marks" else measure)
        for site, value in zip(SITES, values or (), strict=False):
            said.put(measure, site, value)
    return said


def plant(exams, practice, fault, written):
    """Put into the expectation what stands in a cell instead of the model's value."""
    exam_key, tooth, measure = fault.key
    exam = next(e for e in practice.exams if e.exam_key == exam_key)
    chart_number = next(
        p.chart_number for p in practice.patients if p.patient_key == exam.patient_key
    )
    said = exams[chart_number, exam.examined_on.isoformat()][tooth]
    said.measures.setdefault(measure, {})[fault.site] = written
