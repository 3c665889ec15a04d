"""What a filter selects: its conditions as SQL.

Rule of the house: a filter has exactly two groups below one, all glued with "and" and any glued
with "or", sixteen conditions at most, and its fields are named by their numbers of v1.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox.account import Account
from core.sandbox.fieldbook import FIELDS_OF, FieldDef
from core.sandbox.refusals import against_rule
from core.sandbox.store import Kind, Shelf

CONDITIONS_MAX: Final = 16

OBJECTS: Final[Mapping[str, Kind]] = {
    "person": Kind.PERSON,
    "deal": Kind.DEAL,
    "organization": Kind.ORGANIZATION,
    "product": Kind.PRODUCT,
    "activity": Kind.ACTIVITY,
}
TYPES: Final[Mapping[str, Kind | None]] = {
    "deals": Kind.DEAL,
    "leads": Kind.LEAD,
    "org": Kind.ORGANIZATION,
    "people": Kind.PERSON,
    "products": Kind.PRODUCT,
    "activity": Kind.ACTIVITY,
    "projects": None,
}
_LINKS: Final = {
    Kind.PERSON: "person_id",
    Kind.ORGANIZATION: "org_id",
    Kind.DEAL: "deal_id",
}
_UNARY: Final = frozenset({"IS NULL", "IS NOT NULL"})
_LIKE: Final[Mapping[str, tuple[str, str]]] = {
    "LIKE '$%'": ("LIKE", "{}%"),
    "LIKE '%$%'": ("LIKE", "%{}%"),
    "LIKE '%$'": ("LIKE", "%{}"),
    "NOT LIKE '$%'": ("NOT LIKE", "{}%"),
    "NOT LIKE '%$%'": ("NOT LIKE", "%{}%"),
}
_BINARY: Final = frozenset({"=", "!=", "<", ">", "<=", ">="})
OPERATORS: Final = (*sorted(_BINARY), *_LIKE, *sorted(_UNARY))

_MANY: Final[Mapping[str, str]] = {"emails": "$.value", "phones": "$.value", "label_ids": "$"}
"""Built-in keys that hold lists, and where in an entry the value stands."""
_PARTED: Final = frozenset({"monetary", "address", "daterange", "time", "timerange"})
_NUMERIC: Final = frozenset(
    {"int", "double", "monetary", "enum", "set", "user", "org", "people", "stage", "deal"}
)

Clause = tuple[str, list[object]]


def filter_clause(account: Account, kind: Kind, filter_id: int | None) -> Clause:
    """The condition of a filter.

    Raises:
        Refused: 400, there is no such filter for this kind of record.
    """
    stored = None if filter_id is None else account.store.fetch(Kind.FILTER, filter_id)
    is_gone = stored is None or stored.shelf is Shelf.DELETED
    if stored is None or is_gone or TYPES[stored.record["type"]] is not kind:
        msg = "filter_id: Filter was not found"
        raise against_rule(msg)
    return _groups(account, kind, stored.record["conditions"])


def _groups(account: Account, kind: Kind, conditions: Mapping[str, Any]) -> Clause:
    parts: list[str] = []
    values: list[object] = []
    for group in conditions["conditions"]:
        clauses = [_condition(account, kind, each) for each in group["conditions"]]
        if clauses:
            glue = " AND " if group["glue"] == "and" else " OR "
            parts.append("(" + glue.join(clause for clause, _ in clauses) + ")")
            values += [value for _, found in clauses for value in found]
    return " AND ".join(parts) or "1", values


def field_of(account: Account, condition: Mapping[str, Any]) -> tuple[Kind, FieldDef | None]:
    """The kind of record a condition is about, and its field; None when that is not there."""
    kind = OBJECTS[condition["object"]]
    wanted = str(condition["field_id"])
    fields = account.fields.by_code[FIELDS_OF[kind]].values()
    return kind, next((each for each in fields if str(each.id) == wanted), None)


def _condition(account: Account, kind: Kind, condition: Mapping[str, Any]) -> Clause:
    about, field = field_of(account, condition)
    if field is None:
        # A field that is gone selects nothing.
        return "0", []
    operator, asked = condition["operator"], condition["value"]
    about_lead = kind is Kind.LEAD and about is Kind.DEAL
    clause, values = _compared(field, operator, asked, condition.get("extra_value"))
    if about is kind or about_lead:
        return clause, values
    link = _LINKS.get(about)
    if link is None:
        return "0", []
    inner = f"{link} IN (SELECT id FROM records WHERE kind = ? AND shelf = 'live' AND {clause})"  # noqa: S608 - our own clause
    return inner, [about, *values]


def _compared(field: FieldDef, operator: str, asked: object, extra: object) -> Clause:
    many = _MANY.get(field.code)
    is_numeric = field.field_type in _NUMERIC
    is_set = field.field_type == "set" and field.is_custom
    if not many and not is_set:
        return _test(_place(field, extra), operator, asked, is_numeric=is_numeric)
    each = f"json_each(CAST({'custom' if is_set else 'body'} AS TEXT), '$.\"{field.code}\"')"
    value = "json_each.value" if many in {None, "$"} else f"json_extract(json_each.value, '{many}')"
    return _any_of(each, value, operator, asked, is_numeric=is_numeric)


def _any_of(each: str, value: str, operator: str, asked: object, *, is_numeric: bool) -> Clause:
    if operator in _UNARY:
        negated = "NOT " if operator == "IS NULL" else ""
        return f"{negated}EXISTS (SELECT 1 FROM {each})", []  # noqa: S608 - our own clause
    is_negated = operator.startswith(("!", "NOT"))
    plain = {"!=": "="}.get(operator, operator.removeprefix("NOT "))
    test, values = _test(value, plain, asked, is_numeric=is_numeric)
    negated = "NOT " if is_negated else ""
    return f"{negated}EXISTS (SELECT 1 FROM {each} WHERE {test})", values  # noqa: S608 - our own clause


def _place(field: FieldDef, extra: object) -> str:
    if not field.is_custom:
        part = ".value" if field.field_type == "address" else ""
        return f"json_extract(CAST(body AS TEXT), '$.{field.code}{part}')"
    code = f'$."{field.code}"'
    if field.field_type not in _PARTED:
        return f"json_extract(CAST(custom AS TEXT), '{code}')"
    subfields = field.stored.record["subfields"]
    known = {each["field_code"].removeprefix(f"{field.code}_") for each in subfields}
    part = str(extra) if extra in known else "value"
    return f"json_extract(CAST(custom AS TEXT), '{code}.{part}')"


def _test(value: str, operator: str, asked: object, *, is_numeric: bool) -> Clause:
    if operator in _UNARY:
        return f"{value} {operator}", []
    if operator in _LIKE:
        word, pattern = _LIKE[operator]
        escaped = str(asked).replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        return f"{value} {word} ? ESCAPE '\\'", [pattern.format(escaped)]
    if is_numeric and _is_number(asked):
        return f"CAST({value} AS REAL) {operator} ?", [float(str(asked))]
    # As texts, without regard to case; the less comfortable of the two.
    return f"CAST({value} AS TEXT) {operator} ? COLLATE NOCASE", [_as_text(asked)]


def _is_number(value: object) -> bool:
    text = str(value).removeprefix("-").replace(".", "", 1)
    return not isinstance(value, bool) and text.isascii() and text.isdecimal()


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return str(int(value))
    return "" if value is None else str(value)


def check(account: Account, conditions: object) -> str | None:
    """What is wrong with the conditions of a filter; None when nothing is."""
    if not isinstance(conditions, Mapping) or conditions.get("glue") != "and":
        return "the first level must be glued with 'and'"
    groups = conditions.get("conditions")
    if not isinstance(groups, list) or not all(isinstance(each, Mapping) for each in groups):
        return "the first level must hold two groups"
    if sorted(str(each.get("glue")) for each in groups) != ["and", "or"]:
        return "there must be one group glued with 'and' and one with 'or'"
    lists = [each.get("conditions") for each in groups]
    if not all(isinstance(each, list) for each in lists):
        return "each group must hold a list of conditions"
    lines = [line for each in lists for line in each]
    if len(lines) > CONDITIONS_MAX:
        return f"there may be at most {CONDITIONS_MAX} conditions"
    return next((wrong for wrong in (_line(account, each) for each in lines) if wrong), None)


def _line(account: Account, line: object) -> str | None:
    if not isinstance(line, Mapping) or str(line.get("object")) not in OBJECTS:
        return f"the object of a condition must be one of {', '.join(OBJECTS)}"
    if str(line.get("operator")) not in OPERATORS:
        return "the operator of a condition is not known"
    number = str(line.get("field_id", ""))
    if not number.isdecimal():
        return "the field_id of a condition is the number of a field"
    if field_of(account, line)[1] is None:
        return "the field of a condition was not found"
    value = line.get("value")
    if line["operator"] not in _UNARY and (value is None or isinstance(value, list | dict)):
        return "a condition needs a value"
    return None
