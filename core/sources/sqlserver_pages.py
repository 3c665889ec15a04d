"""The SELECT statements that read a table in pages.

Rule of the house: the server compares keys, by the column's own type and order; a value is only
ever a parameter.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.sources.sqlserver_catalogue import Shape
from core.sources.sqlserver_types import Cell, Field, cells, key_value


@dataclass(frozen=True, slots=True)
class Statement:
    """Text for the server, with the texts that stand for its parameters `@k0`, `@k1`, ..."""

    text: str
    parameters: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What is read of a table.

    Attributes:
        shape: The table.
        fields: The columns wanted, in order.
        cells: For each of them, what the server is asked for.
    """

    shape: Shape
    fields: tuple[Field, ...]
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def has_pages(self) -> bool:
        """Whether it can be read on from a key: a primary key, all of which is wanted."""
        wanted = {field.name for field in self.fields}
        key = self.shape.key
        return bool(key) and all(field.name in wanted and key_value(field) for field in key)

    @property
    def key_names(self) -> list[str]:
        """The names of the key's columns."""
        return [field.name for field in self.shape.key]

    @property
    def long_fields(self) -> list[Field]:
        """The columns whose texts have no bound in the catalogue."""
        pairs = zip(self.fields, self.cells, strict=True)
        return [field for field, own in pairs if own[0].is_long]

    def width_bytes(self, longest: int) -> int:
        """Room that one row takes in transit, when the longest text has so many UTF-16 units."""
        flat = [cell for own in self.cells for cell in own]
        return sum(cell.width_bytes + (2 * longest if cell.is_long else 0) for cell in flat)

    def page(self, after: Sequence[str] | None, rows: int) -> Statement:
        """The next rows behind a key, or the first ones; 0 rows are all of them."""
        where = self._behind() if after else ""
        return Statement(self._select(rows, where), tuple(after or ()))

    def row(self, key: Sequence[str]) -> Statement:
        """The one row that has this key."""
        same = " AND ".join(f"{field.quoted} = {value}" for field, value in self._key_values())
        return Statement(self._select(0, f" WHERE {same}"), tuple(key))

    def column(self, field: Field) -> Statement:
        """One column, every row computed and almost nothing sent."""
        first = self.only([field.name]).cells[0][0]
        # Names come from the catalogue and are quoted.
        return Statement(
            f"SELECT MAX(DATALENGTH({first.expression})) AS [c0] FROM {self.shape.quoted} AS t"  # noqa: S608
        )

    def only(self, names: Sequence[str]) -> "Reading":
        """The same reading of fewer columns."""
        pairs = {
            field.name: (field, own) for field, own in zip(self.fields, self.cells, strict=True)
        }
        fields, cells = zip(*(pairs[name] for name in names), strict=True)
        return Reading(self.shape, fields, cells)

    @property
    def listed(self) -> str:
        """What the server is asked for, as it stands behind SELECT."""
        flat = [cell for own in self.cells for cell in own]
        return ", ".join(f"{cell.expression} AS [c{n}]" for n, cell in enumerate(flat))

    def _select(self, rows: int, where: str) -> str:
        top = f"TOP ({rows}) " if rows else ""
        order = ", ".join(field.quoted for field in self.shape.key)
        by_key = f" ORDER BY {order}" if order else ""
        # Names come from the catalogue and are quoted; values are parameters.
        return f"SELECT {top}{self.listed} FROM {self.shape.quoted} AS t{where}{by_key}"  # noqa: S608

    def _key_values(self) -> list[tuple[Field, str]]:
        key = enumerate(self.shape.key)
        return [(field, key_value(field, f"@k{place}")) for place, field in key]

    def _behind(self) -> str:
        # k1 >= a AND (k1 > a OR (k2 >= b AND (k2 > b OR ...))): the first part lets it seek.
        pairs = self._key_values()
        last, value = pairs.pop()
        text = f"{last.quoted} > {value}"
        for field, value in reversed(pairs):
            name = field.quoted
            text = f"{name} >= {value} AND ({name} > {value} OR ({text}))"
        return f" WHERE {text}"


def reading_of(shape: Shape, fields: Sequence[Field]) -> Reading:
    """How these columns of a table are read.

    Raises:
        SourceError: a column's type is not read.
    """
    keys = {field.name for field in shape.key}
    wanted = tuple(
        cells(field, is_key=field.name in keys, table=shape.table.name) for field in fields
    )
    return Reading(shape, tuple(fields), wanted)
