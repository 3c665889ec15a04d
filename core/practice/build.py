"""Builds a whole practice in memory.

Rule of the house: the same number of patients and the same seed are the same practice.
"""

from collections.abc import Callable

from core.practice import papers, people, procedures, wording
from core.practice.course import Course
from core.practice.dice import Dice
from core.practice.faults import Planter, faults_per_kind, plant_in_patients
from core.practice.keys import Keys
from core.practice.model import Practice
from core.practice.oddities import Curiosities
from core.practice.offices import Offices
from core.practice.recommending import recommend
from core.practice.strays import Strays

_BETWEEN_CALLS = 25
_PUZZLES = 0.3
_DOCTORS = 0.2
_OFFICES = 0.14
_ASKED: tuple[tuple[int, int], ...] = ((2, 0), (0, 1))
"""(exams, plans) of the first patients: one has exams and no plan, one a plan and no exam."""


def build(patients: int, seed: int, progress: Callable[[int, int], None] | None = None) -> Practice:
    """A practice of so many patients; faults and oddities are among them and written down."""
    practice, keys = Practice(), Keys()
    count = faults_per_kind(patients)
    sound = patients - 2 * count
    _people(practice, keys, patients, seed)
    curiosities = Curiosities(practice, sound, Dice(seed, "oddities"))
    curiosities.plant_in_people()
    plant_in_patients(practice, practice.patients[sound:])
    treated = practice.patients[:sound]
    people.add_referrals(practice, treated, Dice(seed, "referrals"), keys)
    people.add_coverages(practice, treated, Dice(seed, "coverages"), keys)
    course = Course(practice, seed, keys)
    for done, patient in enumerate(treated):
        exams, plans = _ASKED[done] if done < len(_ASKED) else (None, None)
        course.add(patient, exams=exams, plans=plans)
        if progress and done % _BETWEEN_CALLS == 0:
            progress(done, patients)
    papers.Papers(practice, seed, keys).add(treated)
    practice.templates.extend(wording.TEMPLATES)
    papers.add_puzzles(practice, Dice(seed, "puzzles"), max(round(patients * _PUZZLES), 6))
    curiosities.plant_in_course()
    recommend(practice, Dice(seed, "recommendations"), procedures.USUAL_CODES)
    Planter(practice, treated, Strays(Dice(seed, "faults"), keys, course)).plant(count)
    if progress:
        progress(patients, patients)
    return practice


def _people(practice: Practice, keys: Keys, patients: int, seed: int) -> None:
    people.add_providers(practice, Dice(seed, "providers"), patients)
    doctors, offices = max(round(patients * _DOCTORS), 5), max(round(patients * _OFFICES), 4)
    Offices(practice, Dice(seed, "offices"), keys).add(doctors, offices)
    people.Families(practice, Dice(seed, "families"), keys).add(patients)
