"""Proposes which table holds which entity and which column is which field.

Rule of the house: proposals carry scores, reasons and alternatives; only a person decides.
"""

from core.matching.answers import Agreement, agreement, merge_answers
from core.matching.proposal import propose
from core.matching.ranking import Known

__all__ = ["Agreement", "Known", "agreement", "merge_answers", "propose"]
