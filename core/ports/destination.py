"""What crosses to the destination and comes back.

Rule of the house: a protocol says what is asked, never how it is done.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Literal, Protocol

import polars as pl

from core.vocabulary.field import CrmObject


class Action(StrEnum):
    """What one write does."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Outcome(StrEnum):
    """How one attempt ended; every attempt ends in exactly one."""

    ACK = "ack"
    """Accepted, with an id."""
    REJECT = "reject"
    """Refused: surely not applied."""
    THROTTLED = "throttled"
    """Asked to wait: surely not applied."""
    UNSENT = "unsent"
    """Failed before the first byte: surely not applied."""
    UNKNOWN = "unknown"
    """Anything else: observe before anything is sent again."""


class Content(Protocol):
    """Bytes that are opened when they are sent: a file, or what the vault holds of one."""

    @property
    def name(self) -> str:
        """A name without a patient's value."""
        ...

    def open(self, mode: Literal["rb"], /) -> IO[bytes]:
        """Open them for reading."""
        ...

    def is_file(self) -> bool:
        """Whether they are there."""
        ...


@dataclass(frozen=True, slots=True)
class Intent:
    """A slip from the ledger: this one write may be sent once, before the deadline.

    Attributes:
        write_id: The write's own key.
        target: A `CrmObject` value, or "custom_field" / "activity_type" for set-up writes.
        ref: Our migration ref of the record.
        record_id: The destination's id; None for a create.
        fields: `entity.field` -> value as text (`core.text`); links as the target's record id.
        content: For a file: its bytes, opened when they are sent.
        deadline_s: The monotonic clock's time after which it may not be sent any more.
        is_held: Asks the ledger whether this slip is still good: intended, and by this run. Asked
            right before the first byte, since another run may have taken over meanwhile.
    """

    write_id: str
    plan_id: str
    target: str
    action: Action
    ref: str
    record_id: int | None
    fields: Mapping[str, str | None] = field(repr=False)
    content: Content | None = None
    deadline_s: float = float("inf")
    is_held: Callable[[], bool] = field(default=lambda: True, repr=False, compare=False)


def why_not_now(now_s: float, deadline_s: float, *, is_held: bool) -> str:
    """Why the first byte of a write may not leave now, as a receipt's reason; "" when it may."""
    if not is_held:
        return "superseded"
    return "deadline" if now_s > deadline_s else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """How the write of one intent ended."""

    write_id: str
    outcome: Outcome
    record_id: int | None = None
    status: int = 0
    reason: str = ""
    """A code (the destination's error code or ours); never a value."""
    code: str = ""
    """For a custom field: its 40-character key; for an activity type: its key string."""
    options: Mapping[str, int] = field(default_factory=dict)
    """For a custom field: option label -> option id."""


@dataclass(frozen=True, slots=True)
class Observed:
    """What one walk over an object found.

    Attributes:
        found: Live records that bear a ref of ours: record frame plus `record_id` (Int64).
        digests: Every live record: `record_id` Int64, `ref` (null when not ours), `digest`
            (sha256 over the writable values, volatile ones left out), `links` (of a record that
            is not ours: what it is linked to, each as `object:id`; of ours empty).
    """

    found: pl.DataFrame
    digests: pl.DataFrame


@dataclass(frozen=True, slots=True)
class User:
    """A user of the destination.

    Attributes:
        user_id: The destination's number.
        name: As shown there.
        email: The login.
        is_active: Whether the seat is in use.
        is_admin: Whether an admin of any part of the account.
        sees_all: Whether an admin of the part that the records are in: nothing is hidden then.
        group_id: The visibility group; None where the destination does not tell.
    """

    user_id: int
    name: str
    email: str
    is_active: bool
    is_admin: bool
    sees_all: bool = False
    group_id: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the destination says of itself and of us.

    Attributes:
        company: Its name.
        domain: Where it is.
        user: Whose token it is.
        users: Everybody there.
        webhooks: How many; -1 where they are not shown to us.
        requests_per_2s: How fast we may ask.
        tokens_per_day: What may be spent in a day; None where it is not told.
        tokens_left: What of it is left; None as above.
        permissions: What a user that is no admin may do, by the destination's words; None for an
            admin, who may do all, and where it is not told.
    """

    company: str
    domain: str
    user: User
    users: tuple[User, ...]
    webhooks: int
    requests_per_2s: int
    tokens_per_day: int | None
    tokens_left: int | None
    permissions: frozenset[str] | None = None


class Destination(Protocol):
    """The CRM, in our names and units."""

    def standing(self) -> Standing:
        """Who we are there, who else is, and what we may spend."""
        ...

    def fields(self) -> pl.DataFrame:
        """Custom fields as they are now: target object, name, crm_type, code, options (JSON)."""
        ...

    def adopt_fields(self, specification: pl.DataFrame) -> None:
        """Learn codes and option ids of the specification's fields, for render and parse.

        Raises:
            FieldVanished: a specified field, option or activity type is not there.
        """
        ...

    def observe(
        self, crm_object: CrmObject, record_ids: Mapping[CrmObject, Mapping[int, str]]
    ) -> Observed:
        """Walk all live records of an object; `record_ids` (id -> ref) turns links into refs."""
        ...

    def seek(self, target: str, floor: int) -> pl.DataFrame:
        """Newest first down to id `floor` (exclusive): `ref`, `record_id` of records of ours."""
        ...

    def write(self, intents: Sequence[Intent]) -> list[Receipt]:
        """Send each intent once, concurrently, within the allowed pace."""
        ...

    def price(self, target: str, action: Action) -> int:
        """Tokens that one write of this kind costs."""
        ...

    def price_of_walk(self, crm_object: CrmObject, live: int) -> int:
        """Tokens that a walk over so many live records costs."""
        ...

    def download(self, record_id: int) -> bytes:
        """The bytes of a file."""
        ...

    def spent(self) -> "Spending":
        """Tokens, requests and waits of this conversation so far."""
        ...

    def close(self) -> None:
        """Let go of the connection."""
        ...


@dataclass(frozen=True, slots=True)
class Spending:
    """What a conversation cost so far."""

    tokens: int = 0
    requests: int = 0
    http_429: int = 0
    waited_s: float = 0.0
    busy_s: float = 0.0
    requests_per_2s: int = 0
    peak_per_2s: int = 0
