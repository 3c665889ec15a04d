"""Builds what was written and stored: letters, notes, documents, templates, and the odd table.

Rule of the house: a paper names its patient and nobody real.
"""

from collections.abc import Iterable
from datetime import timedelta

from core.practice import wording
from core.practice.course_records import Document, Letter, Note, Puzzle
from core.practice.dice import Dice, Weighted
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.people import LAST_DAY
from core.practice.people_records import Doctor, Patient

_LETTERS = Weighted((0, 22), (1, 34), (2, 24), (3, 13), (4, 7))
_NOTES = Weighted((0, 28), (1, 37), (2, 23), (3, 12))
_PAPERS = (
    ("Consent form, periodontal surgery", "application/pdf", "pdf"),
    ("Estimate", "application/pdf", "pdf"),
    ("Release of records", "text/plain", "txt"),
    ("Pharmacy list", "text/csv", "csv"),
    ("Instructions after surgery", "text/html", "html"),
)
_PUZZLE_CODES = ("AX", "QF", "77", "~", "R2D", "")


class Papers:
    """Builds one patient's papers after another."""

    def __init__(self, practice: Practice, seed: object, keys: Keys) -> None:
        """Add to the practice; each patient draws from a stream of their own."""
        self._practice, self._seed, self._keys = practice, seed, keys
        self._doctors = {d.doctor_key: d for d in practice.doctors}
        self._authors = [
            f"{p.first_name} {p.last_name}, {p.credentials}" for p in practice.providers
        ]

    def add(self, patients: Iterable[Patient]) -> None:
        """Letters, notes and documents of these patients."""
        senders: dict[str, str] = {}
        for referral in self._practice.referrals:
            senders.setdefault(referral.patient_key, referral.doctor_key)
        plans: dict[str, list[int]] = {}
        for plan in self._practice.plans:
            plans.setdefault(plan.patient_key, []).append(plan.plan_key)
        for patient in patients:
            key = patient.patient_key
            dice = Dice(self._seed, "papers", key)
            doctor = self._doctors.get(senders.get(key, ""))
            for _ in range(_LETTERS.draw(dice)):
                self._practice.letters.append(self._letter(patient, doctor, dice))
            for _ in range(_NOTES.draw(dice)):
                self._practice.notes.append(self._note(patient, plans.get(key, []), dice))
            if dice.chance(0.3):
                self._practice.documents.append(self._document(patient, dice))

    def _letter(self, patient: Patient, doctor: Doctor | None, dice: Dice) -> Letter:
        key = self._keys.next("letter")
        kind = wording.LETTER_KINDS.draw(dice)
        to_doctor = doctor if kind in {"REFERRAL", "REPORT"} else None
        greeting = (
            f"Dear Dr. {to_doctor.last_name}," if to_doctor else f"Dear {patient.first_name},"
        )
        subject = dice.choice(wording.LETTER_SUBJECTS[kind])
        day = dice.day_between(patient.first_visit_on, LAST_DAY)
        body_format = "rtf" if dice.chance(0.7) else "txt"
        text = wording.letter_text(patient, subject, greeting, day.strftime("%m/%d/%Y"))
        return Letter(
            letter_key=key,
            patient_key=patient.patient_key,
            doctor_key=to_doctor.doctor_key if to_doctor else None,
            written_on=day,
            kind=kind,
            subject=subject,
            body_format=body_format,
            file_path=f"letters/{day.year}/L{key:06d}.{body_format}",
            text=text,
        )

    def _note(self, patient: Patient, plans: list[int], dice: Dice) -> Note:
        return Note(
            note_key=self._keys.next("note"),
            patient_key=patient.patient_key,
            plan_key=dice.choice(plans) if plans and dice.chance(0.4) else None,
            written_on=dice.day_between(patient.first_visit_on, LAST_DAY),
            author=dice.choice(self._authors),
            kind=wording.NOTE_KINDS.draw(dice),
            body=wording.note_body(dice),
        )

    def _document(self, patient: Patient, dice: Dice) -> Document:
        key = self._keys.next("attachment")
        description, mime_type, end = dice.choice(_PAPERS)
        day = min(patient.first_visit_on + timedelta(days=dice.randint(0, 500)), LAST_DAY)
        return Document(
            attachment_key=key,
            patient_key=patient.patient_key,
            description=description,
            file_path=f"documents/{day.year}/D{key:06d}.{end}",
            mime_type=mime_type,
            created_on=day,
            text=f"{description}\n{patient.first_name} {patient.last_name}\n{day.isoformat()}\n",
        )


def add_puzzles(practice: Practice, dice: Dice, count: int) -> None:
    """Rows of the table nobody can explain."""
    for _ in range(count):
        practice.puzzles.append(
            Puzzle(
                k1=f"{dice.choice(_PUZZLE_CODES)}{dice.randint(1, 400)}",
                v1=dice.choice(_PUZZLE_CODES) or None,
                v2=str(dice.randint(-9, 99)) if dice.chance(0.7) else None,
                v3=f"{dice.random():.4f}" if dice.chance(0.4) else None,
            )
        )
