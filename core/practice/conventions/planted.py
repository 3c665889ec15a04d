"""What is planted in charts, looked up by exam, tooth and measure; all chart writers lean on it.

Rule of the house: what a convention's cells cannot hold is not written, and not listed as a fault.
"""

from collections.abc import Iterable

from core.practice.conventions.layout import Cell, Planted
from core.practice.model import Fault, Key, Oddity

CHART_ENTITIES = ("tooth_finding", "site_reading")
ROLES = {"depth": "probing_depth", "margin": "gingival_margin", "mgj": "mgj"}
"""Measure of the model -> role of the column that holds it."""


def taken(written: Cell, *, is_text: bool, unmeasured: Cell) -> Planted | None:
    """What a planted reading becomes in a cell; None where its type cannot hold it.

    Args:
        written: What the model plants.
        is_text: Whether the cell holds any text.
        unmeasured: What means "not measured" here; it would be no fault.
    """
    if str(written) == str(unmeasured):
        return None
    if is_text:
        return (str(written),)
    text = str(written)
    return (int(text),) if text.removeprefix("-").isdigit() else None


class PlantedReadings:
    """The faults of charts by the place they are planted at."""

    def __init__(self, faults: Iterable[Fault], oddities: Iterable[Oddity]) -> None:
        """Sort what concerns charts."""
        self.cells: dict[Key, Fault] = {}
        self.repeats: dict[Key, Fault] = {}
        self.exams: set[int | str] = set()
        for fault in faults:
            if fault.entity not in CHART_ENTITIES or not isinstance(fault.key, tuple):
                continue
            self.exams.add(fault.key[0])
            if fault.rule == "duplicate":
                self.repeats[fault.key[:2]] = fault
            elif fault.site:
                self.cells[*fault.key, fault.site] = fault
        for oddity in oddities:
            if oddity.entity in CHART_ENTITIES and isinstance(oddity.key, tuple):
                self.exams.add(oddity.key[0])


def chart_key(planted: Fault | Oddity) -> tuple[int, int, str]:
    """(exam, tooth, measure) of something planted in a chart; no measure for a tooth's row."""
    assert isinstance(planted.key, tuple)
    exam, tooth, *measure = planted.key
    return int(exam), int(tooth), str(measure[0]) if measure else ""
