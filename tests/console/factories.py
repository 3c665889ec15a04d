"""Synthetic practices and folders for the console's tests and for looking at its screens."""

import random
from datetime import date
from pathlib import Path

import polars as pl

from console.desk import Desk
from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap, save
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import open_ledger
from core.ledger.vault import FileVault
from core.lifecycle import Gate, Role, Stage

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

FIRST = ("Ana", "Ben", "Chloe", "Dev", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kira", "Leo")
LAST = ("Sample", "Testman", "Fixture", "Mockley", "Synthetic", "Placeholder", "Demo", "Specimen")
SITES = ("MB", "B", "DB", "ML", "L", "DL")


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
    desk.ledger.present(gate, f"{gate.value}".encode().hex().ljust(64, "0")[:64])


def furnish(desk: Desk, *, patients: int = 24, seed: int = 1) -> None:
    """Put realistic frames and documents into vault and ledger."""
    dice = random.Random(seed)  # noqa: S311 - synthetic values
    desk.vault.put("inventory", inventory())
    desk.vault.put("inventory_columns", inventory_columns())
    save(schema_map(), desk.map_path)
    exams, readings, findings = charts(patients, dice)
    desk.vault.put("chart/exams", exams)
    desk.vault.put("vocabulary/site_reading", readings)
    desk.vault.put("vocabulary/tooth_finding", findings)
    found = readings.with_columns(
        pl.when((pl.col("exam_key") == "E1") & (pl.col("tooth") == 14) & (pl.col("site") == "MB"))
        .then(pl.col("probing_depth_mm") + 1)
        .otherwise(pl.col("probing_depth_mm"))
        .alias("probing_depth_mm")
    )
    desk.vault.put("chart/found_readings", found)
    desk.vault.put("chart/found_findings", findings)
    desk.vault.put("review", review(patients, dice))
    desk.ledger.keep("full_plan", FULL_PLAN)
    desk.ledger.keep("standing", {"webhooks": 2, "tokens_left": 612_000, "tokens_per_day": 690_000})
    desk.ledger.keep("result", RESULT)


FULL_PLAN = {
    "plan_id": "9f2c4e7ab0d14c55",
    "writes": 8_214,
    "by_object": {
        "organization": 41,
        "person": 480,
        "deal": 655,
        "activity": 5_310,
        "note": 792,
        "file": 936,
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
    "diff": {"cells": 7, "loss": 2, "harmless": 5, "by_class": {"precision": 5, "truncation": 2}},
    "tokens": {"spent": 1_870, "minimum": 1_830, "budget": 517_500, "reserve": 172_500},
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


def schema_map() -> SchemaMap:
    """A map with carried, left and unanswered columns."""
    patients = TableMap(
        "PT_PATIENT",
        "patient",
        score=0.97,
        columns=(
            ColumnMap("ID", "patient_key", score=0.99, reasons="primary key of the table"),
            ColumnMap(
                "LNAME", "last_name", score=0.96, reasons="name alike; values look like names"
            ),
            ColumnMap(
                "FNAME", "first_name", score=0.95, reasons="name alike; values look like names"
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


def charts(patients: int, dice: random.Random) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Exams, site readings and tooth findings: two exams for every patient."""
    exams, readings, findings = [], [], []
    for patient in range(1, patients + 1):
        for turn in (0, 1):
            exam_key = f"E{2 * patient - 1 + turn}"
            day = date(2024 + turn, 1 + patient % 12, 1 + patient % 27)
            deal = f"m{patient:024x}" if turn == 0 else None
            exams.append((exam_key, f"P{patient}", day, deal))
            missing = set(dice.sample(range(1, 33), 4)) | {1, 16, 17, 32}
            for tooth in range(1, 33):
                is_gone = tooth in missing
                findings.append(_finding(exam_key, tooth, dice, is_gone=is_gone))
                if not is_gone:
                    readings += [_reading(exam_key, tooth, site, dice) for site in SITES]
    return (
        pl.DataFrame(
            exams, schema=("exam_key", "patient_key", "examined_on", "deal_ref"), orient="row"
        ),
        pl.DataFrame(readings, schema=_READING, orient="row"),
        pl.DataFrame(findings, schema=_FINDING, orient="row"),
    )


_READING = {
    "exam_key": pl.String,
    "tooth": pl.Int64,
    "site": pl.String,
    "probing_depth_mm": pl.Int64,
    "recession_mm": pl.Int64,
    "mgj_mm": pl.Int64,
    "is_bleeding": pl.Boolean,
    "is_suppurating": pl.Boolean,
    "has_plaque": pl.Boolean,
}
_FINDING = {
    "exam_key": pl.String,
    "tooth": pl.Int64,
    "is_missing": pl.Boolean,
    "is_implant": pl.Boolean,
    "mobility": pl.String,
    "furcation_b": pl.String,
    "furcation_l": pl.String,
    "furcation_m": pl.String,
    "furcation_d": pl.String,
    "furcation_scale": pl.String,
    "note": pl.String,
}


def _reading(exam_key: str, tooth: int, site: str, dice: random.Random) -> tuple[object, ...]:
    is_molar = tooth in (2, 3, 14, 15, 18, 19, 30, 31)
    depth = dice.choices((2, 3, 4, 5, 6, 7), (30, 38, 14, 9, 6, 3 + 6 * is_molar))[0]
    recession = dice.choices((-1, 0, 1, 2, 3), (12, 50, 22, 11, 5))[0]
    mgj = dice.randint(4, 8) if site in ("B", "L") else None
    bleeds = dice.random() < (0.12 if depth < 4 else 0.6)
    pus = dice.random() < (0.0 if depth < 6 else 0.2)
    return (exam_key, tooth, site, depth, recession, mgj, bleeds, pus, dice.random() < 0.3)


def _finding(
    exam_key: str, tooth: int, dice: random.Random, *, is_gone: bool
) -> tuple[object, ...]:
    is_molar = tooth in (2, 3, 14, 15, 18, 19, 30, 31)
    furcation = dice.choice((None, None, "I", "II")) if is_molar and not is_gone else None
    mobility = dice.choices((None, "1", "2"), (88, 9, 3))[0] if not is_gone else None
    is_implant = tooth == 9 and not is_gone
    return (
        exam_key,
        tooth,
        is_gone,
        is_implant,
        mobility,
        furcation,
        None,
        None,
        None,
        "glickman",
        None,
    )


_PERSON = (
    ("patient.chart_number", "Chart Number", "CH-{n:05d}"),
    ("patient.last_name", "last_name", "{last}"),
    ("patient.first_name", "first_name", "{first}"),
    ("patient.birth_date", "Date of Birth", "19{yy:02d}-0{m}-1{d}"),
    ("patient.home_phone", "phones.home", "+1 555-01{n:02d}"),
    ("patient.email", "emails.home", "{low}.{n}@example.com"),
    ("patient.address", "Address", "{n} Elm Street, Springfield"),
    ("coverage.carrier", "Insurance Carrier", "Example Dental"),
)
_DEAL = (
    ("treatment_plan.title", "title", "Scaling and root planing, 4 quadrants"),
    ("treatment_plan.estimated_value", "value", "1{n:03d}.00"),
    ("treatment_plan.status", "Plan Status", "accepted"),
    ("diagnosis.classification", "AAP Classification", "Periodontitis Stage III Grade B"),
    ("chart_record.sites_probed", "Sites Probed", "144"),
    ("chart_record.bop_percent", "BOP %", "27.8"),
    ("chart_record.mean_pd_mm", "Mean PD mm", "3.42"),
    (
        "chart_record.chart_text",
        "Chart",
        "PD 323 | 425 | 324\nREC 101 | 210 | 000\nBOP .x. | x.x | ...",
    ),
)


def review(patients: int, dice: random.Random) -> pl.DataFrame:
    """Cells of persons, deals and activities, a few of them unequal."""
    rows: list[dict[str, str | None]] = []
    for n in range(1, patients + 1):
        first, last = dice.choice(FIRST), dice.choice(LAST)
        words = {"n": n, "first": first, "last": last, "low": first.lower()}
        words |= {"yy": dice.randint(40, 99), "m": dice.randint(1, 9), "d": dice.randint(0, 9)}
        label = f"{last}, {first}"
        person = {"target": "person", "ref": f"m{n + 4096:024x}", "label": label}
        person |= {"entity": "patient", "source_key": f"patient|P{n}"}
        deal = {"target": "deal", "ref": f"m{n:024x}", "label": f"{label} · SRP"}
        deal |= {"entity": "treatment_plan", "source_key": f"treatment_plan|T{n}"}
        visit = {"target": "activity", "ref": f"m{n + 8192:024x}", "label": f"{label} · visit"}
        visit |= {"entity": "visit", "source_key": f"visit|V{n}"}
        rows += [_cell(person, *field, words) for field in _PERSON]
        rows += [_cell(deal, *field, words) for field in _DEAL]
        rows.append(_cell(visit, "visit.subject", "subject", "Periodontal maintenance", words))
    return _spoil(pl.DataFrame(rows))


def _cell(
    record: dict[str, str], path: str, name: str, pattern: str, words: dict[str, object]
) -> dict[str, str | None]:
    text = pattern.format(**words)
    cell: dict[str, str | None] = {
        **record,
        "field": path,
        "field_name": name,
        "source": text.upper() if name == "last_name" else text,
        "wanted": text,
        "found": text,
        "status": "as intended",
        "diff_class": "",
        "severity": "",
    }
    return cell


def _spoil(cells: pl.DataFrame) -> pl.DataFrame:
    """Make a few cells unequal: one truncated, some of other precision, one missing."""
    person, deal = pl.col("source_key") == "patient|P3", pl.col("source_key").str.ends_with("5")
    is_cut = person & (pl.col("field_name") == "Address")
    is_round = deal & (pl.col("field_name") == "Mean PD mm")
    is_missing = (pl.col("source_key") == "treatment_plan|T7") & (pl.col("field_name") == "Chart")
    found = (
        pl.when(is_cut)
        .then(pl.col("wanted").str.slice(0, 12))
        .when(is_round)
        .then(pl.lit("3.420"))
        .when(is_missing)
        .then(pl.lit(None, dtype=pl.String))
        .otherwise(pl.col("found"))
    )
    return cells.with_columns(
        found=found,
        status=pl.when(is_cut | is_round)
        .then(pl.lit("differs"))
        .when(is_missing)
        .then(pl.lit("missing"))
        .otherwise(pl.col("status")),
        diff_class=pl.when(is_cut)
        .then(pl.lit("truncation"))
        .when(is_round)
        .then(pl.lit("precision"))
        .when(is_missing)
        .then(pl.lit("missing"))
        .otherwise(pl.lit("")),
        severity=pl.when(is_cut | is_missing)
        .then(pl.lit("loss"))
        .when(is_round)
        .then(pl.lit("harmless"))
        .otherwise(pl.lit("")),
    )


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
