"""Plants what a migration must reject, and writes each fault down.

Rule of the house: a rejected parent has no children, so that the list of faults is exact.
"""

from collections.abc import Iterator
from dataclasses import replace

from core.practice.dice import Dice
from core.practice.model import Fault, Practice
from core.practice.people_records import Patient
from core.practice.strays import Strays

GONE = 900_000
"""Keys from here on belong to rows that are no longer there."""
_FEW = 6
_SOME = 50
_CELLS = (
    ("unreadable", "depth", "MB", "<3 mm"),
    ("unreadable", "margin", "B", "1-2"),
    ("out_of_range", "depth", "DL", "45"),
    ("unreadable", "depth", "L", "x"),
    ("out_of_range", "depth", "DB", "99"),
)
_EVERY_TIME = 3
_READINGS_USED = 12
"""More readings than one round of planting needs."""
_NO_SUCH_TEETH = (77, 0)
_LOST_TOOTH = 3
MEASURES = ("depth", "margin", "mgj", "flags")
Written = str | int | float | None


def faults_per_kind(patients: int) -> int:
    """How often each kind of fault is planted in a practice of this size."""
    if patients < _FEW:
        return 0
    return 1 if patients < _SOME else 2 + patients // 1000


def plant_in_patients(practice: Practice, patients: list[Patient]) -> None:
    """Make these patients impossible: no last name, or no such day of birth; none has a course."""
    for number, patient in enumerate(patients):
        rule, field, written = (
            ("unreadable", "birth_date", "31.02.1980")
            if number % 2
            else ("missing_required", "last_name", "" if number % 4 else None)
        )
        practice.faults.append(
            Fault("patient", patient.patient_key, rule, field, written=written, is_blank=True)
        )


class Planter:
    """Plants faults into a practice that is otherwise sound."""

    def __init__(self, practice: Practice, patients: list[Patient], strays: Strays) -> None:
        """Plant among these patients and what they have now."""
        self._practice, self._strays = practice, strays
        self._dice: Dice = strays.dice
        self._patients = patients
        self._plans = list(practice.plans)
        self._coverages = list(practice.coverages)
        self._readings: Iterator[tuple[int, int]] = iter(())

    def plant(self, count: int) -> None:
        """Plant every kind of fault that many times."""
        self._readings = self._draw_readings(count * _READINGS_USED)
        for number in range(1, count + 1):
            self._orphans(number)
            self._orphan_charts(number)
            self._cells(number)
            self._repeats(number)
            self._bad_plans(number)
            self._bad_lines()
            self._missing_files()
        for number in range(max(count, len(_NO_SUCH_TEETH)) if count else 0):
            self._no_such_tooth(_NO_SUCH_TEETH[number % len(_NO_SUCH_TEETH)])

    def _draw_readings(self, count: int) -> Iterator[tuple[int, int]]:
        """(place of the exam, tooth) of some probed teeth without oddity, each once."""
        odd = {
            oddity.key[:2] for oddity in self._practice.oddities if isinstance(oddity.key, tuple)
        }
        probed = [
            (place, tooth.tooth)
            for place, exam in enumerate(self._practice.exams)
            for tooth in exam.teeth
            if tooth.depth and (exam.exam_key, tooth.tooth) not in odd
        ]
        return iter(self._dice.sample(probed, min(len(probed), count)))

    def _somebody(self) -> str:
        return self._dice.choice(self._patients).patient_key

    def _fault(self, entity: str, key: int | str, rule: str, field: str) -> None:
        self._practice.faults.append(Fault(entity, key, rule, field))

    def _written(self, entity: str, key: int, rule: str, field: str, written: Written) -> None:
        fault = Fault(entity, key, rule, field, written=written, is_blank=True)
        self._practice.faults.append(fault)

    def _orphans(self, number: int) -> None:
        """Rows whose patient, doctor or plan is gone."""
        gone, practice, strays = f"{GONE + number}PC", self._practice, self._strays
        practice.plans.append(strays.plan(gone))
        practice.visits.append(strays.visit(gone))
        practice.radiographs.append(strays.radiograph(gone))
        practice.letters.append(strays.letter(gone))
        practice.notes.append(strays.note(gone))
        practice.diagnoses.append(strays.diagnosis(gone))
        practice.documents.append(strays.document(gone))
        practice.coverages.append(strays.coverage(gone))
        practice.referrals.append(strays.referral(self._somebody(), f"GONE{number:05d}"))
        practice.procedures.append(strays.line(GONE + number))
        for entity, key, field in (
            ("treatment_plan", practice.plans[-1].plan_key, "patient_key"),
            ("visit", practice.visits[-1].visit_key, "patient_key"),
            ("radiograph", practice.radiographs[-1].radiograph_key, "patient_key"),
            ("letter", practice.letters[-1].letter_key, "patient_key"),
            ("note", practice.notes[-1].note_key, "patient_key"),
            ("diagnosis", practice.diagnoses[-1].diagnosis_key, "patient_key"),
            ("attachment", practice.documents[-1].attachment_key, "patient_key"),
            ("coverage", practice.coverages[-1].coverage_key, "patient_key"),
            ("referral", practice.referrals[-1].referral_key, "doctor_key"),
            ("planned_procedure", practice.procedures[-1].procedure_key, "plan_key"),
        ):
            self._fault(entity, key, "orphan", field)

    def _orphan_charts(self, number: int) -> None:
        """An exam without patient, readings without exam, and a finding without exam."""
        strays, lost_key = self._strays, GONE + number
        exam = strays.exam(f"{GONE + number}PC")
        lost = strays.lost_exam(lost_key, self._somebody(), _LOST_TOOTH)
        finding = strays.finding(lost_key, lost.patient_key)
        self._practice.exams += [exam, lost]
        self._practice.findings.append(finding)
        self._fault("perio_exam", exam.exam_key, "orphan", "patient_key")
        self._fault("custom_finding", finding.finding_key, "orphan", "exam_key")
        self._rows_of_tooth(lost_key, _LOST_TOOTH, "orphan", "exam_key")

    def _rows_of_tooth(self, exam_key: int, tooth: int, rule: str, field: str) -> None:
        """Every row that one tooth of one exam has."""
        self._practice.faults.append(Fault("tooth_finding", (exam_key, tooth), rule, field))
        for measure in MEASURES:
            key = (exam_key, tooth, measure)
            self._practice.faults.append(Fault("site_reading", key, rule, field))

    def _cells(self, number: int) -> None:
        """Single site cells that cannot be read or cannot be true."""
        for rule, measure, site, written in _CELLS[: _EVERY_TIME if number == 1 else None]:
            place, tooth = next(self._readings)
            key = (self._practice.exams[place].exam_key, tooth, measure)
            self._practice.faults.append(Fault("site_reading", key, rule, "", site, written))

    def _repeats(self, number: int) -> None:
        """A measure row written twice, alike or with another depth; and a policy written twice."""
        place, tooth = next(self._readings)
        key = (self._practice.exams[place].exam_key, tooth, "depth")
        site, written = ("", None) if number % 2 else ("B", "9")
        self._practice.faults.append(Fault("site_reading", key, "duplicate", "", site, written))
        if not self._coverages:
            self._coverages.append(self._strays.coverage(self._somebody()))
            self._practice.coverages += self._coverages
        first = self._coverages[number * 3 % len(self._coverages)]
        again = replace(first, coverage_key=self._strays.keys.next("coverage"))
        self._practice.coverages.append(again)
        self._fault("coverage", again.coverage_key, "duplicate", "")

    def _bad_plans(self, number: int) -> None:
        """Plans with a value below nothing, a status nobody knows, or no name."""
        for rule, field, written in (
            ("out_of_range", "estimated_value", -1250.0 * number),
            ("unknown_option", "status", "ZZ"),
            ("missing_required", "title", None if number % 2 else ""),
        ):
            plan = self._strays.plan(self._somebody())
            self._practice.plans.append(plan)
            self._written("treatment_plan", plan.plan_key, rule, field, written)

    def _bad_lines(self) -> None:
        """A fee below nothing, a visit on no day that can be, and one of 100,000 minutes."""
        line = self._strays.line(self._dice.choice(self._plans).plan_key)
        self._practice.procedures.append(line)
        self._written("planned_procedure", line.procedure_key, "out_of_range", "fee", -85.0)
        for rule, field, written in (
            ("unreadable", "visited_on", "13/45/2019"),
            ("out_of_range", "duration_min", 100_000),
        ):
            visit = self._strays.visit(self._somebody())
            self._practice.visits.append(visit)
            self._written("visit", visit.visit_key, rule, field, written)

    def _missing_files(self) -> None:
        """Rows whose file is not there."""
        practice, strays = self._practice, self._strays
        practice.radiographs.append(strays.radiograph(self._somebody()))
        practice.letters.append(strays.letter(self._somebody()))
        practice.documents.append(strays.document(self._somebody()))
        for entity, key in (
            ("radiograph", practice.radiographs[-1].radiograph_key),
            ("letter", practice.letters[-1].letter_key),
            ("attachment", practice.documents[-1].attachment_key),
        ):
            self._fault(entity, key, "missing_file", "file_path")

    def _no_such_tooth(self, tooth: int) -> None:
        """A tooth number that no numbering has, with all its rows."""
        place, _ = next(self._readings)
        exam = self._practice.exams[place]
        if tooth in {found.tooth for found in exam.teeth}:
            self._no_such_tooth(tooth)
            return
        more = (*exam.teeth, self._strays.tooth(tooth))
        self._practice.exams[place] = replace(exam, teeth=more)
        self._rows_of_tooth(exam.exam_key, tooth, "unknown_tooth", "tooth")
