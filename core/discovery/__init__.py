"""Takes the inventory of an unknown database: what is there, and what it looks like.

Rule of the house: never a value of a patient in what is found; what is not understood is flagged.
"""

from core.discovery.evidence import decision_evidence, decisions_proposed
from core.discovery.inventory import Inventory, discover, is_practice, take_inventory

__all__ = [
    "Inventory",
    "decision_evidence",
    "decisions_proposed",
    "discover",
    "is_practice",
    "take_inventory",
]
