"""The wall between a flow and Prefect: how a step is given a folder, and what it says of a failure.

Rule of the house: only ids and counts pass; an exception that is not ours says its class and place,
never its text.
"""

import os
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from core.errors import LedgerError, MigrationError, PlanError, SettingMissing
from core.migration.guard import Result
from core.migration.passage import Passage, Progress
from core.workbench import Workbench, open_workbench

FOLDER_VARIABLE = "PERIO_DIR"
"""Names the migration's folder to a worker, a console and a flow."""

_KEEP_EVERY_S = 2.0

_listeners: list[Callable[[str, int, int], None]] = []


class StepBroken(LedgerError):
    """A defect of this program; the message says where, never with what."""


@contextmanager
def heard_by(listener: Callable[[str, int, int], None]) -> Iterator[None]:
    """Tell a listener in this process how far each step is."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def folder_of(migration_id: str) -> Path:
    """The folder of a migration, as the environment names it.

    Raises:
        SettingMissing: the environment names none, or one of another migration.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        message = f"{FOLDER_VARIABLE} does not name the folder of migration {migration_id}."
        raise SettingMissing(message, next_step=f"Set {FOLDER_VARIABLE} where the flow runs.")
    return Path(named)


def run_step(
    migration_id: str,
    step: Callable[[Passage], Result],
    *,
    then: Callable[[Workbench], object] | None = None,
) -> str:
    """Open the migration, take one step, and say its run's id.

    Args:
        migration_id: The migration.
        step: The step.
        then: What is done once the step is, while the migration is open.

    Raises:
        MigrationError: with a message that names no patient.
    """
    with _opened(migration_id) as bench:
        try:
            run_id = str(step(bench.passage())["run_id"])
            if then is not None:
                then(bench)
            return run_id  # noqa: TRY300 - a report that cannot be made is a failed step too
        except MigrationError as error:
            code = type(error).__name__
            outcome = "refused" if isinstance(error, PlanError) else "stopped"
            bench.ledger.audit(
                "step failed", actor="perio", subject=code, outcome=outcome, reason=code
            )
            raise


@contextmanager
def _opened(migration_id: str) -> Iterator[Workbench]:
    try:
        with open_workbench(folder_of(migration_id)) as bench:
            _check_id(bench, migration_id)
            bench.progress = Progress(_Reporter(bench))
            yield bench
    except MigrationError:
        raise
    except Exception as error:  # noqa: BLE001 - the wall: no text of a driver's error passes
        raise broken(error) from None


def broken(error: Exception) -> StepBroken:
    """A defect as a message that says where, and nothing of what was being read."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    message = f"The program broke off at {where} ({type(error).__name__})."
    step = "Run the same command again; if it breaks again, report this place."
    return StepBroken(message, next_step=step)


def _check_id(bench: Workbench, migration_id: str) -> None:
    if bench.settings.migration_id != migration_id:
        message = f"The folder holds another migration than {migration_id}."
        raise SettingMissing(message, next_step=f"Set {FOLDER_VARIABLE} to its folder.")


class _Reporter:
    """Passes progress on to listeners here and, now and then, to the ledger for the console."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._kept_at_s = 0.0
        self._began_at = time.time()

    def __call__(self, what: str, done: int, total: int) -> None:
        for listener in _listeners:
            listener(what, done, total)
        now_s = time.monotonic()
        if now_s - self._kept_at_s < _KEEP_EVERY_S and done < total:
            return
        self._kept_at_s = now_s
        self._bench.ledger.keep(
            "progress",
            {"phase": what, "done": done, "total": total, "started_at": self._began_at},
        )
