"""The audit log, its proof, and the signed report: `./perio audit …` and `./perio report`.

Rule of the house: what is taken out is noted; nothing here changes what is told of.
"""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from cyclopts import App, Parameter
from rich.console import Console

from core.errors import SettingMissing
from core.migration.guard import Result
from core.workbench import open_workbench
from flows.options import HERE, Dir, Json, screen, shown, who_is_there
from flows.summary import say_audit

_BEGINS_A_FORMULA = list("=+-@\t\r;\uff1d\uff0b\uff0d\uff20")

audit = App(name="audit", help="The audit log: its newest events, its proof, its export.")


@audit.default
def newest(*, newest: int = 20, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - the option's name
    """Show the newest events, and the proof that the log is whole."""
    with open_workbench(dir, lock=False) as bench:
        events = bench.ledger.verify_chain()
        listed = bench.ledger.events(newest=newest).to_dicts()
    result: Result = {"phase": "audit", "events": events, "is_whole": True, "newest": listed}
    shown(result, json, say_audit)


@audit.command
def verify(
    *,
    report: Annotated[Path | None, Parameter(help="A signed report, PDF or HTML.")] = None,
    dir: Dir = HERE,  # noqa: A002 - as above
    json: Json = "",
) -> None:
    """Prove log, tables, head record and anchor; with --report a report's signature too."""
    shown(prove(dir, report), json, say_proof)


@audit.command
def export(  # noqa: PLR0913 - each narrows what is taken
    file: Path,
    /,
    *,
    actor: str = "",
    action: str = "",
    outcome: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    dir: Dir = HERE,  # noqa: A002 - as above
) -> None:
    """Write events to a .csv or .json file, safe to open in a spreadsheet."""
    with open_workbench(dir, lock=False) as bench:
        bench.ledger.verify_chain()
        events = bench.ledger.events(
            newest=10_000_000,
            actor=actor,
            action=action,
            outcome=outcome,
            since=None if since is None else since.astimezone(),
            until=None if until is None else until.astimezone(),
        )
        _write(events.sort("seq"), file)
        bench.ledger.export("audit log", actor=who_is_there(), rows=events.height)
    screen.print(f"{events.height:,} events are in {file}.", highlight=False)


def _write(events: pl.DataFrame, file: Path) -> None:
    try:
        if file.suffix == ".json":
            file.write_text(events.write_json(), encoding="utf-8")
        else:
            file.write_text(events.with_columns(_plain_text(events)).write_csv(), encoding="utf-8")
    except OSError as error:
        message = f"The events cannot be written to {file}: {error.strerror}."
        raise SettingMissing(message, next_step="Choose another place.") from None


def _plain_text(events: pl.DataFrame) -> list[pl.Expr]:
    # a spreadsheet calculates what begins so; an apostrophe before it makes it text
    names = [name for name, kind in events.schema.items() if kind == pl.String]
    return [
        pl.when(pl.col(name).str.slice(0, 1).is_in(_BEGINS_A_FORMULA))
        .then(pl.lit("'") + pl.col(name))
        .otherwise(pl.col(name))
        .alias(name)
        for name in names
    ]


def report(*, dir: Dir = HERE, json: Json = "") -> None:  # noqa: A002 - as above
    """Make the signed report for the practice: what moved, conservation, signatures, proof."""
    with open_workbench(dir, lock=False) as bench:
        files = [str(file) for file in bench.report()]
    step = f"Check it at any time: `./perio audit verify --report {files[0]}`."
    shown({"phase": "report", "files": files, "next_step": step}, json, say_report)


def prove(folder: Path, report: Path | None) -> Result:
    """Prove a migration's ledger, and a report of it."""
    with open_workbench(folder, lock=False) as bench:
        proof = bench.ledger.prove()
        result: Result = {"phase": "audit verify", "is_whole": True, **proof._asdict()}
        if report is not None:
            vouched = bench.ledger.check_report(_content(report))
            result["report"] = {"file": report.name, **vouched._asdict()}
        return result


def _content(report: Path) -> bytes:
    try:
        return report.read_bytes()
    except OSError as error:
        message = f"The report {report} cannot be read: {error.strerror}."
        raise SettingMissing(message, next_step="Name the file of a report.") from None


def say_proof(result: Result, console: Console) -> None:
    """What was proven, for a person."""
    told: Any = result
    console.print(
        f"The ledger is whole: {told['events']:,} events, each bound to the one before; "
        f"{told['rows']:,} rows, all as the ledger wrote them; "
        f"{told['checkpoints']:,} checkpoints of the second place, all kept.",
        highlight=False,
    )
    console.print(f"Head: {told['hash']}", highlight=False)
    console.print(f"Key: {told['fingerprint']} (fingerprint)", highlight=False)
    if vouched := told.get("report"):
        console.print(
            f"The report {vouched['file']} is ours and unaltered: made {vouched['made_at']} at "
            f"event {vouched['events']:,}, which is still in the log.",
            highlight=False,
        )


def say_report(result: Result, console: Console) -> None:
    """Where the report is, for a person."""
    files: Any = result["files"]
    for file in files:
        console.print(f"  {file}", highlight=False)
    console.print(f"[bold]Next:[/] {result['next_step']}", highlight=False)
