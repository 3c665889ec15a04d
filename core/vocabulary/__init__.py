"""What is moved: one file per entity, one declaration per field.

Rule of the house: nothing here reads, writes or computes; everything else derives from it.
"""

from core.vocabulary.attachment import Attachment
from core.vocabulary.chart import ChartHistory, ChartRecord, PerioExam, SiteReading, ToothFinding
from core.vocabulary.custom_finding import CustomFinding
from core.vocabulary.diagnosis import Diagnosis
from core.vocabulary.field import (
    ENTITIES,
    CrmObject,
    CrmType,
    Entity,
    Field,
    Home,
    Reads,
    Sensitivity,
)
from core.vocabulary.letter import Letter, LetterTemplate
from core.vocabulary.note import Note
from core.vocabulary.patient import Coverage, Patient, Referral
from core.vocabulary.plan import PlannedProcedure, TreatmentPlan
from core.vocabulary.practice import Account, ReferringDoctor, ReferringPractice
from core.vocabulary.provider import Provider
from core.vocabulary.radiograph import Radiograph
from core.vocabulary.visit import Visit

__all__ = [
    "ENTITIES",
    "Account",
    "Attachment",
    "ChartHistory",
    "ChartRecord",
    "Coverage",
    "CrmObject",
    "CrmType",
    "CustomFinding",
    "Diagnosis",
    "Entity",
    "Field",
    "Home",
    "Letter",
    "LetterTemplate",
    "Note",
    "Patient",
    "PerioExam",
    "PlannedProcedure",
    "Provider",
    "Radiograph",
    "Reads",
    "Referral",
    "ReferringDoctor",
    "ReferringPractice",
    "Sensitivity",
    "SiteReading",
    "ToothFinding",
    "TreatmentPlan",
    "Visit",
]
