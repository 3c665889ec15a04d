"""The practice as it is, before any convention writes it down.

Rule of the house: the model holds what is true and what was planted; it knows no table or column.
"""

from dataclasses import dataclass, field

from core.practice.course_records import (
    Diagnosis,
    Document,
    Exam,
    Finding,
    Letter,
    Note,
    Plan,
    Procedure,
    Puzzle,
    Radiograph,
    Template,
    Visit,
)
from core.practice.people_records import Account, Coverage, Doctor, Patient, Provider, Referral

Key = int | str | tuple[int | str, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """Something planted that a migration must reject.

    Attributes:
        entity: The vocabulary's name of the row's entity.
        key: The row's key in the model; (exam, tooth, measure) for a row of site readings.
        rule: The rule it breaks.
        field: The field that breaks it; empty for the whole row.
        site: The site whose cell breaks it; empty for the whole row.
        written: What stands in the cell instead of the model's value; None keeps that.
        is_blank: The cell is written empty.
    """

    entity: str
    key: Key
    rule: str
    field: str = ""
    site: str = ""
    written: str | int | float | None = None
    is_blank: bool = False


@dataclass(frozen=True, slots=True)
class Oddity:
    """Something odd that a migration must keep, or transform by a named rule."""

    entity: str
    key: Key
    field: str
    kind: str
    outcome: str
    site: str = ""


@dataclass(slots=True)
class Practice:
    """Everything in the practice; lists grow while it is built and are then only read."""

    providers: list[Provider] = field(default_factory=list)
    accounts: list[Account] = field(default_factory=list)
    doctors: list[Doctor] = field(default_factory=list)
    patients: list[Patient] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    plans: list[Plan] = field(default_factory=list)
    procedures: list[Procedure] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    exams: list[Exam] = field(default_factory=list)
    radiographs: list[Radiograph] = field(default_factory=list)
    diagnoses: list[Diagnosis] = field(default_factory=list)
    coverages: list[Coverage] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    templates: list[Template] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    documents: list[Document] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    puzzles: list[Puzzle] = field(default_factory=list)
    doubtful_offices: list[tuple[int, int, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)

    @property
    def listed_exams(self) -> list[Exam]:
        """The exams that have a row of their own."""
        return [exam for exam in self.exams if not exam.is_lost]
