"""Single records for any patient key: what faults and later work are made of.

Rule of the house: a stray record is as ordinary as any other; only what it hangs on is not.
"""

from dataclasses import dataclass

from core.practice import procedures
from core.practice.course import Course
from core.practice.course_records import (
    Diagnosis,
    Document,
    Exam,
    Finding,
    Letter,
    Note,
    Plan,
    Procedure,
    Radiograph,
    Tooth,
    Visit,
)
from core.practice.dice import Dice
from core.practice.keys import Keys
from core.practice.people import LAST_DAY, new_coverage
from core.practice.people_records import Coverage, Referral
from core.practice.sites import DEPTHS, MGJ_LOWER, NO_MARGIN


@dataclass(frozen=True, slots=True)
class Strays:
    """Makes one record at a time."""

    dice: Dice
    keys: Keys
    course: Course

    def plan(self, patient_key: str) -> Plan:
        """A plan without lines."""
        return Plan(
            plan_key=self.keys.next("treatment_plan"),
            patient_key=patient_key,
            title=procedures.title_of("Phase I", self.dice),
            planned_on=LAST_DAY,
            status="proposed",
            phase="Phase I",
            estimated_value=1300.0,
            currency="USD",
            provider_key="DR1",
            note=None,
        )

    def line(self, plan_key: int) -> Procedure:
        """A line at the end of a plan."""
        item = procedures.items_of("Phase I", self.dice)[0]
        return Procedure(
            procedure_key=self.keys.next("planned_procedure"),
            plan_key=plan_key,
            position=9,
            code=item.code,
            description=item.description,
            tooth=None,
            quadrant=None,
            fee=item.fee,
            phase="Phase I",
            status="TP",
        )

    def visit(self, patient_key: str) -> Visit:
        """A visit on the practice's present day."""
        return self.course.visit(patient_key, None, LAST_DAY, "visit")

    def radiograph(self, patient_key: str) -> Radiograph:
        """An image taken on the practice's present day."""
        return self.course.radiograph(patient_key, None, LAST_DAY)

    def letter(self, patient_key: str) -> Letter:
        """A short letter to a patient."""
        key = self.keys.next("letter")
        return Letter(
            letter_key=key,
            patient_key=patient_key,
            doctor_key=None,
            written_on=LAST_DAY,
            kind="MOTIVATION",
            subject="Your periodontal report",
            body_format="rtf",
            file_path=f"letters/{LAST_DAY.year}/L{key:06d}.rtf",
            text="Dear patient,\n\nyour next visit is due.\n",
        )

    def note(self, patient_key: str) -> Note:
        """A short note."""
        key = self.keys.next("note")
        return Note(key, patient_key, None, LAST_DAY, "Front desk", "PHONE", "Left a message.")

    def diagnosis(self, patient_key: str) -> Diagnosis:
        """A diagnosis."""
        return Diagnosis(
            self.keys.next("diagnosis"), patient_key, None, LAST_DAY, "III-B", "K05.313"
        )

    def document(self, patient_key: str) -> Document:
        """A stored text."""
        key = self.keys.next("attachment")
        return Document(
            attachment_key=key,
            patient_key=patient_key,
            description="Release of records",
            file_path=f"documents/{LAST_DAY.year}/D{key:06d}.txt",
            mime_type="text/plain",
            created_on=LAST_DAY,
            text="Release of records\n",
        )

    def coverage(self, patient_key: str) -> Coverage:
        """A policy."""
        return new_coverage(
            patient_key, 1, ("Quill Yarwood", "Quill Yarwood"), self.dice, self.keys
        )

    def referral(self, patient_key: str, doctor_key: str) -> Referral:
        """A referral."""
        key = self.keys.next("referral")
        return Referral(key, patient_key, doctor_key, LAST_DAY, "from", 9)

    def exam(self, patient_key: str) -> Exam:
        """An exam in which nothing was measured."""
        return Exam(self.keys.next("perio_exam"), patient_key, LAST_DAY, "DR1", None, ())

    def lost_exam(self, exam_key: int, patient_key: str, tooth: int) -> Exam:
        """One tooth's readings whose exam has no row."""
        teeth = (self.tooth(tooth),)
        return Exam(exam_key, patient_key, LAST_DAY, "DR1", None, teeth, is_lost=True)

    def finding(self, exam_key: int, patient_key: str) -> Finding:
        """One of the practice's own findings."""
        key = self.keys.next("custom_finding")
        return Finding(key, exam_key, patient_key, LAST_DAY, "Smile line", None, "high")

    def tooth(self, number: int) -> Tooth:
        """A tooth in good order."""
        return Tooth(
            number,
            mobility="0",
            depth=self.dice.choice(DEPTHS[3]),
            margin=NO_MARGIN,
            mgj=self.dice.choice(MGJ_LOWER),
            flags=NO_MARGIN,
        )
