"""The course of treatment: plans, visits, charts, images, letters and notes.

Rule of the house: field names are the vocabulary's; keys are the practice's own; None is unknown.
"""

from dataclasses import dataclass
from datetime import date

SITES = ("MB", "B", "DB", "ML", "L", "DL")

Six = tuple[int | None, int | None, int | None, int | None, int | None, int | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """One treatment plan."""

    plan_key: int
    patient_key: str
    title: str
    planned_on: date
    status: str
    phase: str
    estimated_value: float | None
    currency: str
    provider_key: str
    note: str | None


@dataclass(frozen=True, slots=True)
class Procedure:
    """One line of a plan."""

    procedure_key: int
    plan_key: int
    position: int
    code: str
    description: str
    tooth: str | None
    quadrant: str | None
    fee: float
    phase: str
    status: str


@dataclass(frozen=True, slots=True)
class Visit:
    """One encounter of any kind."""

    visit_key: int
    patient_key: str
    plan_key: int | None
    provider_key: str
    visited_on: date
    visited_at: str
    duration_min: int
    visit_type: str
    kind: str
    written_subject: str
    remark: str | None
    is_done: bool


@dataclass(frozen=True, slots=True)
class Tooth:
    """What one exam says of one tooth; six sites in the order of `SITES`, mm or flags.

    Units:
        Depths, margins and distances in mm; recession positive apical of the CEJ.
        Flags are bit sums: bleeding 1, suppuration 2, plaque 4. None is not measured.
    """

    tooth: int
    is_missing: bool = False
    is_implant: bool = False
    mobility: str | None = None
    furcation: tuple[str | None, ...] = (None, None, None, None)
    depth: Six | None = None
    margin: Six | None = None
    mgj: Six | None = None
    flags: Six | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Exam:
    """One periodontal chart; a lost exam has readings but no exam row."""

    exam_key: int
    patient_key: str
    examined_on: date
    provider_key: str
    note: str | None
    teeth: tuple[Tooth, ...]
    is_lost: bool = False


@dataclass(frozen=True, slots=True)
class Radiograph:
    """One image; `picture` is which of the drawn pictures its file shows."""

    radiograph_key: int
    patient_key: str
    plan_key: int | None
    taken_on: date
    kind: str
    findings: str | None
    teeth: str | None
    file_path: str
    size_bytes: int
    picture: int


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One recorded diagnosis, as it was written."""

    diagnosis_key: int
    patient_key: str
    plan_key: int | None
    diagnosed_on: date
    classification: str
    icd_10: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter and the text of its file."""

    letter_key: int
    patient_key: str
    doctor_key: str | None
    written_on: date
    kind: str
    subject: str
    body_format: str
    file_path: str
    text: str


@dataclass(frozen=True, slots=True)
class Template:
    """A letter with merge fields."""

    template_key: int
    name: str
    body: str


@dataclass(frozen=True, slots=True)
class Note:
    """One note."""

    note_key: int
    patient_key: str
    plan_key: int | None
    written_on: date
    author: str
    kind: str
    body: str


@dataclass(frozen=True, slots=True)
class Document:
    """One stored document and what its file holds."""

    attachment_key: int
    patient_key: str
    description: str
    file_path: str
    mime_type: str
    created_on: date
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One of the practice's own findings."""

    finding_key: int
    exam_key: int
    patient_key: str
    found_on: date
    name: str
    tooth: str | None
    value_text: str


@dataclass(frozen=True, slots=True)
class Puzzle:
    """A row of the table nobody can explain."""

    k1: str
    v1: str | None
    v2: str | None
    v3: str | None
