"""Synthetic practices and folders for the console's tests and for looking at its screens."""

from pathlib import Path

import polars as pl

from console.desk import Desk
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap, save
from core.discovery.outline import outline
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import open_ledger
from core.ledger.vault import FileVault
from core.lifecycle import Gate, Role, Stage
from core.ports import Column, Table
from tests.console import frames

KEY = bytes(range(32))
PASSWORD = "a long enough sentence"
USERS = {
    "clara": ("Dr. Clara Synthetic", (Role.CLINICIAN,)),
    "adam": ("Adam Example", (Role.ADMIN,)),
    "erin": ("Erin Fixture", (Role.ENGINEER,)),
}
ROAD = (
    Stage.CONNECTED,
    Stage.DISCOVERED,
    Gate.INVENTORY,
    Stage.MAP_PROPOSED,
    Gate.MAP,
    Stage.FIELDS_SPECIFIED,
    Gate.FIELDS,
    Stage.FIELDS_READY,
    Stage.SAMPLE_LOADED,
    Gate.SAMPLE,
    Stage.ROLLBACK_REHEARSED,
)
SIGNERS = {Gate.INVENTORY: "adam", Gate.MAP: "adam", Gate.FIELDS: "erin", Gate.SAMPLE: "clara"}


def open_folder(folder: Path) -> Desk:
    """A folder with users and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    ledger = open_ledger(
        f"sqlite:///{folder / 'ledger.sqlite'}", lock=False, key=KEY, hasher=CHEAP_HASHER
    )
    known = {user.name for user in ledger.users()}
    for name, (display_name, roles) in USERS.items():
        if name not in known:
            ledger.add_user(name, display_name, roles, PASSWORD, actor="set-up")
    vault = FileVault(folder / "vault", KEY)
    return Desk(folder.resolve(), "bright-smiles", ledger, vault, folder / "map.toml")


def walk(desk: Desk, to: Stage) -> None:
    """Lead the migration along its road, signing what is to be signed, to a stage."""
    for step in ROAD:
        if desk.ledger.stage() is to:
            return
        if isinstance(step, Gate):
            present(desk, step)
            desk.ledger.sign(step, user=SIGNERS[step], password=PASSWORD, reason="read in full")
        else:
            desk.ledger.advance(step, actor="flow")
    assert desk.ledger.stage() is to


def present(desk: Desk, gate: Gate) -> None:
    """Present a gate, bound to a hash of its name."""
    desk.ledger.present(gate, seal_of(gate))


def seal_of(gate: Gate) -> str:
    """The hash that a gate is bound to here."""
    return gate.value.encode().hex().ljust(64, "0")[:64]


def furnish(desk: Desk, *, patients: int = 24, seed: int = 1) -> None:
    """Put realistic frames and documents into vault and ledger."""
    desk.vault.put("inventory", inventory())
    desk.vault.put("inventory_columns", inventory_columns())
    desk.vault.put("outline", outline_of(inventory_columns()))
    desk.ledger.keep("inventory", {"digest": seal_of(Gate.INVENTORY)})
    save(schema_map(), desk.map_path)
    exams, readings, findings = frames.charts(patients, seed=seed)
    desk.vault.put("vocabulary/perio_exam", exams)
    desk.vault.put("carriers", frames.carriers(patients))
    desk.vault.put("vocabulary/site_reading", readings)
    desk.vault.put("vocabulary/tooth_finding", findings)
    found = readings.with_columns(
        pl.when((pl.col("exam_key") == "E1") & (pl.col("tooth") == 14) & (pl.col("site") == "MB"))
        .then(pl.col("probing_depth_mm") + 1)
        .otherwise(pl.col("probing_depth_mm"))
        .alias("probing_depth_mm")
    )
    on = frames.carriers(patients).select(exam_key="source_key", deal_ref="ref")
    desk.vault.put("chart/found_readings", found.join(on, on="exam_key", maintain_order="left"))
    desk.vault.put("chart/found_findings", findings.join(on, on="exam_key", maintain_order="left"))
    cells = frames.review(patients, seed=seed)
    desk.vault.put("review", cells)
    desk.ledger.keep("review", {"bound_to": 64 * "a", "cells": cells.height})
    desk.ledger.keep("sample", {"patients": patients, "random": max(1, patients - 2)})
    desk.ledger.keep("full_plan", FULL_PLAN)
    desk.ledger.keep("standing", {"webhooks": 2, "tokens_left": 612_000, "tokens_per_day": 690_000})
    desk.ledger.record_run("sample", RESULT)


FULL_PLAN = {
    "plan_id": "9f2c4e7ab0d14c55",
    "writes": 8_214,
    "by_object": {
        "activity create": 5_310,
        "deal create": 647,
        "deal update": 8,
        "file create": 936,
        "note create": 792,
        "organization create": 41,
        "person create": 480,
    },
    "tokens": 41_830,
}

RESULT = {
    "phase": "sample",
    "records": {
        "organization": {"source": 9, "rejected": 0, "created": 9, "verified": 9, "duplicates": 0},
        "person": {"source": 24, "rejected": 1, "created": 23, "verified": 23, "duplicates": 0},
        "deal": {"source": 31, "rejected": 0, "created": 31, "verified": 31, "duplicates": 0},
        "activity": {
            "source": 210,
            "rejected": 2,
            "created": 208,
            "verified": 208,
            "duplicates": 0,
        },
        "note": {"source": 37, "rejected": 0, "created": 37, "verified": 37, "duplicates": 0},
        "file": {"source": 44, "rejected": 0, "created": 44, "verified": 44, "duplicates": 0},
    },
    "cells": {
        "moved": 61_240,
        "transformed": 12_907,
        "left": 3_118,
        "rejected": 42,
        "total": 77_307,
    },
    "diff": {
        "cells": 6_120,
        "loss": 2,
        "harmless": 5,
        "by_class": {"precision": 5, "truncation": 2},
    },
    "tokens": {"spent": 870, "budget": 517_500, "reserve": 172_500, "sums": {"spent": 1_870}},
    "pace": {"allowed_per_2s": 40, "achieved_ratio": 0.99, "http_429": 0},
}


def inventory() -> pl.DataFrame:
    """Tables of a practice."""
    rows = [
        ("PT_PATIENT", 480, 31, "", "Patients: name, birth date, how to reach them.", "use"),
        ("PERIO_EXAM", 1_312, 6, "", "Periodontal examinations, one row each.", "use"),
        ("PERIO_MEASURE", 148_200, 9, "sentinel values", "Depths and margins per tooth.", "use"),
        ("TX_PLAN", 655, 14, "", "Treatment plans with value and status.", "use"),
        ("APPT", 5_310, 18, "naive times", "Appointments.", "use"),
        ("REFERRER", 118, 11, "", "Referring doctors.", "use"),
        ("X_RECALL_NOTES", 204, 5, "custom table; free text", "Seems to hold recall remarks.", ""),
        ("X_OHI_INDEX", 890, 7, "custom table", "Oral hygiene index per visit?", ""),
        ("SYS_AUDITLOG", 92_114, 8, "", "The program's own log.", "ignore"),
        ("V_DAYSHEET", 5_310, 22, "view", "A view over appointments.", "ignore"),
    ]
    names = ("table", "rows", "columns", "flags", "explanation", "decision")
    return pl.DataFrame(rows, schema=names, orient="row").with_columns(key=pl.lit("ID"))


def inventory_columns() -> pl.DataFrame:
    """Columns of two of them."""
    rows = [
        ("PT_PATIENT", "ID", "int", 0, 480, 1, 4, "9999", "key"),
        ("PT_PATIENT", "LNAME", "varchar(40)", 0, 312, 3, 14, "Aaaaaa", "family name"),
        ("PT_PATIENT", "DOB", "datetime", 2, 466, 10, 10, "9999-99-99", "date of birth"),
        ("X_OHI_INDEX", "SCORE", "numeric(3,1)", 11, 31, 1, 3, "9.9", "number"),
    ]
    names = (
        "table",
        "column",
        "declared_type",
        "nulls",
        "distinct",
        "smallest_length",
        "largest_length",
        "pattern",
        "recogniser",
    )
    return pl.DataFrame(rows, schema=names, orient="row")


def outline_of(columns: pl.DataFrame) -> pl.DataFrame:
    """The outline of these columns' tables."""
    tables = [
        Table(
            str(name),
            tuple(
                Column(row["column"], row["declared_type"]) for row in rows.iter_rows(named=True)
            ),
            ("ID",),
            480,
        )
        for (name,), rows in columns.group_by("table", maintain_order=True)
    ]
    return outline(tables)


def schema_map() -> SchemaMap:
    """A map with carried, left and unanswered columns."""
    patients = TableMap(
        "PT_PATIENT",
        "patient",
        score=0.97,
        columns=(
            ColumnMap("ID", "patient_key", score=0.99, reasons="primary key of the table"),
            ColumnMap(
                "LNAME", "last_name", score=0.995, reasons="name alike; values look like names"
            ),
            ColumnMap(
                "FNAME", "first_name", score=0.99, reasons="name alike; values look like names"
            ),
            ColumnMap("DOB", "birth_date", "date", score=0.93, reasons="dates from 1931 to 2019"),
            ColumnMap("PREF", "preferred_name", score=0.71, reasons="text, mostly empty"),
            ColumnMap(
                "STAT", "status", score=0.44, reasons="few values", alternatives=("sex", "title")
            ),
            ColumnMap("MISC1", score=0.12, reasons="no field resembles it"),
            ColumnMap("LASTUPD", left="bookkeeping of the program", score=0.9, decided_by="adam"),
        ),
    )
    exams = TableMap(
        "PERIO_EXAM",
        "perio_exam",
        score=0.94,
        columns=(
            ColumnMap("EXAM_ID", "exam_key", score=0.99, reasons="primary key"),
            ColumnMap("PAT_ID", "patient_key", score=0.99, reasons="foreign key to PT_PATIENT"),
            ColumnMap("EXAM_DT", "examined_on", "date", score=0.97, reasons="the only date"),
        ),
    )
    custom = TableMap("X_OHI_INDEX", reasons="a table of the practice's own", score=0.2)
    log = TableMap("SYS_AUDITLOG", left="the program's own log", decided_by="adam")
    return SchemaMap(tables=(patients, exams, custom, log))


def conflicts() -> pl.DataFrame:
    """Fields that a user edited."""
    rows = [
        (
            "person",
            f"m{4099:024x}",
            "patient.home_phone",
            None,
            "+1 555-0103",
            "+1 555-0177",
            "edited by a user",
        ),
        (
            "deal",
            f"m{5:024x}",
            "treatment_plan.title",
            None,
            "SRP",
            "SRP, moved to May",
            "edited by a user",
        ),
    ]
    return pl.DataFrame(
        rows, schema=("target", "ref", "field", "before", "ours", "now", "reason"), orient="row"
    )


def changes() -> pl.DataFrame:
    """What a delta saw."""
    rows = [
        ("patient", "patient|P481", "new", None),
        ("visit", "visit|V5311", "new", None),
        ("visit", "visit|V12", "changed", "remark"),
        ("visit", "visit|V12", "changed", "duration_min"),
        ("treatment_plan", "treatment_plan|T4", "gone", None),
    ]
    return pl.DataFrame(rows, schema=("entity", "source_key", "what", "field"), orient="row")
