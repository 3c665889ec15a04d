"""Numbers that count anew within something else: a key of two columns, and what refers to it.

Rule of the house: a number that is unique only beside another is never carried without it; where
the other is not found, a person is asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from core.crosswalk.mapping import ColumnMap, TableMap
from core.matching.facts import TableFacts
from core.vocabulary import ENTITIES

_WITH = "with"
_PARTS = 2


@dataclass(frozen=True, slots=True)
class Compound:
    """A table's key of two columns.

    Attributes:
        field: The entity's own key.
        partner: The column within whose value the other counts.
        number: The other.
    """

    table: str
    entity: str
    field: str
    partner: str
    number: str


def with_partners(
    proposed: Sequence[TableMap], tables: Mapping[str, TableFacts]
) -> tuple[TableMap, ...]:
    """The maps, numbers of compound keys read together with what they count within."""
    found = [one for table in proposed if (one := _compound(table, tables))]
    made = list(proposed)
    for compound in found:
        made = [_read_together(table, compound, tables) for table in made]
    return tuple(made)


def _compound(table: TableMap, tables: Mapping[str, TableFacts]) -> Compound | None:
    facts = tables[table.name]
    if not table.entity or len(facts.key) != _PARTS:
        return None
    fields = ENTITIES[table.entity].fields()
    own = [
        one.name for one in fields.values() if _is_own(one.name, one.refers_to, is_key=one.is_key)
    ]
    partners = [name for name in facts.key if _owner(facts, name, tables) not in {"", table.name}]
    if not own or len(partners) != 1:
        return None
    (number,) = set(facts.key) - set(partners)
    if any(one.is_unique for one in facts.columns if one.name == number):
        return None
    return Compound(table.name, table.entity, own[0], partners[0], number)


def _is_own(name: str, refers_to: str, *, is_key: bool) -> bool:
    return is_key and not refers_to and name.endswith("_key")


def _owner(facts: TableFacts, column: str, tables: Mapping[str, TableFacts]) -> str:
    """The table whose rows a column names: as is known, or whose only key is called the same."""
    (known,) = [one.refers_to for one in facts.columns if one.name == column]
    return known or next((name for name, one in tables.items() if one.key == (column,)), "")


def _read_together(
    table: TableMap, compound: Compound, tables: Mapping[str, TableFacts]
) -> TableMap:
    fields = ENTITIES[table.entity].fields() if table.entity else {}
    is_own = table.name == compound.table
    owner = _owner(tables[compound.table], compound.partner, tables)
    partner = _partner(tables[table.name], compound, owner, tables)
    columns = []
    for column in table.columns:
        made = column
        field = fields.get(column.field)
        refers = field is not None and field.refers_to == compound.entity
        if is_own and column.name == compound.number:
            made = _own_number(column, compound)
        elif refers:
            made = _together(column, partner)
        columns.append(made)
    return replace(table, columns=tuple(columns))


def _own_number(column: ColumnMap, compound: Compound) -> ColumnMap:
    """The number itself: read beside its partner if it is the key, else offered so."""
    together = {**column.options, _WITH: compound.partner}
    if column.field == compound.field:
        return replace(column, options=together)
    reasons = f"It counts within {compound.partner}: read together they are the key."
    first = (compound.field, column.field, *column.alternatives)
    others = tuple(dict.fromkeys(name for name in first if name))
    return ColumnMap(column.name, options=together, reasons=reasons, alternatives=others)


def _together(column: ColumnMap, partner: str) -> ColumnMap:
    if partner:
        reasons = f"{column.reasons}; it counts within {partner}"
        return replace(column, options={**column.options, _WITH: partner}, reasons=reasons)
    reasons = "It counts within something that this table does not name; a person has to say."
    return ColumnMap(column.name, reasons=reasons, alternatives=(column.field,))


def _partner(
    facts: TableFacts, compound: Compound, owner: str, tables: Mapping[str, TableFacts]
) -> str:
    """The column of a table that names what the numbers count within; empty if there is none."""
    same = [one.name for one in facts.columns if one.name == compound.partner]
    refers = [one.name for one in facts.columns if owner and one.refers_to == owner]
    other = [name for name in facts.names if owner and tables[owner].key == (name,)]
    return next(iter((*same, *refers, *other)), "")
