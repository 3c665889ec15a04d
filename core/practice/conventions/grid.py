"""Declares tables of charts whose columns each hold one thing: of a site, a tooth or an exam.

Rule of the house: a column is declared with its role; writing, truth and map follow from it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from core.practice.conventions.encoding import BITS, Encoding
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.schema import Table
from core.practice.course_records import SITES, Exam, Tooth

FINDINGS = (
    "is_missing",
    "is_implant",
    "mobility",
    "furcation_b",
    "furcation_l",
    "furcation_m",
    "furcation_d",
    "furcation_scale",
    "note",
)
"""What a tooth's finding holds besides its key."""
READINGS = ("probing_depth", "gingival_margin", "mgj", *BITS, "marks")
"""What a site's reading holds besides its key."""
NUMBERS = ("number", "guid")
"""Roles of columns that only number the rows."""
_NOTES = dict.fromkeys((*NUMBERS, "tooth_guid"), "numbers the rows")


class Grain(StrEnum):
    """What a row is of."""

    SITE = "site"
    TOOTH = "tooth"
    PROBED_TOOTH = "probed tooth"
    EXAM = "exam"


@dataclass(frozen=True, slots=True)
class Held:
    """What one column holds: a role, of a site and a tooth where the column is of one."""

    column: str
    kind: str
    role: str
    site: str = ""
    tooth: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """How a table of charts is built and read.

    Attributes:
        grain: What a row is of.
        layout: The layout by which the map reads it.
        key: What tells rows apart.
        is_declared: Whether the table declares its key.
        teeth: The teeth an exam's row is of.
        foreign: Foreign keys.
        options: Role -> what the map says of its columns.
    """

    grain: Grain
    layout: MapLayout
    key: tuple[str, ...]
    is_declared: bool = True
    teeth: tuple[int, ...] = ()
    foreign: tuple[tuple[str, str, str], ...] = ()
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Grid:
    """One table of charts, and what each of its columns holds."""

    table: Table
    held: tuple[Held, ...]
    shape: Shape

    @property
    def has_readings(self) -> bool:
        """Whether sites are read here."""
        return any(one.role in READINGS for one in self.held)

    @property
    def has_findings(self) -> bool:
        """Whether teeth are described here."""
        return any(one.role in FINDINGS for one in self.held)

    @property
    def takes_repeats(self) -> bool:
        """Whether a row can stand here twice: nothing but a number tells rows apart."""
        is_numbered = any(one.role in NUMBERS for one in self.held)
        return self.has_readings and (is_numbered or not self.table.key)

    @property
    def entity(self) -> str:
        """The entity that the map gives the table."""
        return "site_reading" if self.has_readings else "tooth_finding"

    def column_of(self, role: str) -> str:
        """The column of a role; what joins to the tooth stands for exam and tooth."""
        roles = {one.role: one.column for one in self.held}
        return roles.get(role) or roles["tooth_row"]

    def note(self, held: Held) -> str:
        """What else is known of a column."""
        return _NOTES.get(held.role, "")

    def units(self, exam: Exam) -> Iterator[tuple[Tooth | None, int]]:
        """(tooth, place of the site) of every row of an exam."""
        if self.shape.grain is Grain.EXAM:
            if any(tooth.tooth in self.shape.teeth for tooth in exam.teeth):
                yield None, 0
            return
        for tooth in exam.teeth:
            if self.shape.grain is Grain.TOOTH:
                yield tooth, 0
            elif tooth.depth:
                yield from ((tooth, place) for place in self._places())

    def _places(self) -> Iterable[int]:
        return range(len(SITES)) if self.shape.grain is Grain.SITE else (0,)


def grid(name: str, text: str, encoding: Encoding, shape: Shape) -> Grid:
    """A table from a compact declaration.

    Columns are `Name:TYPE=role`, apart by blanks, or by commas where names hold blanks. `{site}`
    in a name makes six columns, `{tooth}` one for each of the shape's teeth.
    """
    words = text.split(",") if "," in text else text.split()
    held = tuple(one for word in words for one in _held(word.strip(), encoding, shape.teeth))
    columns = tuple((one.column, one.kind) for one in held)
    key = shape.key if shape.is_declared else ()
    return Grid(Table(name, columns, key, shape.foreign), held, shape)


def _held(word: str, encoding: Encoding, teeth: tuple[int, ...]) -> Iterator[Held]:
    head, _, role = word.partition("=")
    name, _, kind = head.partition(":")
    sites = encoding.sites if "{site}" in name else {"": ""}
    for tooth in teeth if "{tooth}" in name else (0,):
        for site, written in sites.items():
            column = name.format(site=written, tooth=f"{tooth:02d}")
            yield Held(column, kind or "SMALLINT", role, site, tooth)
