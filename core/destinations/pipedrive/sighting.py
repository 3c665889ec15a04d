"""What one walk over an object has seen so far, page by page.

Rule of the house: a page becomes columns at once, so that no walk holds all records as JSON.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from core.destinations.pipedrive.contacts import Entry, foreign_of
from core.destinations.pipedrive.dialect import Dialect
from core.destinations.pipedrive.digest import digests_of
from core.destinations.pipedrive.links import links_of
from core.destinations.pipedrive.parse import Known, Raw, parse, refs_of
from core.ports import Observed
from core.vocabulary.field import CrmObject

_DIGESTS: dict[str, Any] = {
    "record_id": pl.Int64,
    "ref": pl.String,
    "digest": pl.String,
    "links": pl.List(pl.String),
}


@dataclass(slots=True)
class Sighting:
    """Takes the pages of a walk.

    Attributes:
        crm_object: What is walked over.
        dialect: The account's names.
        known: Turns the ids of links into refs.
        foreign: Of persons: what others have added to telephones and e-mail addresses.
    """

    crm_object: CrmObject
    dialect: Dialect
    known: Known
    foreign: dict[int, dict[str, list[Entry]]] = field(default_factory=dict)
    _found: list[pl.DataFrame] = field(default_factory=list)
    _digests: list[pl.DataFrame] = field(default_factory=list)

    def take(self, page: Sequence[Raw]) -> None:
        """One page of live records."""
        refs = refs_of(self.crm_object, page, self.dialect)
        ours = [each for each, ref in zip(page, refs, strict=True) if ref is not None]
        seen = {
            "record_id": [each["id"] for each in page],
            "ref": refs,
            "digest": digests_of(self.crm_object, page),
            "links": self._links(page, refs),
        }
        self._digests.append(pl.DataFrame(seen, schema=_DIGESTS))
        self._found.append(parse(self.crm_object, ours, self.dialect, self.known))
        if self.crm_object is CrmObject.PERSON:
            self.foreign.update(foreign_of(ours))

    def _links(self, page: Sequence[Raw], refs: Sequence[str | None]) -> list[list[str]]:
        """Links of records of others; ours say theirs in the record frame."""
        codes = self.dialect.links.get(self.crm_object, {})
        return [
            links_of(each, codes) if ref is None else []
            for each, ref in zip(page, refs, strict=True)
        ]

    def observed(self) -> Observed:
        """Everything seen."""
        self.take([])
        return Observed(pl.concat(self._found), pl.concat(self._digests))
