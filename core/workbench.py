"""Where real sources, destinations, ledgers and vaults are built.

Rule of the house: the only module that names concrete edges; everything else is given ports.
"""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from core import failpoints
from core.crosswalk.mapping import SchemaMap, load
from core.destinations.adviser import HttpAdviser, open_adviser
from core.destinations.pipedrive import open_destination
from core.embedded import Sandbox, run_sandbox
from core.errors import SettingMissing, SetupError
from core.failpoints import Point
from core.ledger.ballast import Ballast
from core.ledger.connection import file_of
from core.ledger.key import create_key, load_key, sub_key
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.rules import Rules
from core.ledger.vault import FileVault
from core.migration.passage import Passage, Progress, Tempo
from core.ports import Destination, Source
from core.settings import Settings, load_settings
from core.sources import open_source
from core.sources.on_demand import SourceOnDemand

MAP_FILE = "map.toml"
REPORTS = "reports"
"""The folder of signed reports."""

_REFS = b"refs"
_KEY_VARIABLES = ("PERIO_KEY", "PERIO_KEY_FILE")
_FAILPOINT = "PERIO_FAILPOINT"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def code_version() -> str:
    """The program's version, as approvals are bound to it."""
    try:
        return version("perio-migration")
    except PackageNotFoundError:
        return "unknown"


def ticks_s() -> float:
    """Seconds that nobody sets; they pass while the machine sleeps too, where the system tells."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


def boot_id() -> str:
    """Names the boot that `ticks_s` counts from; "" where the system has no name for it."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _arm_failpoint(settings: Settings) -> None:
    """Have this process killed, or stopped, at the point that the environment names.

    Raises:
        SetupError: the destination is a real account, where nobody tests how a run ends.
    """
    named, _, how = os.environ.get(_FAILPOINT, "").partition("/")
    if not named:
        return
    if not settings.is_sandbox:
        message = f"{_FAILPOINT} ends a run on purpose; that is for the sandbox only."
        raise SetupError(message, next_step=f"Unset {_FAILPOINT}.")
    number = getattr(signal, "SIGSTOP" if how == "stop" else "SIGKILL", signal.SIGTERM)
    # to this very thread: one that a process is told to stop may run on until another one hears it
    act = failpoints.counted(named, lambda: signal.pthread_kill(threading.get_ident(), number))
    failpoints.arm(act, only=Point(named.partition(":")[0]))


@dataclass(slots=True)
class Workbench:
    """One migration's folder, opened.

    Attributes:
        folder: The folder.
        settings: Its settings.
        ledger: What was decided and done.
        vault: Values at rest.
        progress: Tells a person how far a step is.
        sleep: Waits; tests give one that does not.
    """

    folder: Path
    settings: Settings
    ledger: SqlLedger
    vault: FileVault
    key: bytes = field(repr=False)
    progress: Progress = field(default_factory=Progress)
    sleep: Callable[[float], None] = time.sleep
    _source: Source | None = None
    _destination: Destination | None = None
    _sandbox: Sandbox | None = None

    @property
    def map_path(self) -> Path:
        """Where the map is."""
        return self.folder / MAP_FILE

    def schema_map(self) -> SchemaMap:
        """The map as the file has it now."""
        return load(self.map_path)

    def source(self) -> Source:
        """The practice's database, opened when first asked for."""
        if self._source is None:
            self._source = open_source(self.settings.source, self.folder)
        return self._source

    def destination(self) -> Destination:
        """The CRM, opened when first asked for."""
        if self._destination is None:
            self._destination = self._open_destination()
        return self._destination

    def _open_destination(self) -> Destination:
        settings = self.settings
        if settings.is_sandbox:
            self._sandbox = run_sandbox(self.folder, settings.tier)
            base_url, token = self._sandbox.base_url, self._sandbox.token
        else:
            base_url, token = settings.destination, settings.token.get_secret_value()
            if not token:
                message = "There is no API token for the destination."
                raise SettingMissing(message, next_step="Set PERIO_TOKEN in the environment.")
        return open_destination(
            base_url,
            token,
            auth=settings.auth,
            requests_per_2s=settings.requests_per_2s,
            tokens_per_day=settings.tokens_per_day,
            reserve=settings.reserve,
            in_flight=settings.in_flight,
            spend=lambda tokens: self.ledger.spend(datetime.now(UTC).date(), tokens),
            clock=ticks_s,
        )

    def passage(self) -> Passage:
        """The migration as its steps are given it."""
        quarantine_s, read_lag_s = self.settings.waits_s
        return Passage(
            migration_id=self.settings.migration_id,
            folder=self.folder,
            ledger=self.ledger,
            vault=self.vault,
            source=SourceOnDemand(self.source),
            destination=self.destination(),
            schema_map=self.schema_map,
            ref_key=sub_key(self.key, _REFS),
            tempo=Tempo(quarantine_s, read_lag_s, time.time, self.sleep, ticks_s, boot_id()),
            sample_patients=self.settings.sample_patients,
            code_version=code_version(),
            is_sandbox=self.settings.is_sandbox,
            explain_all=self.settings.explain_all,
            field_cap=self.settings.field_cap,
            reserve=self.settings.reserve,
            deals_per_seat=self.settings.deals_per_seat,
            learned=self.folder / self.settings.learned if self.settings.learned else None,
            progress=self.progress,
            free_bytes=lambda: shutil.disk_usage(self.folder).free,
            ballast=self._ballast(),
            probes=self.settings.lag_probes,
        )

    def _ballast(self) -> Ballast | None:
        # a server's disk is not here to be held free
        file, size_bytes = (
            file_of(_ledger_url(self.folder, self.settings)),
            self.settings.ballast_bytes,
        )
        return Ballast(file.with_suffix(".ballast"), size_bytes) if file and size_bytes else None

    def report(self) -> tuple[Path, Path]:
        """Make the signed report of the migration; returns its PDF and its page.

        Raises:
            ChainBroken: the ledger was altered.
            SettingMissing: the folder cannot be written.
        """
        names = {"migration_id": self.settings.migration_id, "code_version": code_version()}
        made = self.ledger.make_report(**names)
        folder = self.folder / REPORTS
        files = folder / f"report-{made.events:06d}.pdf", folder / f"report-{made.events:06d}.html"
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            for file, content in zip(files, (made.pdf, made.html), strict=True):
                file.write_bytes(content)
        except OSError as error:
            message = f"The report cannot be written into {REPORTS}: {error.strerror}."
            raise SettingMissing(message, next_step="Look at the folder's rights.") from error
        self.ledger.audit("make report", actor=self.ledger.actor, subject=files[0].stem)
        return files

    def adviser(self) -> HttpAdviser:
        """The language model that may be asked about the map; nothing is sent yet.

        Raises:
            SetupError: the settings name none.
        """
        settings = self.settings
        token = settings.adviser_token.get_secret_value()
        return open_adviser(settings.adviser_url, settings.adviser_model, token)

    def close(self) -> None:
        """Let go of both ends, the ledger and the sandbox."""
        if self._source is not None:
            self._source.close()
        if self._destination is not None:
            self._destination.close()
        if self._sandbox is not None:
            self._sandbox.close()
        self.ledger.close()


def _ledger_url(folder: Path, settings: Settings) -> str:
    return settings.ledger.get_secret_value() or f"sqlite:///{folder / 'ledger.sqlite'}"


def _open_ledger(folder: Path, settings: Settings, key: bytes, *, lock: bool) -> SqlLedger:
    return open_ledger(
        _ledger_url(folder, settings),
        lock=lock,
        key=key,
        head=folder / "ledger.head",
        anchor=settings.anchor,
        ticks_s=ticks_s,
        rules=Rules(
            settings.load_hours,
            settings.rollback_hours,
            settings.rollback_people,
            settings.codes_required,
        ),
    )


def _key(migration_id: str, *, make: bool) -> bytes:
    # where the environment names a key, that one is the migration's, and none is made beside it
    is_named = any(os.environ.get(name) for name in _KEY_VARIABLES)
    return create_key(migration_id) if make and not is_named else load_key(migration_id)


@contextmanager
def open_workbench(
    folder: Path, *, lock: bool = True, progress: Progress | None = None, make: bool = False
) -> Iterator[Workbench]:
    """Open a migration's folder.

    Args:
        folder: With its `perio.toml`.
        lock: True for a run; False for the console, which reads and signs beside a run.
        progress: Tells a person how far a step is.
        make: Make the migration's key when there is none yet.

    Raises:
        SetupError: settings or key are missing.
        LedgerError: the ledger is locked or damaged.
    """
    settings = load_settings(folder)
    key = _key(settings.migration_id, make=make)
    if lock:
        _arm_failpoint(settings)
        failpoints.reach(Point.BEFORE_LOCK)
    ledger = _open_ledger(folder, settings, key, lock=lock)
    if lock:
        # versions before this one laid files there, decrypted, while they were sent
        shutil.rmtree(folder / "outbox", ignore_errors=True)
    bench = Workbench(
        folder, settings, ledger, FileVault(folder / "vault", key), key, progress or Progress()
    )
    try:
        yield bench
    finally:
        bench.close()
