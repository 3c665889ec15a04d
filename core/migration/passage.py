"""What every step of the passage is given: both ends, the ledger, the vault, the map.

Rule of the house: steps take a passage and return counts; they open nothing themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.identity import migration_refs
from core.ports import Destination, Ledger, Source, Vault

ACTOR = "perio"
"""Who does what no person did."""

LEARNED_FILE = "learned.csv"
"""Names that confirmed maps taught."""


@dataclass(frozen=True, slots=True)
class Tempo:
    """How long to wait for what cannot be asked; the clock and the sleep are arguments.

    Attributes:
        quarantine_s: Shortest time between a write of unknown outcome and the first look for it.
        read_lag_s: Time between two looks.
        now_s: Seconds since the epoch.
        sleep: Waits.
        ticks_s: Counts seconds and is never set, through a sleep of the machine too; None where
            there is no such clock, then `now_s` stands in.
        boot_id: Names the boot that `ticks_s` counts from; "" where nobody knows, then every run
            counts for a boot of its own.
    """

    quarantine_s: float
    read_lag_s: float
    now_s: Callable[[], float]
    sleep: Callable[[float], None]
    ticks_s: Callable[[], float] | None = None
    boot_id: str = ""

    def ticks(self) -> float:
        """The clock that is never set."""
        return self.now_s() if self.ticks_s is None else self.ticks_s()


class Ballast(Protocol):
    """Room on the ledger's disk that is held until outcomes cannot be noted without it."""

    def lay(self) -> None:
        """See that the room is held."""
        ...

    def release(self) -> bool:
        """Let the room go; False when none was held."""
        ...


@dataclass(frozen=True, slots=True)
class Progress:
    """Tells a person how far a long step is."""

    report: Callable[[str, int, int], None] = lambda _what, _done, _total: None

    def __call__(self, what: str, done: int, total: int) -> None:
        """`done` of `total` of what is being done."""
        self.report(what, done, total)


@dataclass(frozen=True, slots=True)
class Passage:
    """One migration, opened.

    Attributes:
        migration_id: Its id.
        folder: Its folder.
        ledger: What was decided and done.
        vault: Values at rest.
        source: The practice's database.
        destination: The CRM.
        schema_map: Reads the map as it stands now.
        ref_key: Secret of the migration refs.
        tempo: How long to wait.
        sample_patients: Size of the sample.
        code_version: Version of this program; an approval dies with it.
        is_sandbox: Whether the destination is the emulator, which no patient's data leave for.
        explain_all: Whether every flagged table needs its word before the inventory is signed.
        field_cap: Custom fields that the account takes; None where it is not known.
        reserve: Share of the token budget left to others.
        deals_per_seat: Deals that a seat of the account brings; None where it is not known.
        learned: Where the names are kept that confirmed maps taught; None for the folder's own.
        progress: Tells a person how far it is.
        free_bytes: Asks for the room left on the ledger's disk; None where nobody knows.
        ballast: Room held there while a plan is carried out; None where none is.
        probes: Records of each plan that are watched until the list shows them; 0 for none.
    """

    migration_id: str
    folder: Path
    ledger: Ledger
    vault: Vault
    source: Source
    destination: Destination
    schema_map: Callable[[], SchemaMap]
    ref_key: bytes = field(repr=False)
    tempo: Tempo
    sample_patients: int = 100
    code_version: str = ""
    is_sandbox: bool = False
    explain_all: bool = False
    field_cap: int | None = None
    reserve: float = 0.25
    deals_per_seat: int | None = None
    learned: Path | None = None
    progress: Progress = field(default_factory=Progress)
    free_bytes: Callable[[], int] | None = None
    ballast: Ballast | None = None
    probes: int = 0

    @property
    def memory(self) -> Path:
        """The file of names that confirmed maps taught."""
        return self.learned or self.folder / LEARNED_FILE

    def sign(self, source_keys: pl.Series) -> pl.Series:
        """Migration refs of source keys."""
        return migration_refs(self.ref_key, source_keys)
