"""The one comparison: what was found beside what is wanted, cell by cell.

Rule of the house: planning, verifying, picking up a delta and undoing all ask this room; every
unequal cell leaves it with both values and a class.
"""

from core.compare.cells import unequal_cells
from core.compare.chart import CHART_SCHEMA, Charts, compare_charts
from core.compare.classes import HARMLESS, DiffClass, Severity, severity
from core.compare.meaning import classify
from core.compare.records import CELLS_SCHEMA, Differences, compare, compare_all

__all__ = [
    "CELLS_SCHEMA",
    "CHART_SCHEMA",
    "HARMLESS",
    "Charts",
    "DiffClass",
    "Differences",
    "Severity",
    "classify",
    "compare",
    "compare_all",
    "compare_charts",
    "severity",
    "unequal_cells",
]
