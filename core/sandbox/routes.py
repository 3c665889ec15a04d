"""Which function answers which method and path.

Rule of the house: an operation is named here once, and one without a cost does not start.
"""

from dataclasses import dataclass
from typing import Final

from core.sandbox import directory, entities, fields, files, notes, pipelines, search
from core.sandbox.activities import ACTIVITY
from core.sandbox.calls import Operation
from core.sandbox.costs import COSTS
from core.sandbox.deals import ARCHIVED, DEAL
from core.sandbox.organizations import ORGANIZATION
from core.sandbox.persons import PERSON
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


def _v2() -> dict[tuple[str, str], Operation]:
    table: dict[tuple[str, str], Operation] = {
        ("GET", "/itemSearch/field"): search.by_field,
        ("GET", "/persons/search"): search.within(search.PERSONS),
        ("GET", "/organizations/search"): search.within(search.ORGANIZATIONS),
        ("GET", "/deals/search"): search.within(search.DEALS),
        ("GET", "/deals/archived"): entities.listed(DEAL, ARCHIVED),
    }
    for name, operations in (
        ("persons", entities.operations(PERSON)),
        ("organizations", entities.operations(ORGANIZATION)),
        ("deals", entities.operations(DEAL)),
        ("activities", entities.operations(ACTIVITY)),
        ("pipelines", pipelines.operations(pipelines.PIPELINE)),
        ("stages", pipelines.operations(pipelines.STAGE)),
    ):
        table["GET", f"/{name}"] = operations["list"]
        table["POST", f"/{name}"] = operations["post"]
        table["GET", f"/{name}/{{id}}"] = operations["get"]
        table["PATCH", f"/{name}/{{id}}"] = operations["patch"]
        table["DELETE", f"/{name}/{{id}}"] = operations["delete"]
    for name, kind in (
        ("personFields", Kind.PERSON_FIELD),
        ("organizationFields", Kind.ORGANIZATION_FIELD),
        ("dealFields", Kind.DEAL_FIELD),
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


_V1: Final[dict[tuple[str, str], Operation]] = {
    ("GET", "/users"): directory.list_users,
    ("GET", "/users/me"): directory.get_me,
    ("GET", "/users/{id}"): directory.get_user,
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
    ("GET", "/personFields"): directory.list_fields(Kind.PERSON_FIELD),
    ("GET", "/organizationFields"): directory.list_fields(Kind.ORGANIZATION_FIELD),
    ("GET", "/dealFields"): directory.list_fields(Kind.DEAL_FIELD),
}


def _routes() -> list[Route]:
    return [
        Route(method, prefix + path, COSTS[method, prefix + path], "earch" in path, operation)
        for prefix, table in (("/api/v2", _v2()), ("/v1", _V1))
        for (method, path), operation in table.items()
    ]


ROUTES: Final = tuple(_routes())
"""Every operation of the emulator."""

_ROOT: Final = Branch()
for _route in ROUTES:
    _ROOT.grow(_route, _route.template.split("/")[1:])


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
