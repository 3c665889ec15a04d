"""Builds what happens to each patient: exams, plans, visits, images, diagnoses, findings.

Rule of the house: one patient is one course in time; most plans follow an exam, a few do not.
"""

from datetime import date, timedelta

from core.practice import procedures, wording
from core.practice.charts import Mouth
from core.practice.course_records import (
    Diagnosis,
    Exam,
    Finding,
    Plan,
    Procedure,
    Radiograph,
    Visit,
)
from core.practice.dice import Dice, Weighted
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.people import LAST_DAY
from core.practice.people_records import Patient
from core.practice.pictures import PICTURES, picture_size

_EXAMS = Weighted((0, 4), (1, 46), (2, 28), (3, 13), (4, 6), (5, 3))
_PLANS = Weighted((0, 10), (1, 52), (2, 27), (3, 8), (4, 3))
_VISITS = Weighted((1, 8), (2, 16), (3, 22), (4, 20), (5, 14), (6, 10), (7, 6), (8, 4))
_RADIOGRAPHS = Weighted((0, 18), (1, 38), (2, 28), (3, 12), (4, 4))
_STATUSES = Weighted(("proposed", 25), ("accepted", 35), ("completed", 30), ("declined", 10))
_LINE_STATUS = {
    "proposed": "TP",
    "accepted": "TP",
    "completed": "C",
    "declined": "R",
}
_KINDS = Weighted(("visit", 80), ("call", 10), ("email", 6), ("meeting", 4))
_MINUTES = {"visit": (30, 45, 60, 60, 90), "call": (5, 10), "email": (0,), "meeting": (20, 30)}
_HYGIENE_SHARE = 0.45


class Course:
    """Builds one patient's course after another."""

    def __init__(self, practice: Practice, seed: object, keys: Keys) -> None:
        """Add to the practice; each patient draws from a stream of their own."""
        self._practice, self._seed, self._keys = practice, seed, keys
        self._dice = Dice(seed, "course")
        self._dentists = [p.provider_key for p in practice.providers if p.provider_key[0] == "D"]
        self._hygienists = [p.provider_key for p in practice.providers if p.provider_key[0] == "H"]

    def add(self, patient: Patient, *, exams: int | None = None, plans: int | None = None) -> None:
        """Everything that happened to this patient; numbers may be asked for."""
        dice = self._dice = Dice(self._seed, "course", patient.patient_key)
        mouth = Mouth(patient.stage, dice)
        extent = mouth.extent
        exam_days = self._exam_days(patient, _EXAMS.draw(dice) if exams is None else exams)
        made = self._plans(patient, _PLANS.draw(dice) if plans is None else plans, exam_days)
        self._exams(patient, exam_days, mouth)
        self._visits(patient, made, exam_days)
        self._radiographs(patient, made)
        if dice.chance(0.95):
            self._diagnosis(patient, made, extent)

    def _who(self, hygiene: float = 0.0) -> str:
        dice = self._dice
        return dice.choice(self._hygienists if dice.chance(hygiene) else self._dentists)

    def _exam_days(self, patient: Patient, count: int) -> list[date]:
        dice = self._dice
        day = patient.first_visit_on + timedelta(days=dice.randint(0, 14))
        found = []
        for _ in range(count):
            found.append(min(day, LAST_DAY))
            day += timedelta(days=dice.randint(70, 420))
        return sorted(set(found))

    def _exams(self, patient: Patient, days: list[date], mouth: Mouth) -> None:
        dice = self._dice
        for place, day in enumerate(days):
            if place:
                mouth.treat()
            exam = Exam(
                exam_key=self._keys.next("perio_exam"),
                patient_key=patient.patient_key,
                examined_on=day,
                provider_key=self._who(_HYGIENE_SHARE),
                note=dice.choice(wording.EXAM_NOTES) if dice.chance(0.25) else None,
                teeth=mouth.exam(),
            )
            self._practice.exams.append(exam)
            for _ in range(dice.choice((0, 1, 1, 2))):
                self._finding(exam)

    def _finding(self, exam: Exam) -> None:
        dice = self._dice
        name, values, is_of_tooth = dice.choice(wording.CUSTOM_FINDINGS)
        self._practice.findings.append(
            Finding(
                finding_key=self._keys.next("custom_finding"),
                exam_key=exam.exam_key,
                patient_key=exam.patient_key,
                found_on=exam.examined_on,
                name=name,
                tooth=str(dice.randint(2, 31)) if is_of_tooth else None,
                value_text=dice.choice(values),
            )
        )

    def _plans(self, patient: Patient, count: int, exams: list[date]) -> list[Plan]:
        dice = self._dice
        made = []
        for place in range(count):
            day = self._plan_day(patient, exams, place)
            phase = procedures.PHASES.draw(dice)
            plan_key, status = self._keys.next("treatment_plan"), _STATUSES.draw(dice)
            total = self._lines(plan_key, phase, status)
            plan = Plan(
                plan_key=plan_key,
                patient_key=patient.patient_key,
                title=procedures.title_of(phase, dice),
                planned_on=day,
                status=status,
                phase=phase,
                estimated_value=_estimate(total, dice),
                currency="CAD" if dice.chance(0.01) else "USD",
                provider_key=self._who(),
                note=dice.choice(wording.PLAN_NOTES) if dice.chance(0.3) else None,
            )
            self._practice.plans.append(plan)
            made.append(plan)
        return made

    def _plan_day(self, patient: Patient, exams: list[date], place: int) -> date:
        """Mostly on an exam's day or shortly after; now and then before the first one."""
        dice = self._dice
        if not exams:
            day = patient.first_visit_on + timedelta(days=dice.randint(0, 400))
        elif dice.chance(0.12):
            day = exams[0] - timedelta(days=dice.randint(1, 120))
        else:
            day = exams[place % len(exams)] + timedelta(days=dice.choice((0, 0, 0, 3, 7, 21)))
        return min(day, LAST_DAY)

    def _lines(self, plan_key: int, phase: str, status: str) -> float:
        """The plan's procedures; returns the sum of their fees."""
        dice = self._dice
        total = 0.0
        for position, item in enumerate(procedures.items_of(phase, dice), start=1):
            self._practice.procedures.append(
                Procedure(
                    procedure_key=self._keys.next("planned_procedure"),
                    plan_key=plan_key,
                    position=position,
                    code=item.code,
                    description=item.description,
                    tooth=str(dice.randint(2, 31)) if item.place == "tooth" else None,
                    quadrant=dice.choice(procedures.QUADRANTS) if item.place == "quad" else None,
                    fee=item.fee,
                    phase=phase,
                    status=_LINE_STATUS[status],
                )
            )
            total += item.fee
        return round(total, 2)

    def _visits(self, patient: Patient, plans: list[Plan], exams: list[date]) -> None:
        dice = self._dice
        for place in range(_VISITS.draw(dice)):
            plan = dice.choice(plans) if plans and dice.chance(0.7) else None
            if place < len(exams):
                day, kind, what = exams[place], "visit", "Perio exam" if place else "Initial exam"
            else:
                after = plan.planned_on if plan else patient.first_visit_on
                last = min(after + timedelta(days=900), LAST_DAY + timedelta(days=60))
                day, kind, what = dice.day_between(after, last), _KINDS.draw(dice), ""
            self._practice.visits.append(
                self.visit(patient.patient_key, _key(plan), day, kind, what)
            )

    def visit(
        self, patient_key: str, plan_key: int | None, day: date, kind: str, what: str = ""
    ) -> Visit:
        """One encounter; what it was for is drawn when it is not given."""
        dice = self._dice
        is_visit = kind == "visit"
        what = what or (wording.VISIT_TYPES.draw(dice) if is_visit else kind.capitalize())
        return Visit(
            visit_key=self._keys.next("visit"),
            patient_key=patient_key,
            plan_key=plan_key,
            provider_key=self._who(_HYGIENE_SHARE),
            visited_on=day,
            visited_at=f"{dice.randint(7, 16):02d}:{dice.choice((0, 10, 15, 30, 40, 45)):02d}",
            duration_min=dice.choice(_MINUTES[kind]),
            visit_type=what,
            kind=kind,
            written_subject=what if is_visit else dice.choice(wording.CONTACT_SUBJECTS[kind]),
            remark=dice.choice(wording.VISIT_REMARKS) if dice.chance(0.6) else None,
            is_done=day <= LAST_DAY and dice.chance(0.96),
        )

    def _radiographs(self, patient: Patient, plans: list[Plan]) -> None:
        dice = self._dice
        for _ in range(_RADIOGRAPHS.draw(dice)):
            plan = dice.choice(plans) if plans and dice.chance(0.5) else None
            day = dice.day_between(patient.first_visit_on, LAST_DAY)
            self._practice.radiographs.append(self.radiograph(patient.patient_key, _key(plan), day))

    def radiograph(self, patient_key: str, plan_key: int | None, day: date) -> Radiograph:
        """One image."""
        dice = self._dice
        key = self._keys.next("radiograph")
        picture = dice.randrange(PICTURES)
        teeth = sorted(dice.sample(range(2, 32), dice.randint(1, 4)))
        kind = wording.RADIOGRAPH_KINDS.draw(dice)
        finding = dice.choice(wording.FINDINGS).format(t=teeth[0])
        return Radiograph(
            radiograph_key=key,
            patient_key=patient_key,
            plan_key=plan_key,
            taken_on=day,
            kind=kind,
            findings=finding if dice.chance(0.85) else None,
            teeth=",".join(map(str, teeth)) if kind in {"PA", "BW"} else None,
            file_path=f"images/{day.year}/R{key:06d}.png",
            size_bytes=picture_size(picture, key),
            picture=picture,
        )

    def _diagnosis(self, patient: Patient, plans: list[Plan], extent: str) -> None:
        dice = self._dice
        plan = dice.choice(plans) if plans and dice.chance(0.75) else None
        text, code = wording.diagnosis(patient, extent, dice)
        self._practice.diagnoses.append(
            Diagnosis(
                diagnosis_key=self._keys.next("diagnosis"),
                patient_key=patient.patient_key,
                plan_key=_key(plan),
                diagnosed_on=plan.planned_on if plan else patient.first_visit_on,
                classification=text,
                icd_10=code,
            )
        )


def _key(plan: Plan | None) -> int | None:
    return plan.plan_key if plan else None


def _estimate(total: float, dice: Dice) -> float | None:
    """Mostly the lines' sum; some offices round, some leave it empty."""
    if dice.chance(0.05):
        return None
    return float(round(total, -2)) if dice.chance(0.15) else total
