"""Makes a synthetic practice: a database, its files, and the truth about both.

Rule of the house: the same (patients, seed) give the same rows and, byte for byte, the same truth.
"""

import json
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.errors import SettingMissing
from core.practice.build import build
from core.practice.conventions import CONVENTIONS
from core.practice.conventions.convention import Convention
from core.practice.conventions.writing import counts, create, write
from core.practice.files import FOLDERS, write_files
from core.practice.truth import truth_of

DATABASE = "practice.sqlite"
TRUTH = "truth.json"


@dataclass(frozen=True, slots=True)
class Made:
    """What was made.

    Attributes:
        database: The SQLite file.
        truth: The answer sheet.
        counts: Rows per table.
        files: Images, letters and documents written.
    """

    database: Path
    truth: Path
    counts: dict[str, int]
    files: int


def make_practice(
    folder: Path,
    *,
    patients: int,
    seed: int,
    convention: str = "panda",
    progress: Callable[[int, int], None] | None = None,
) -> Made:
    """Make a practice of so many patients in a folder, in place of one that was there.

    Args:
        folder: Where the database, the files and the truth go; made when it is not there.
        patients: Rows of the patient table, at least 1.
        seed: Which practice of that size.
        convention: The naming convention of the tables.
        progress: Told (patients done, patients in all) now and then.

    Raises:
        SettingMissing: there is no such convention, or no patient was asked for.
    """
    style = convention_named(convention)
    if patients < 1:
        message = "A practice needs at least one patient."
        raise SettingMissing(message, next_step="Ask for 1 patient or more.")
    practice = build(patients, seed, progress)
    folder.mkdir(parents=True, exist_ok=True)
    database = _cleared(folder)
    connection = sqlite3.connect(database)
    try:
        # A synthetic file can be made again; waiting for the disk only costs time.
        connection.execute("PRAGMA synchronous = OFF")
        create(connection, style)
        charts = write(connection, practice, style)
        found = counts(connection, style)
    finally:
        connection.close()
    files = write_files(practice, folder)
    truth = {"patients": patients, "seed": seed, **truth_of(practice, style, charts, found)}
    return Made(database, written(folder / TRUTH, truth), found, files)


def convention_named(name: str) -> Convention:
    """The convention of that name.

    Raises:
        SettingMissing: there is none.
    """
    if name not in CONVENTIONS:
        message = f"There is no naming convention '{name}'."
        raise SettingMissing(message, next_step=f"Use one of: {', '.join(sorted(CONVENTIONS))}.")
    return CONVENTIONS[name]


def written(place: Path, content: dict[str, object]) -> Path:
    """Write an answer sheet, always spelled alike."""
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    place.write_text(text + "\n", encoding="utf-8")
    return place


def _cleared(folder: Path) -> Path:
    """Remove an earlier practice; what else is in the folder stays."""
    database = folder / DATABASE
    database.unlink(missing_ok=True)
    for name in FOLDERS:
        shutil.rmtree(folder / name, ignore_errors=True)
    return database
