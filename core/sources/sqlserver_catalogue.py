"""What a SQL Server database holds: its tables and views, by the server's own catalogue.

Rule of the house: every name in a statement comes from here; a view that leads out of the database
is listed, and never asked for anything.

Source:
    Catalogue views of SQL Server 2008 R2 and later (`sys.objects`, `sys.columns`, ...).
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.ports import Column, Link, Table
from core.sources.sqlserver_types import Field, bracketed

Rows = Callable[[str], Sequence[Sequence[Any]]]

OBJECTS = """
SELECT o.object_id, s.name, o.name, o.type, COALESCE(p.n, 0)
FROM sys.objects o JOIN sys.schemas s ON s.schema_id = o.schema_id
LEFT JOIN (SELECT object_id, SUM(rows) AS n FROM sys.partitions WHERE index_id IN (0, 1)
           GROUP BY object_id) p ON p.object_id = o.object_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0 AND o.name <> 'sysdiagrams'
"""
COLUMNS = """
SELECT c.object_id, c.name, COALESCE(b.name, CASE WHEN t.name IN ('hierarchyid', 'geography',
 'geometry') OR t.is_assembly_type = 0 THEN t.name ELSE 'udt' END), c.max_length, c.precision,
 c.scale, COALESCE(c.collation_name, ''), c.is_nullable, c.is_computed
FROM sys.columns c JOIN sys.objects o ON o.object_id = c.object_id
JOIN sys.types t ON t.user_type_id = c.user_type_id
LEFT JOIN sys.types b ON b.user_type_id = c.system_type_id
WHERE o.type IN ('U', 'V') AND o.is_ms_shipped = 0
ORDER BY c.object_id, c.column_id
"""
KEYS = """
SELECT i.object_id, c.name
FROM sys.indexes i JOIN sys.index_columns ic ON ic.object_id = i.object_id
 AND ic.index_id = i.index_id AND ic.key_ordinal > 0
JOIN sys.columns c ON c.object_id = ic.object_id AND c.column_id = ic.column_id
WHERE i.is_primary_key = 1
ORDER BY i.object_id, ic.key_ordinal
"""
LINKS = """
SELECT k.parent_object_id, k.constraint_object_id, c.name, k.referenced_object_id, rc.name
FROM sys.foreign_key_columns k
JOIN sys.columns c ON c.object_id = k.parent_object_id AND c.column_id = k.parent_column_id
JOIN sys.columns rc ON rc.object_id = k.referenced_object_id
 AND rc.column_id = k.referenced_column_id
ORDER BY k.constraint_object_id, k.constraint_column_id
"""
VIEWS = """
SELECT m.object_id, m.definition
FROM sys.sql_modules m JOIN sys.objects o ON o.object_id = m.object_id
WHERE o.type = 'V' AND o.is_ms_shipped = 0
"""
SYNONYMS = "SELECT n.name FROM sys.synonyms n WHERE PARSENAME(n.base_object_name, 4) IS NOT NULL"

_NAME = r"(?:\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\"|[\w@#$]+)"
_OUTWARD = re.compile(
    rf"\bOPEN(?:ROWSET|QUERY|DATASOURCE)\b|{_NAME}\s*\.\s*(?:{_NAME})?\s*\.\s*(?:{_NAME})?\s*\.",
    re.IGNORECASE,
)
_ASIDE = re.compile(
    r"(\[(?:[^\]]|\]\])*\]|\"(?:[^\"]|\"\")*\")|'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL
)
"""Names in quotes, kept; texts and comments, in which nothing is asked for."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A table or view, with what reading it needs.

    Attributes:
        table: As the rest of the house knows it.
        quoted: Schema and name as they stand in a statement.
        fields: Its columns in order.
        leads_out: A view that reaches other servers or files, or whose text nobody may see.
    """

    table: Table
    quoted: str
    fields: tuple[Field, ...]
    leads_out: bool = False

    @property
    def key(self) -> tuple[Field, ...]:
        """The columns of the primary key, in its order."""
        named = {field.name: field for field in self.fields}
        return tuple(named[name] for name in self.table.key)


def shapes_of(rows: Rows) -> dict[str, Shape]:
    """Every table and view by the name that the house gives it; views with no rows counted yet.

    Args:
        rows: Asks the server one statement.
    """
    objects = {
        row[0]: (row[1], row[2], str(row[3]).strip() == "V", row[4]) for row in rows(OBJECTS)
    }
    names = names_of({number: (schema, name) for number, (schema, name, *_) in objects.items()})
    fields, keys, links = _grouped(rows(COLUMNS)), _grouped(rows(KEYS)), _grouped(rows(LINKS))
    outward = _outward(
        rows, {number: name for number, (_, name, is_view, _) in objects.items() if is_view}
    )
    shapes = {}
    for number, (schema, name, is_view, count) in objects.items():
        own = tuple(_field(row) for row in fields[number])
        table = Table(
            names[number],
            tuple(Column(field.name, field.declared_type, field.is_nullable) for field in own),
            tuple(row[1] for row in keys[number]),
            0 if is_view else int(count),
            _links(links[number], names),
            is_view,
        )
        place = f"{bracketed(schema)}.{bracketed(name)}"
        shape = Shape(table, place, own, leads_out=number in outward)
        shapes[table.name] = without_columns(shape) if shape.leads_out else shape
    return shapes


def without_columns(shape: Shape) -> Shape:
    """A view that cannot be read, as it is listed: there, with nothing in it."""
    table = replace(shape.table, columns=(), rows=0, is_counted=False)
    return replace(shape, table=table, fields=())


def with_rows(shape: Shape, rows: int) -> Shape:
    """A view whose rows have been counted."""
    return replace(shape, table=replace(shape.table, rows=int(rows)))


def names_of(places: dict[int, tuple[str, str]]) -> dict[int, str]:
    """A name for every object, no two alike; outside schema dbo with the schema before it.

    Two that would be called the same (table `a.b` and table `b` of schema `a`) are quoted.
    """
    plain = {
        number: name if schema == "dbo" else f"{schema}.{name}"
        for number, (schema, name) in places.items()
    }
    quoted = {number: ".".join(map(bracketed, place)) for number, place in places.items()}
    names = plain
    while doubled := _doubled(names):
        names = {n: quoted[n] if name in doubled else name for n, name in names.items()}
    return names


def _doubled(names: dict[int, str]) -> set[str]:
    return {name for name, times in Counter(names.values()).items() if times > 1}


def _outward(rows: Rows, views: dict[int, str]) -> set[int]:
    if not views:
        return set()
    texts = {n: _ASIDE.sub(lambda m: m[1] or " ", text or "") for n, text in rows(VIEWS)}
    doubtful = {row[0] for row in rows(SYNONYMS)}
    outward: set[int] = set()
    while True:
        # A view over such a view leads out as well.
        words = [re.escape(word) for word in doubtful | {views[number] for number in outward}]
        mention = (
            re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE) if words else None
        )
        found = {
            number
            for number in views
            if not (text := texts.get(number, ""))
            or _OUTWARD.search(text)
            or (mention and mention.search(text))
        }
        if found <= outward:
            return outward
        outward |= found


def _grouped(rows: Sequence[Sequence[Any]]) -> defaultdict[int, list[Sequence[Any]]]:
    groups: defaultdict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(row)
    return groups


def _field(row: Sequence[Any]) -> Field:
    _, name, kind, size, precision, scale, collation, is_nullable, is_computed = row
    return Field(
        name, kind, size, precision, scale, collation, bool(is_nullable), bool(is_computed)
    )


def _links(rows: Sequence[Sequence[Any]], names: dict[int, str]) -> tuple[Link, ...]:
    links = []
    for number in dict.fromkeys(row[1] for row in rows):
        pairs = [row for row in rows if row[1] == number]
        if parent := names.get(pairs[0][3]):
            own, theirs = tuple(row[2] for row in pairs), tuple(row[4] for row in pairs)
            links.append(Link(own, parent, theirs))
    return tuple(sorted(links, key=lambda link: link.columns))
