"""How right and how sure proposals are: the figures of one tool on one source.

Rule of the house: what is not asked of a tool is left empty, never counted as right.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_BINS = 10


@dataclass(frozen=True, slots=True)
class Verdict:
    """One column judged.

    Attributes:
        is_matched: It has a right answer.
        first: The first proposal is right.
        five: One of the first five is.
        sure: What the tool says of its first proposal, 0 to 1.
        is_ticked: It would be ticked beforehand.
        is_certain: It would be, if it were not decided one by one.
    """

    is_matched: bool
    first: bool
    five: bool
    sure: float = 0.0
    is_ticked: bool = False
    is_certain: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The figures of one tool on one source; shares of 1, empty where the tool says nothing.

    Attributes:
        tables_right: Of all tables, those whose entity (or whose being left) is right.
        first_right: Of matched columns, those whose first proposal is right.
        first_right_confirmed: The same after a person has said what the tables hold.
        five_right: Among the first five, after that.
        ticked_right: Of what is ticked beforehand, what is right.
        ticked_share: Of the matched columns, those that are ticked and right.
        ece: Calibration error over ten bins, all columns.
        seconds: Time for the whole source, once.
        columns: Columns in all.
        matched: Of these, columns with a right answer.
        five_right_guessed: Among the first five before tables are confirmed.
        unmatched_ticked: Of the columns with no match, those that are ticked.
        certain_right, certain_share: As ticked, but for fields that are decided one by one.
        ticked_right_confirmed, ticked_share_confirmed, unmatched_ticked_confirmed,
        certain_share_confirmed, ece_confirmed: The same after tables are confirmed.
        wrong, silent: Proposed wrongly, and not proposed, where a whole map was compared.
        note: What else should be known.
    """

    tool: str
    schema: str
    tables_right: float | None = None
    first_right: float | None = None
    first_right_confirmed: float | None = None
    five_right: float | None = None
    ticked_right: float | None = None
    ticked_share: float | None = None
    ece: float | None = None
    seconds: float | None = None
    columns: int = 0
    matched: int = 0
    five_right_guessed: float | None = None
    unmatched_ticked: float | None = None
    certain_right: float | None = None
    certain_share: float | None = None
    ticked_right_confirmed: float | None = None
    ticked_share_confirmed: float | None = None
    unmatched_ticked_confirmed: float | None = None
    certain_share_confirmed: float | None = None
    ece_confirmed: float | None = None
    wrong: int | None = None
    silent: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One tool on one source, before its figures are counted.

    Attributes:
        before, after: A verdict a column, before and after a person has said what tables hold.
        tables: Tables right, and tables in all.
        wrong, silent: As in `Row`.
    """

    tool: str
    schema: str
    before: Sequence[Verdict] = ()
    after: Sequence[Verdict] = ()
    tables: tuple[int, int] = (0, 0)
    seconds: float | None = None
    wrong: int | None = None
    silent: int | None = None
    note: str = ""

    def row(self) -> Row:
        """The figures."""
        guessed, told = ticks(self.before), ticks(self.after)
        return Row(
            self.tool,
            self.schema,
            share(*self.tables),
            first_right(self.before),
            first_right(self.after),
            five_right(self.after),
            ticked_right=guessed.right,
            ticked_share=guessed.share,
            ece=calibration_error(self.before),
            seconds=None if self.seconds is None else round(self.seconds, 2),
            columns=len(self.before),
            matched=sum(one.is_matched for one in self.before),
            five_right_guessed=five_right(self.before),
            unmatched_ticked=guessed.unmatched,
            certain_right=guessed.certain_right,
            certain_share=guessed.certain_share,
            ticked_right_confirmed=told.right,
            ticked_share_confirmed=told.share,
            unmatched_ticked_confirmed=told.unmatched,
            certain_share_confirmed=told.certain_share,
            ece_confirmed=calibration_error(self.after),
            wrong=self.wrong,
            silent=self.silent,
            note=self.note,
        )


@dataclass(frozen=True, slots=True)
class Ticks:
    """What is ticked beforehand, as shares: see the attributes of `Row`."""

    right: float | None
    share: float | None
    unmatched: float | None
    certain_right: float | None
    certain_share: float | None


def share(part: int, whole: int) -> float | None:
    """A share to four places; nothing of nothing is no share."""
    return round(part / whole, 4) if whole else None


def first_right(verdicts: Sequence[Verdict]) -> float | None:
    """Of matched columns, those whose first proposal is right."""
    matched = [one for one in verdicts if one.is_matched]
    return share(sum(one.first for one in matched), len(matched))


def five_right(verdicts: Sequence[Verdict]) -> float | None:
    """Of matched columns, those with a right one among the first five."""
    matched = [one for one in verdicts if one.is_matched]
    return share(sum(one.five for one in matched), len(matched))


def ticks(verdicts: Sequence[Verdict]) -> Ticks:
    """What is ticked beforehand: how much of it is right, and how much of the work it is."""
    matched = sum(one.is_matched for one in verdicts)
    ticked = [one for one in verdicts if one.is_ticked]
    certain = [one for one in verdicts if one.is_certain]
    unmatched = sum(not one.is_matched for one in ticked)
    return Ticks(
        share(sum(one.first for one in ticked), len(ticked)),
        share(sum(one.first for one in ticked), matched),
        share(unmatched, len(verdicts) - matched),
        share(sum(one.first for one in certain), len(certain)),
        share(sum(one.first for one in certain), matched),
    )


def calibration_error(verdicts: Sequence[Verdict]) -> float | None:
    """How far what is said differs from what is right, over ten bins of what is said."""
    bins: dict[int, list[Verdict]] = {}
    for one in verdicts:
        bins.setdefault(min(int(one.sure * _BINS), _BINS - 1), []).append(one)
    apart = sum(
        abs(sum(one.first for one in held) - sum(one.sure for one in held))
        for held in bins.values()
    )
    return round(apart / len(verdicts), 4) if verdicts else None
