"""What writes and walks cost, before any of them is sent.

Rule of the house: one table of costs, `costs.py`; a plan's price is read from it.
"""

from core.destinations.pipedrive.costs import cost
from core.destinations.pipedrive.custom import ACTIVITY_TYPE, CUSTOM_FIELD
from core.destinations.pipedrive.places import PLACES
from core.ports import Action
from core.vocabulary.field import CrmObject

_V1_UPDATE = "PUT"
_METHODS = {Action.CREATE: "POST", Action.UPDATE: "PATCH", Action.DELETE: "DELETE"}


def write_price(target: str, action: Action) -> int:
    """Tokens that one write of this kind costs."""
    is_v2 = target == CUSTOM_FIELD or (target != ACTIVITY_TYPE and PLACES[CrmObject(target)].is_v2)
    if action == Action.UPDATE and not is_v2:
        return cost(_V1_UPDATE, "/v1/records/1")
    return cost(_METHODS[action], "/api/v2/records/1" if is_v2 else "/v1/records/1")


def walk_price(crm_object: CrmObject, live: int) -> int:
    """Tokens that a walk over so many live records costs; an empty list costs one page."""
    place = PLACES[crm_object]
    # a v1 page overlaps the one before by a record, to notice deletions under the walk
    overlap = 0 if place.is_v2 else 1
    pages = max(1, -(-(live - overlap) // (place.limit - overlap)))
    return pages * cost("GET", "/api/v2/records" if place.is_v2 else "/v1/records")
