"""Pipedrive: what is said to its API, in its words, at its pace.

Rule of the house: talk first, wire later; everything but `wire` and `governor` is pure.
"""

from core.destinations.pipedrive.destination import PipedriveDestination
from core.destinations.pipedrive.dialect import GROUPS
from core.destinations.pipedrive.opening import open_destination

__all__ = ["GROUPS", "PipedriveDestination", "open_destination"]
