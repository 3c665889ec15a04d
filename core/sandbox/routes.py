"""Which function answers which method and path.

Rule of the house: an operation is named here once, and one without a cost does not start.
"""

from dataclasses import dataclass
from typing import Final

from core.sandbox import (
    changelogs,
    conversions,
    deal_products,
    directory,
    entities,
    fields,
    files,
    filters,
    followers,
    hits,
    lead_labels,
    leads,
    merging,
    notes,
    oldfields,
    participants,
    pipelines,
    relationships,
    search,
    users,
)
from core.sandbox.activities import ACTIVITY
from core.sandbox.calls import Operation
from core.sandbox.costs import COSTS
from core.sandbox.deals import ARCHIVED, DEAL
from core.sandbox.organizations import ORGANIZATION
from core.sandbox.persons import PERSON
from core.sandbox.products import PRODUCT
from core.sandbox.store import Kind


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    Attributes:
        method: HTTP method.
        template: Its path with braces; v1 without `/api`.
        cost: Tokens a request.
        is_search: Whether the search limit applies as well.
        operation: What answers.
    """

    method: str
    template: str
    cost: int
    is_search: bool
    operation: Operation

    @property
    def name(self) -> str:
        """`POST /api/v2/persons`, as statistics and fault plans write it."""
        return f"{self.method} {self.template}"


class Branch:
    """A point in the tree of paths: literal names first, then whatever stands in braces."""

    __slots__ = ("any", "literal", "methods")

    def __init__(self) -> None:
        """Begin with nothing."""
        self.literal: dict[str, Branch] = {}
        self.any: Branch | None = None
        self.methods: dict[str, Route] = {}

    def grow(self, route: Route, segments: list[str]) -> None:
        """Add a route below this point."""
        if not segments:
            self.methods[route.method] = route
            return
        head, *rest = segments
        if head.startswith("{"):
            self.any = self.any or Branch()
            self.any.grow(route, rest)
        else:
            self.literal.setdefault(head, Branch()).grow(route, rest)


_LINE: Final = "/deals/{id}/products/{product_attachment_id}"


Table = dict[tuple[str, str], Operation]

_V2: Final[Table] = {
    ("GET", "/itemSearch"): search.everywhere,
    ("GET", "/itemSearch/field"): search.by_field,
    ("GET", "/persons/search"): search.within(hits.PERSONS),
    ("GET", "/organizations/search"): search.within(hits.ORGANIZATIONS),
    ("GET", "/deals/search"): search.within(hits.DEALS),
    ("GET", "/products/search"): search.within(hits.PRODUCTS),
    ("GET", "/leads/search"): search.within(hits.LEADS),
    ("GET", "/deals/archived"): entities.listed(DEAL, ARCHIVED),
    ("GET", "/users/{id}/followers"): followers.list_of_user,
    ("GET", "/deals/products"): deal_products.list_of_deals,
    ("GET", "/deals/{id}/products"): deal_products.list_of_deal,
    ("POST", "/deals/{id}/products"): deal_products.post_one,
    ("DELETE", "/deals/{id}/products"): deal_products.delete_many,
    ("POST", "/deals/{id}/products/bulk"): deal_products.post_many,
    ("PATCH", _LINE): deal_products.patch_one,
    ("DELETE", _LINE): deal_products.delete_one,
    ("POST", "/leads/{id}/convert/deal"): conversions.lead_to_deal,
    ("GET", "/leads/{id}/convert/status/{conversion_id}"): conversions.lead_status,
    ("POST", "/deals/{id}/convert/lead"): conversions.deal_to_lead,
    ("GET", "/deals/{id}/convert/status/{conversion_id}"): conversions.deal_status,
}


def _records() -> Table:
    table: Table = {}
    for name, operations in (
        ("persons", entities.operations(PERSON)),
        ("organizations", entities.operations(ORGANIZATION)),
        ("deals", entities.operations(DEAL)),
        ("products", entities.operations(PRODUCT)),
        ("activities", entities.operations(ACTIVITY)),
        ("pipelines", pipelines.operations(pipelines.PIPELINE)),
        ("stages", pipelines.operations(pipelines.STAGE)),
    ):
        table["GET", f"/{name}"] = operations["list"]
        table["POST", f"/{name}"] = operations["post"]
        table["GET", f"/{name}/{{id}}"] = operations["get"]
        table["PATCH", f"/{name}/{{id}}"] = operations["patch"]
        table["DELETE", f"/{name}/{{id}}"] = operations["delete"]
    return table


def _followers() -> Table:
    table: Table = {}
    for noun in (PERSON, ORGANIZATION, DEAL, PRODUCT):
        operations = followers.operations(noun)
        path = f"/{noun.kind}/{{id}}/followers"
        table["GET", path] = operations["list"]
        table["POST", path] = operations["post"]
        table["GET", f"{path}/changelog"] = operations["changelog"]
        table["DELETE", f"{path}/{{follower_id}}"] = operations["delete"]
    return table


def _fields() -> Table:
    table: Table = {}
    for name, kind in (
        ("personFields", Kind.PERSON_FIELD),
        ("organizationFields", Kind.ORGANIZATION_FIELD),
        ("dealFields", Kind.DEAL_FIELD),
        ("productFields", Kind.PRODUCT_FIELD),
        ("activityFields", Kind.ACTIVITY_FIELD),
    ):
        operations = fields.operations(kind)
        one = f"/{name}/{{field_code}}"
        table["GET", f"/{name}"] = operations["list"]
        table["GET", one] = operations["get"]
        if kind is Kind.ACTIVITY_FIELD:
            continue  # Fields of activities can only be read.
        table["POST", f"/{name}"] = operations["post"]
        table["PATCH", one] = operations["patch"]
        table["DELETE", one] = operations["delete"]
        table["POST", f"{one}/options"] = operations["add_options"]
        table["PATCH", f"{one}/options"] = operations["change_options"]
        table["DELETE", f"{one}/options"] = operations["delete_options"]
    return table


_V1: Final[Table] = {
    ("GET", "/users"): users.list_users,
    ("GET", "/users/find"): users.find_users,
    ("PUT", "/users/{id}"): users.put_user,
    ("GET", "/users/{id}/permissions"): users.list_permissions,
    ("GET", "/userSettings"): users.get_settings,
    ("GET", "/users/me"): users.get_me,
    ("GET", "/users/{id}"): users.get_user,
    ("GET", "/currencies"): directory.list_currencies,
    ("GET", "/activityTypes"): directory.list_activity_types,
    ("POST", "/activityTypes"): directory.post_activity_type,
    ("PUT", "/activityTypes/{id}"): directory.put_activity_type,
    ("DELETE", "/activityTypes/{id}"): directory.delete_activity_type,
    ("GET", "/notes"): notes.list_notes,
    ("POST", "/notes"): notes.post_note,
    ("GET", "/notes/{id}"): notes.get_note,
    ("PUT", "/notes/{id}"): notes.put_note,
    ("DELETE", "/notes/{id}"): notes.delete_note,
    ("GET", "/files"): files.list_files,
    ("POST", "/files"): files.post_file,
    ("GET", "/files/{id}"): files.get_file,
    ("PUT", "/files/{id}"): files.put_file,
    ("DELETE", "/files/{id}"): files.delete_file,
    ("GET", "/files/{id}/download"): files.download_file,
    ("GET", "/deals/{id}/files"): files.list_of("deal_id"),
    ("GET", "/persons/{id}/files"): files.list_of("person_id"),
    ("GET", "/organizations/{id}/files"): files.list_of("org_id"),
    ("GET", "/webhooks"): directory.list_webhooks,
    ("POST", "/webhooks"): directory.post_webhook,
    ("DELETE", "/webhooks/{id}"): directory.delete_webhook,
    ("GET", "/personFields"): oldfields.list_fields(Kind.PERSON_FIELD),
    ("GET", "/organizationFields"): oldfields.list_fields(Kind.ORGANIZATION_FIELD),
    ("GET", "/dealFields"): oldfields.list_fields(Kind.DEAL_FIELD),
    ("GET", "/leadFields"): oldfields.list_fields(Kind.DEAL_FIELD),
    ("GET", "/productFields"): oldfields.list_fields(Kind.PRODUCT_FIELD),
    ("GET", "/noteFields"): oldfields.list_note_fields,
    ("GET", "/filters"): filters.list_filters,
    ("POST", "/filters"): filters.post_filter,
    ("DELETE", "/filters"): filters.delete_filters,
    ("GET", "/filters/helpers"): filters.list_helpers,
    ("GET", "/filters/{id}"): filters.get_filter,
    ("PUT", "/filters/{id}"): filters.put_filter,
    ("DELETE", "/filters/{id}"): filters.delete_filter,
    ("GET", "/leads"): leads.list_leads,
    ("POST", "/leads"): leads.post_lead,
    ("GET", "/leads/archived"): leads.list_archived,
    ("GET", "/leads/{id}"): leads.get_lead,
    ("PATCH", "/leads/{id}"): leads.patch_lead,
    ("DELETE", "/leads/{id}"): leads.delete_lead,
    ("GET", "/leadLabels"): lead_labels.list_labels,
    ("POST", "/leadLabels"): lead_labels.post_label,
    ("PATCH", "/leadLabels/{id}"): lead_labels.patch_label,
    ("DELETE", "/leadLabels/{id}"): lead_labels.delete_label,
    ("GET", "/leadSources"): lead_labels.list_sources,
    ("GET", "/deals/{id}/participants"): participants.list_participants,
    ("POST", "/deals/{id}/participants"): participants.post_participant,
    ("DELETE", "/deals/{id}/participants/{deal_participant_id}"): participants.delete_participant,
    ("GET", "/organizationRelationships"): relationships.list_relationships,
    ("POST", "/organizationRelationships"): relationships.post_relationship,
    ("GET", "/organizationRelationships/{id}"): relationships.get_relationship,
    ("PUT", "/organizationRelationships/{id}"): relationships.put_relationship,
    ("DELETE", "/organizationRelationships/{id}"): relationships.delete_relationship,
    **{
        (method, f"/{kind}/{{id}}/{name}"): make(kind)
        for kind in (Kind.PERSON, Kind.ORGANIZATION, Kind.DEAL)
        for method, name, make in (
            ("PUT", "merge", merging.merge),
            ("GET", "changelog", changelogs.changelog),
            ("GET", "flow", changelogs.flow),
        )
    },
}


def _routes() -> list[Route]:
    v2 = _V2 | _records() | _followers() | _fields()
    return [
        Route(method, prefix + path, COSTS[method, prefix + path], "earch" in path, operation)
        for prefix, table in (("/api/v2", v2), ("/v1", _V1))
        for (method, path), operation in table.items()
    ]


ROUTES: Final = tuple(_routes())
"""Every operation of the emulator."""

_ROOT: Final = Branch()
for _route in ROUTES:
    _ROOT.grow(_route, _route.template.split("/")[1:])


def noun_of(path: str) -> str:
    """The noun a path or template begins with, for instance `persons`."""
    segments = [each for each in path.split("/") if each not in {"", "api", "v1", "v2"}]
    return segments[0] if segments else ""


def match(path: str) -> tuple[Branch | None, tuple[str, ...]]:
    """The point of the tree a path leads to, and what stood where the braces are."""
    segments = path.split("/")[1:]
    if segments[:2] == ["api", "v1"]:
        del segments[0]
    at: Branch | None = _ROOT
    parts: list[str] = []
    for segment in segments:
        if at is None:
            break
        following = at.literal.get(segment)
        if following is None and at.any is not None and segment:
            parts.append(segment)
            following = at.any
        at = following
    return (at if at is not None and at.methods else None), tuple(parts)
