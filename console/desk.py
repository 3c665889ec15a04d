"""What every screen and route of this process shares: ledger, vault and map of one folder.

Rule of the house: opened without the run's lock; a few frames are kept in memory, never on disk.
"""

import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar, cast

import polars as pl

from core.crosswalk.mapping import SchemaMap, load
from core.errors import SettingMissing
from core.ledger.ledger import SqlLedger
from core.ledger.vault import FileVault
from core.workbench import open_workbench

FOLDER_VARIABLE = "PERIO_DIR"
"""Names the folder of the migration."""

KEPT_FRAMES, KEPT_RESULTS = 12, 32
"""Frames, and what was worked out from them, that are kept in memory at most."""

T = TypeVar("T")
Prepare = Callable[[pl.DataFrame], pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Desk:
    """What a person works at.

    Attributes:
        folder: The migration's folder.
        migration_id: The migration's name.
        ledger: What was decided, intended and done.
        vault: The values at rest.
        map_path: Where the map is, or will be.
        explain_all: Whether every flagged table needs its word before the inventory is signed.
    """

    folder: Path
    migration_id: str
    ledger: SqlLedger
    vault: FileVault
    map_path: Path
    explain_all: bool = False

    def schema_map(self) -> SchemaMap | None:
        """The map as it is now, or None when none has been proposed."""
        return load(self.map_path) if self.map_path.is_file() else None


_lock = threading.RLock()
_changes = threading.Lock()
_stack = ExitStack()
_open: dict[Path, Desk] = {}
_frames: OrderedDict[tuple[Path, str, str], tuple[str, pl.DataFrame]] = OrderedDict()
_results: OrderedDict[tuple[object, ...], object] = OrderedDict()


def folder() -> Path:
    """The folder of the migration that this process serves.

    Raises:
        SettingMissing: the environment names none.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if not named:
        message = f"The console was started without {FOLDER_VARIABLE}."
        raise SettingMissing(message, next_step="Start it with `./perio console --dir PATH`.")
    return Path(named).resolve()


def desk() -> Desk:
    """The desk of the folder, opened once for the process."""
    place = folder()
    with _lock:
        if place not in _open:
            _open[place] = _from_workbench(place)
        return _open[place]


def put(made: Desk) -> None:
    """Use a desk that is open already for its folder."""
    with _lock:
        _open[made.folder] = made


def ledger() -> SqlLedger:
    """The ledger of the folder."""
    return desk().ledger


@contextmanager
def changing() -> Iterator[Desk]:
    """Change what the folder holds, one person at a time."""
    with _changes:
        yield desk()


def close() -> None:
    """Let go of every desk and forget every frame."""
    with _lock:
        _stack.close()
        for made in _open.values():
            made.ledger.close()
        _open.clear()
        _frames.clear()
        _results.clear()


def frame(name: str, prepare: Prepare | None = None) -> pl.DataFrame | None:
    """A frame of the vault, or None when none is kept; read again when it was put again.

    Args:
        name: Name in the vault.
        prepare: What is done with the frame once, before it is kept; a module's function.
    """
    found = _edition_of(name, prepare)
    return None if found is None else found[1]


def worked(
    name: str,
    make: Callable[[pl.DataFrame], T],
    *of: object,
    prepare: Prepare | None = None,
) -> T | None:
    """What is worked out from a frame, once for each edition; None when there is no frame.

    Args:
        name: Name in the vault.
        make: Works it out.
        of: What tells this result from others of the same frame: a name, the digest of a filter.
        prepare: As in `frame`.
    """
    found = _edition_of(name, prepare)
    if found is None:
        return None
    edition, rows = found
    key = (folder(), name, edition, *of)
    with _lock:
        if key in _results:
            _results.move_to_end(key)
            return cast("T", _results[key])
    made = make(rows)
    with _lock:
        _results[key] = made
        while len(_results) > KEPT_RESULTS:
            _results.popitem(last=False)
    return made


def _edition_of(name: str, prepare: Prepare | None) -> tuple[str, pl.DataFrame] | None:
    here = desk()
    key = (here.folder, name, prepare.__qualname__ if prepare else "")
    with _lock:
        edition = here.vault.edition(name)
        if edition is None:
            _frames.pop(key, None)
            return None
        kept = _frames.get(key)
        if kept is not None and kept[0] == edition:
            _frames.move_to_end(key)
            return kept
        found = here.vault.get(name)
        _frames[key] = (edition, prepare(found) if prepare else found)
        while len(_frames) > KEPT_FRAMES:
            _frames.popitem(last=False)
        return _frames[key]


def _from_workbench(place: Path) -> Desk:
    workbench = _stack.enter_context(open_workbench(place, lock=False))
    return Desk(
        place,
        workbench.settings.migration_id,
        workbench.ledger,
        workbench.vault,
        workbench.map_path,
        workbench.settings.explain_all,
    )
