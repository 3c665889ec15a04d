"""Writes charts into grids, and knows where in them the planted things ended up.

Rule of the house: only exams with something planted are remembered, so that size does not matter.
"""

from collections.abc import Iterable, Iterator
from itertools import count

from core.practice.conventions.convention import ChartTable, Meaning, Place
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import FINDINGS, Grain, Grid, Held
from core.practice.conventions.grid_cells import Cells, Makes
from core.practice.conventions.layout import Cell, Row
from core.practice.conventions.planted import (
    CHART_ENTITIES,
    ROLES,
    PlantedReadings,
    chart_key,
)
from core.practice.conventions.schema import Table
from core.practice.conventions.style import Style, guid
from core.practice.course_records import SITES, Exam, Tooth
from core.practice.model import Fault, Key, Oddity

_MEASURES = {role: measure for measure, role in ROLES.items()}
_LAST = "FFFFFFFF"
"""Begins the GUID of a row that was written after all others."""
Spot = tuple[Grid, str]
"""A table and a row's key in it."""


class GridCharts:
    """Rows of the grids of one convention."""

    entities: tuple[str, ...] = CHART_ENTITIES

    def __init__(
        self,
        how: tuple[Style, Encoding, tuple[Grid, ...]],
        planted: PlantedReadings,
        first_key: int,
    ) -> None:
        """Write in this style and encoding into these grids; rows are numbered from `first_key`."""
        self._style, self._encoding, self._grids = how
        self._planted, self._first = planted, first_key
        self._rows: dict[Key, list[Spot]] = {}
        self._cells: dict[Key, tuple[Grid, str, str]] = {}
        self._repeats: dict[Key, Spot] = {}
        self._numbers: dict[str, count[int]] = {}

    def rows(self, exams: list[Exam]) -> Iterator[tuple[Table, Iterable[Row]]]:
        """The tables of the charts with their rows."""
        for grid in self._grids:
            yield grid.table, self._rows_of(grid, exams)

    def places_of(self, planted: Fault | Oddity) -> tuple[Place, ...]:
        """Where something planted stands; nowhere if no cell can hold it."""
        exam, tooth, measure = chart_key(planted)
        if isinstance(planted, Fault) and planted.rule == "duplicate":
            spot = self._repeats.get((exam, tooth))
            return (Place(spot[0].table.name, spot[1], None),) if spot else ()
        if planted.site:
            cell = self._cells.get((exam, tooth, ROLES[measure], planted.site))
            is_lost = isinstance(planted, Fault) and self._encoding.taken(planted.written) is None
            if cell is None or is_lost:
                return ()
            grid, key, column = cell
            return (Place(grid.table.name, key, column, planted.site),)
        is_finding = planted.entity == "tooth_finding"
        return tuple(
            Place(grid.table.name, key, grid.column_of(planted.field))
            for grid, key in self._rows.get((exam, tooth), ())
            if (grid.has_findings if is_finding else grid.has_readings)
        )

    def meanings(self) -> Iterator[Meaning]:
        """What every column of the charts holds."""
        for grid in self._grids:
            for held in grid.held:
                is_number = bool(grid.note(held))
                entity = "tooth_finding" if held.role in FINDINGS else grid.entity
                yield Meaning(
                    table=grid.table.name,
                    column=held.column,
                    entity="" if is_number else entity,
                    field="" if is_number else held.role,
                    note=grid.note(held),
                    site=held.site,
                    options=self._options(grid, held),
                )

    def tables(self) -> tuple[ChartTable, ...]:
        """How each table of the charts is read."""
        return tuple(
            ChartTable(grid.table.name, grid.entity, grid.shape.layout, grid.shape.key)
            for grid in self._grids
        )

    def _options(self, grid: Grid, held: Held) -> dict[str, str]:
        encoding, found = self._encoding, dict(grid.shape.options.get(held.role, {}))
        if held.tooth:
            found["tooth"] = str(held.tooth)
        if held.role == "site":
            found |= {str(written): site for site, written in encoding.sites.items()}
        elif held.role == "marks":
            found |= {letter: mark for mark, letter in encoding.letters.items()}
            found[str(encoding.no_letters)] = "none"
        elif held.role in {"bleeding", "suppuration", "plaque"}:
            no, yes = encoding.marks
            found |= {str(no): "no", str(yes): "yes"}
        return found

    def _rows_of(self, grid: Grid, exams: list[Exam]) -> Iterator[Row]:
        # exams that come after those of an earlier call go on numbering where it ended
        numbers = self._numbers.setdefault(grid.table.name, count(self._first))
        cells = Cells(self._style, self._encoding)
        makes: list[Makes] = [cells.of(held, numbers) for held in grid.held]
        later: list[tuple[Key, list[Cell]]] = []
        for exam in exams:
            is_special = exam.exam_key in self._planted.exams
            for tooth, place in grid.units(exam):
                row = [make(exam, tooth, place) for make in makes]
                if is_special:
                    self._remember(grid, row, exam.exam_key, tooth, place)
                    if again := self._again(grid, row, (exam.exam_key, tooth, place)):
                        later.append(again)
                yield tuple(row)
        for key, row in later:
            for place, held in enumerate(grid.held):
                if held.role == "number":
                    row[place] = next(numbers)
                elif held.role == "guid":
                    row[place] = f"{_LAST}{guid('again', row[place])[8:]}"
            self._repeats[key] = (grid, _key_text(grid, row))
            yield tuple(row)

    def _remember(
        self, grid: Grid, row: list[Cell], exam: int, tooth: Tooth | None, place: int
    ) -> None:
        """Put planted cells into a row, and note where its cells stand."""
        key = _key_text(grid, row)
        for number in (tooth.tooth,) if tooth else grid.shape.teeth:
            self._rows.setdefault((exam, number), []).append((grid, key))
        for column, held in enumerate(grid.held):
            if held.role not in _MEASURES:
                continue
            number = held.tooth or (tooth.tooth if tooth else 0)
            site = held.site or SITES[place]
            self._cells[exam, number, held.role, site] = (grid, key, held.column)
            fault = self._planted.cells.get((exam, number, _MEASURES[held.role], site))
            if fault and (written := self._encoding.taken(fault.written)):
                row[column] = written[0]

    def _again(
        self, grid: Grid, row: list[Cell], what: tuple[int, Tooth | None, int]
    ) -> tuple[Key, list[Cell]] | None:
        """The row once more, if that is planted and the table can hold it."""
        exam, tooth, place = what
        fault = self._planted.repeats.get((exam, tooth.tooth)) if tooth else None
        if fault is None or tooth is None or not grid.takes_repeats:
            return None
        site = fault.site or SITES[0]
        if grid.shape.grain is Grain.SITE and SITES[place] != site:
            return None
        again, written = list(row), self._encoding.taken(fault.written)
        for column, held in enumerate(grid.held):
            is_site = (held.site or SITES[place]) == fault.site
            if held.role == "probing_depth" and is_site and written:
                again[column] = written[0]
        return (exam, tooth.tooth), again


def _key_text(grid: Grid, row: list[Cell]) -> str:
    return "|".join(str(row[grid.table.position(name)]) for name in grid.shape.key)


class MakesGridCharts:
    """Makes the writer of a convention's grids."""

    def __init__(self, style: Style, encoding: Encoding, *grids: Grid) -> None:
        """Write in this style and encoding into these grids."""
        self.style, self.encoding, self.grids = style, encoding, grids

    def __call__(
        self, faults: Iterable[Fault], oddities: Iterable[Oddity], first_key: int
    ) -> GridCharts:
        """A writer that numbers its rows from `first_key`."""
        how = (self.style, self.encoding, self.grids)
        return GridCharts(how, PlantedReadings(faults, oddities), first_key)
