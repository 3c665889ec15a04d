"""Later work in a synthetic practice, for the pick-up of changes after a load.

Rule of the house: every change is written down with table, key and what was done to it.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from operator import attrgetter
from pathlib import Path

from core.errors import NoPractice
from core.practice.conventions.convention import Convention
from core.practice.files import write_files
from core.practice.later import Difference, carry_over, differences, later_practice
from core.practice.make import DATABASE, TRUTH, convention_named, written

TRUTH_DELTA = "truth-delta.json"


@dataclass(frozen=True, slots=True)
class Change:
    """One row that later work touched.

    Attributes:
        table: The table.
        key: The row's key.
        what: added, changed or deleted.
        column: The column that changed; None for whole rows.
    """

    table: str
    key: str
    what: str
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What later work did.

    Attributes:
        truth: The answer sheet of the delta.
        changes: Every row that was added, changed or deleted.
    """

    truth: Path
    changes: tuple[Change, ...]


def change_practice(folder: Path, *, seed: int) -> Changed:
    """Let the practice work on for a while after it was made, or after it worked on before.

    Some patients' telephones and some accounts' streets change, a patient arrives with plan and
    exam, plans get a visit, a plan is accepted, an image is taken and a note is deleted.

    Args:
        folder: Where `make_practice` made it.
        seed: Which later work.

    Raises:
        NoPractice: there is no practice in the folder.
    """
    truth_place, delta_place = folder / TRUTH, folder / TRUTH_DELTA
    if not truth_place.exists() or not (folder / DATABASE).exists():
        message = f"There is no practice in the folder '{folder.name}'."
        raise NoPractice(message, next_step="Make one first: `./perio practice make`.")
    truth = json.loads(truth_place.read_text(encoding="utf-8"))
    style = convention_named(truth["convention"])
    done = json.loads(delta_place.read_text(encoding="utf-8"))["work"] if _is_later(folder) else []
    made = (int(truth["patients"]), int(truth["seed"]))
    before, after = (later_practice(*made, work) for work in (tuple(done), (*done, seed)))
    found = list(differences(before, after, style))
    with closing(sqlite3.connect(folder / DATABASE)) as connection, connection:
        carry_over(connection, found)
    write_files(after.added, folder)
    order = attrgetter("table", "what", "key")
    changes = tuple(sorted(_changes(found, style), key=lambda c: (*order(c), c.column or "")))
    content: dict[str, object] = {
        "seed": seed,
        "work": [*done, seed],
        "changes": [asdict(change) for change in changes],
    }
    return Changed(written(delta_place, content), changes)


def _is_later(folder: Path) -> bool:
    """Whether the practice has worked on since it was made."""
    delta = folder / TRUTH_DELTA
    return delta.exists() and delta.stat().st_mtime_ns >= (folder / TRUTH).stat().st_mtime_ns


def _changes(found: list[Difference], style: Convention) -> Iterator[Change]:
    """Each row and column once; the count of a row's changes is none of them."""
    keys = {table.name: table.key for table in style.charts((), (), 1).tables()}
    counting = {
        (layout.table.name, layout.column_of("row_version"))
        for layout in style.layouts
        if "row_version" in layout.fields
    }
    for one in found:
        name = one.table.name
        row = one.before if one.after is None else one.after
        assert row is not None, "a difference has a side"
        names = one.table.key or keys.get(name, one.table.names)
        key = "|".join(str(row[one.table.position(part)]) for part in names)
        if one.before is None or one.after is None:
            yield Change(name, key, "added" if one.before is None else "deleted")
            continue
        for column in one.columns():
            if (name, column) not in counting:
                yield Change(name, key, "changed", column)
