"""How a convention spells dates, flags, keys, codes and amounts, and what its types can hold.

Rule of the house: a spelling belongs to the convention, not to a table; a table only names fields.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from core.practice.conventions.layout import Cell, Planted, Render, plain
from core.practice.oddities import UNKNOWN_BIRTH_DATE

KEY_FIELDS = {
    "account_key": "account",
    "attachment_key": "attachment",
    "coverage_key": "coverage",
    "diagnosis_key": "diagnosis",
    "doctor_key": "referring_doctor",
    "exam_key": "perio_exam",
    "finding_key": "custom_finding",
    "letter_key": "letter",
    "note_key": "note",
    "patient_key": "patient",
    "plan_key": "treatment_plan",
    "procedure_key": "planned_procedure",
    "provider_key": "provider",
    "radiograph_key": "radiograph",
    "referral_key": "referral",
    "template_key": "letter_template",
    "visit_key": "visit",
}
"""Field -> the entity whose key it is."""

NUMBERED = frozenset(KEY_FIELDS) - {"account_key", "doctor_key", "patient_key", "provider_key"}
"""Keys that are whole numbers in the model."""

WHOLE = frozenset({"position", "duration_min", "size_bytes", "row_version"})
MONEY = frozenset({"estimated_value", "fee"})
LONG = frozenset({"body", "findings", "note", "remark"})
TEETH = frozenset({"tooth", "teeth"})
FLAGS = frozenset({"is_active", "is_done", "is_implant", "is_missing"})
_GONE, _GONE_FROM = "GONE", 900_000
_HYGIENISTS_FROM = 100


def is_date(name: str) -> bool:
    """Whether a field is a date."""
    return name.endswith("_on") or name == "birth_date"


def own_key(_entity: str, key: int | str) -> Cell:
    """The key as the model has it."""
    return key


def number_key(entity: str, key: int | str) -> int:
    """A whole number for every key: what is a number in it, moved where two would meet."""
    if isinstance(key, int):
        return key
    if entity == "provider":
        return int(key.strip("DRHYG")) + (_HYGIENISTS_FROM if key.startswith("H") else 0)
    if entity == "referring_doctor":
        return int(key[4:]) + (_GONE_FROM if key.startswith(_GONE) else 0)
    return int(key[:6]) if entity == "patient" else int(key)


def guid(*names: object) -> str:
    """The same GUID for the same names, always."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(map(str, names)))).upper()


def guid_key(entity: str, key: int | str) -> Cell:
    """A GUID for every key; later rows have later ones, as databases hand them out."""
    return f"{number_key(entity, key):08X}{guid(entity, key)[8:]}"


@dataclass(frozen=True, slots=True)
class Style:
    """How a convention spells.

    Attributes:
        date: A date as text.
        no_date: What stands where there is no date.
        unknown_date: What stands where a day of birth is unknown.
        date_type: Declared type of dates.
        is_date_text: Whether a date's cell can hold any text.
        no_such_days: Days that cannot be, as this convention would write them.
        flags: What no and yes are.
        flag_type: Declared type of flags.
        no_text: What stands where there is no text.
        key: Entity and key of the model -> key in the tables.
        key_type: Declared type of keys; empty where it follows from the model's key.
        money: An amount.
        money_type: Declared type of amounts.
        whole_type: Declared type of whole numbers.
        text_type: Declared type of text.
        long_type: Declared type of long text.
        slash: What divides a path.
        teeth: A list of teeth as the practice numbers them.
        codes: `entity.field` -> value -> code.
        unknown_code: A code that means nothing.
        has_links: Whether foreign keys are declared.
    """

    date: Callable[[date], str] = date.isoformat
    no_date: Cell = None
    unknown_date: Cell = "1900-01-01"
    date_type: str = "VARCHAR(10)"
    is_date_text: bool = True
    no_such_days: Mapping[str, str] = field(default_factory=dict)
    flags: tuple[Cell, Cell] = (0, 1)
    flag_type: str = "INTEGER"
    no_text: Cell = None
    key: Callable[[str, int | str], Cell] = own_key
    key_type: str = ""
    money: Render = plain
    money_type: str = "REAL"
    whole_type: str = "INTEGER"
    text_type: str = "VARCHAR(255)"
    long_type: str = "TEXT"
    slash: str = "/"
    teeth: Callable[[str], str] = str
    codes: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    unknown_code: Cell = "ZZ"
    has_links: bool = True

    def key_text(self, entity: str, key: int | str) -> str:
        """A key of the model as the tables write it."""
        return str(self.key(entity, key))

    def type_of(self, name: str) -> str:
        """The declared type of a field's column."""
        if name in KEY_FIELDS:
            return self.key_type or ("INTEGER" if name in NUMBERED else "VARCHAR(20)")
        if is_date(name):
            return self.date_type
        if name in FLAGS:
            return self.flag_type
        if name in WHOLE:
            return self.whole_type
        if name in MONEY:
            return self.money_type
        return self.long_type if name in LONG else self.text_type

    def render_of(self, entity: str, name: str) -> Render:
        """How a field's value becomes a cell."""
        if name in KEY_FIELDS:
            return self._keys(KEY_FIELDS[name])
        if is_date(name):
            return self._date
        if name in FLAGS:
            return lambda value: None if value is None else self.flags[bool(value)]
        if name in MONEY:
            return lambda value: self.no_text if value is None else self.money(value)
        respells = {"body_format": str.upper, "file_path": self._path}
        if name in respells or name in TEETH:
            respell = respells.get(name, self.teeth)
            return lambda value: self.no_text if value is None else respell(str(value))
        return self._texts(self.codes.get(f"{entity}.{name}", {}), is_whole=name in WHOLE)

    def takes(self, entity: str) -> Callable[[str, Cell], Planted | None]:
        """What becomes of a planted value in a cell of this entity's table."""

        def taken(name: str, written: Cell) -> Planted | None:
            if is_date(name):
                day = self.no_such_days.get(str(written), written)
                return (day,) if self.is_date_text else None
            if f"{entity}.{name}" in self.codes:
                return (self.unknown_code,)
            return (self.render_of(entity, name)(written),)

        return taken

    def _keys(self, entity: str) -> Render:
        def render(value: object) -> Cell:
            return self.key(entity, value) if isinstance(value, int | str) else None

        return render

    def _path(self, path: str) -> str:
        return path.replace("/", self.slash)

    def _date(self, value: object) -> Cell:
        if not isinstance(value, date):
            return self.no_date
        return self.unknown_date if value == UNKNOWN_BIRTH_DATE else self.date(value)

    def _texts(self, codes: Mapping[str, Cell], *, is_whole: bool) -> Render:
        is_text = is_whole and not self.whole_type.startswith("INT")

        def render(value: object) -> Cell:
            if value is None:
                return None if is_whole else self.no_text
            if isinstance(value, str):
                return codes.get(value, value)
            return str(value) if is_text else plain(value)

        return render
