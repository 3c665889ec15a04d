"""Takes the inventory of an unknown database: what is there, and what it looks like.

Rule of the house: never a value of a patient in what is found; what is not understood is flagged.
"""

from core.discovery.evidence import decision_evidence, decisions_proposed, weighed
from core.discovery.inventory import Inventory, discover, inventory_of, is_practice, take_inventory
from core.discovery.looking import Looked, look, look_closer

__all__ = [
    "Inventory",
    "Looked",
    "decision_evidence",
    "decisions_proposed",
    "discover",
    "inventory_of",
    "is_practice",
    "look",
    "look_closer",
    "take_inventory",
    "weighed",
]
