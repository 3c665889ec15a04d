"""How a field of the clinical vocabulary is declared.

Rule of the house: a field is declared once; checks, tolerances, the dictionary, the custom-field
specification and the screens are derived from the declaration.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

import polars as pl


class Sensitivity(StrEnum):
    """How closely a field touches a patient; decides the profile that may carry it."""

    OPERATIONAL = "operational"
    """No patient in it: providers, practices, our own keys."""
    ADMINISTRATIVE = "administrative"
    """Names a patient or says how to reach one."""
    CLINICAL = "clinical"
    """Says something of a patient's health."""
    RESTRICTED = "restricted"
    """Social security number, medical history, free text: carried only when asked for by name."""


class CrmObject(StrEnum):
    """The objects of the destination, in load order."""

    ORGANIZATION = "organization"
    PERSON = "person"
    DEAL = "deal"
    ACTIVITY = "activity"
    NOTE = "note"
    FILE = "file"


class CrmType(StrEnum):
    """The field types of the destination that the vocabulary uses; the value is its wire name."""

    VARCHAR = "varchar"
    TEXT = "text"
    DOUBLE = "double"
    DATE = "date"
    ENUM = "enum"
    ADDRESS = "address"
    ORG = "org"
    PHONE = "phone"
    NATIVE = "native"
    """Not a custom field: the object has a place of its own for it."""


class Reads(StrEnum):
    """When two unequal values of a field still say the same; the comparison asks for it."""

    TEXT = "text"
    """Words in lines; the order of the lines is part of what they say."""
    LIST = "list"
    """Items, one a line or apart by `;` or `,`; their order says nothing."""
    CODE = "code"
    """A code or an identifier: each character counts, the zeros before and behind too."""
    EMAIL = "e-mail"
    """An address of e-mail: capitals say nothing."""
    PHONE = "phone"
    """A telephone number: its digits and its extension count, not how they are spaced."""
    JSON = "JSON"
    """A JSON text: spaces and the order of names say nothing."""
    TOOTH = "tooth"
    """A tooth's number, which may have been left in another numbering."""


MAX_LENGTH: dict[CrmType, int] = {CrmType.VARCHAR: 255, CrmType.TEXT: 65_000, CrmType.ADDRESS: 255}
"""Characters a field takes; a longer value spills by a confirmed rule or is rejected."""


LONG_VALUES = "Long Values"
"""The text field beside the short ones: what does not fit its place stands here, whole."""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a field lives in the destination.

    Attributes:
        crm_object: The object that carries it.
        name: The custom field's name as people see it, or the native key.
        crm_type: The custom field's type; `NATIVE` for the object's own places.
        links_to: The object a link points to; the column then holds that record's migration ref.
    """

    crm_object: CrmObject
    name: str
    crm_type: CrmType = CrmType.NATIVE
    links_to: CrmObject | None = None

    @property
    def is_custom(self) -> bool:
        """Whether the destination needs a custom field for it."""
        return self.crm_type is not CrmType.NATIVE


@dataclass(slots=True)
class Field:
    """One field: what it means and everything that follows from that.

    Attributes:
        text: The meaning, one sentence for a clinician.
        dtype: The polars type in vocabulary frames.
        sensitivity: The PHI class.
        home: Where the destination keeps it; None when it travels inside another (see `carried`).
        carried: For a field without a home: what carries it.
        unit: UCUM unit.
        within: Smallest and largest value that can be true.
        equal_within: Tolerance of the comparison, in the field's unit.
        options: Closed list of values; empty when open.
        is_required: A row without it is rejected.
        is_key: The row's own key in the source.
        refers_to: The entity whose key this is; a row whose parent is missing is an orphan.
        is_path: A path to a file of the practice; a row whose file is not there is rejected.
        reads: When two unequal values still say the same.
        is_empty_null: An empty text says no more than none.
        entity: Set by the entity that declares the field.
        name: Set by the entity that declares the field.
    """

    text: str
    dtype: pl.DataType | type[pl.DataType]
    sensitivity: Sensitivity = Sensitivity.ADMINISTRATIVE
    home: Home | None = None
    carried: str = ""
    unit: str | None = None
    within: tuple[float, float] | None = None
    equal_within: float = 0.0
    options: tuple[str, ...] = ()
    is_required: bool = False
    is_key: bool = False
    refers_to: str = ""
    is_path: bool = False
    reads: Reads = Reads.TEXT
    is_empty_null: bool = False
    entity: str = ""
    name: str = ""

    def __set_name__(self, owner: type, name: str) -> None:
        """Take the name from the declaration."""
        self.name = name

    @property
    def path(self) -> str:
        """`entity.field`, as a map writes it."""
        return f"{self.entity}.{self.name}"


class Entity:
    """A thing of the practice; subclasses declare its fields.

    Attributes:
        key: The entity's name in maps, frames and the ledger.
        meaning: One sentence for a clinician.
    """

    key: ClassVar[str]
    meaning: ClassVar[str]
    is_derived: ClassVar[bool] = False
    """True when rows are computed from other entities and no source table holds them."""
    is_clinical: ClassVar[bool] = False
    """True when the entity as a whole says something of a patient's health."""
    unique_by: ClassVar[tuple[str, ...]] = ()
    """Fields that no two rows may share all of; the later row is a duplicate."""

    def __init_subclass__(cls) -> None:
        """Tell each field which entity it belongs to, and register the entity."""
        for field in cls.fields().values():
            field.entity = cls.key
        ENTITIES[cls.key] = cls

    @classmethod
    def fields(cls) -> dict[str, Field]:
        """The entity's fields by name, in the order of declaration."""
        return {name: field for name, field in vars(cls).items() if isinstance(field, Field)}

    @classmethod
    def key_fields(cls) -> tuple[str, ...]:
        """Names of the fields that make the row's own key."""
        return tuple(name for name, field in cls.fields().items() if field.is_key)

    @classmethod
    def schema(cls) -> dict[str, pl.DataType | type[pl.DataType]]:
        """Polars schema of the entity's frames, as conform returns them."""
        return {name: field.dtype for name, field in cls.fields().items()}


ENTITIES: dict[str, type[Entity]] = {}
"""Every declared entity by key."""


def parents_first() -> tuple[type[Entity], ...]:
    """All entities, each after those its fields refer to."""
    ordered: dict[str, type[Entity]] = {}

    def place(key: str) -> None:
        if key in ordered:
            return
        for field in ENTITIES[key].fields().values():
            if field.refers_to:
                place(field.refers_to)
        ordered[key] = ENTITIES[key]

    for key in ENTITIES:
        place(key)
    return tuple(ordered.values())
