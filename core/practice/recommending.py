"""What letters recommend: mostly what the plan lists, now and then something that no plan has.

Rule of the house: a letter that recommends something else is an oddity, written down like all.
"""

from dataclasses import replace

from core.practice.course_records import Letter, Plan, Procedure
from core.practice.dice import Dice
from core.practice.model import Oddity, Practice

ANOTHER = "recommends_what_no_plan_has"
"""Kind of the oddity; its place is the letter's file."""
_SHARE, _ONE_IN = 0.6, 25
_KINDS = frozenset({"REFERRAL", "REPORT", "MOTIVATION"})
_CUE = "Recommended: "
_LISTED = 2
_OTHERS: tuple[tuple[str, frozenset[str]], ...] = (
    ("connective-tissue graft", frozenset({"D4270", "D4271", "D4273", "D4275", "D4277"})),
    ("crown lengthening", frozenset({"D4249"})),
    ("guided tissue regeneration", frozenset({"D4265", "D4266", "D4267"})),
    ("extraction", frozenset({"D7140", "D7210"})),
)
"""What a letter may recommend, and the codes it would have."""


def recommend(practice: Practice, dice: Dice, usual_codes: frozenset[str]) -> None:
    """Let letters name what their patient's latest plan lists; some name another procedure.

    Args:
        practice: Plans, lines and letters as they stand; letters change.
        dice: The stream.
        usual_codes: Codes whose description says what the code says.
    """
    plans: dict[str, list[Plan]] = {}
    for plan in practice.plans:
        plans.setdefault(plan.patient_key, []).append(plan)
    lines: dict[int, list[Procedure]] = {}
    for line in practice.procedures:
        lines.setdefault(line.plan_key, []).append(line)
    told = 0
    for place, letter in enumerate(practice.letters):
        mine = plans.get(letter.patient_key, [])
        before = [plan for plan in mine if plan.planned_on <= letter.written_on]
        if letter.kind not in _KINDS or not before or not dice.chance(_SHARE):
            continue
        latest = max(before, key=lambda plan: (plan.planned_on, plan.plan_key))
        listed = [line for line in lines.get(latest.plan_key, []) if line.code in usual_codes]
        if not listed:
            continue
        told += 1
        codes = {line.code for plan in mine for line in lines.get(plan.plan_key, [])}
        other = _another(codes) if told % _ONE_IN == 1 else ""
        practice.letters[place] = _telling(letter, [other] if other else _words(listed))
        if other:
            key = letter.letter_key
            practice.oddities.append(Oddity("letter", key, "file_path", ANOTHER, "kept"))


def _another(codes: set[str]) -> str:
    return next(words for words, theirs in _OTHERS if not theirs & codes)


def _words(listed: list[Procedure]) -> list[str]:
    told = dict.fromkeys(line.description or "" for line in listed)
    return list(told)[:_LISTED]


def _telling(letter: Letter, words: list[str]) -> Letter:
    text = letter.text.replace(_CUE, f"{_CUE}{'; '.join(words)}; ", 1)
    return replace(letter, text=text)
