"""Records as convention B numbers them: plans within their patient, transactions of all kinds.

Rule of the house: a number is derived from the model's order; nothing is drawn here.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from core.practice.conventions.layout import Record
from core.practice.model import Practice

EXAM, PRINTED, TREATED = "PX", "PR", "TR"
"""Kinds of transactions: an exam, an exam printed, a treatment done."""
_LAST_NUMBER = 99
_PRINTED_EVERY = 3


class WithPlan:
    """A record, and its plan's number among the plans of the plan's patient."""

    def __init__(self, record: Record, patient: str | None, number: int | None) -> None:
        """Stand for a record."""
        self._record, self.plan_patient, self.plan_number = record, patient, number

    def __getattr__(self, name: str) -> object:
        """What the record itself knows."""
        return getattr(self._record, name)


@dataclass(frozen=True, slots=True)
class Transaction:
    """One line of a patient's account; those of exams carry the exam's reference."""

    patient_key: str
    number: int
    kind: str
    exam_key: int | None
    examined_on: date
    provider_key: str
    note: str | None
    amount: float | None = None


def with_plan(name: str) -> Callable[[Practice], Iterable[Record]]:
    """The records of this list, each with the number of its plan."""

    def records(practice: Practice) -> Iterator[Record]:
        numbers = _plan_numbers(practice)
        for record in getattr(practice, name):
            key = record.plan_key
            gone = (None, None) if key is None else (f"{key}PC", _LAST_NUMBER)
            yield WithPlan(record, *numbers.get(key, gone))

    return records


def exams(practice: Practice) -> list[Record]:
    """The transactions that are exams."""
    return [one for one in _transactions(practice) if one.kind == EXAM]


def others(practice: Practice) -> list[Record]:
    """The transactions that are none."""
    return [one for one in _transactions(practice) if one.kind != EXAM]


def _plan_numbers(practice: Practice) -> dict[int, tuple[str | None, int | None]]:
    last = Counter[str]()
    found: dict[int, tuple[str | None, int | None]] = {}
    for plan in practice.plans:
        last[plan.patient_key] += 1
        found[plan.plan_key] = plan.patient_key, last[plan.patient_key]
    return found


def _transactions(practice: Practice) -> Iterator[Transaction]:
    last = Counter[str]()

    def number(patient_key: str) -> int:
        last[patient_key] += 1
        return last[patient_key]

    for place, exam in enumerate(practice.listed_exams):
        who = exam.patient_key
        said = (exam.exam_key, exam.examined_on, exam.provider_key)
        yield Transaction(who, number(who), EXAM, *said, exam.note)
        if place % _PRINTED_EVERY == 0:
            yield Transaction(who, number(who), PRINTED, *said, None)
    plans = {plan.plan_key: plan for plan in practice.plans}
    for line in practice.procedures:
        plan = plans.get(line.plan_key)
        if plan and line.status == "C":
            who = plan.patient_key
            said_of_line = (None, plan.planned_on, plan.provider_key, line.code, line.fee)
            yield Transaction(who, number(who), TREATED, *said_of_line)
