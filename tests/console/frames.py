"""Charts and review cells of synthetic patients."""

import random
from datetime import date

import polars as pl

FIRST = ("Ana", "Ben", "Chloe", "Dev", "Eva", "Finn", "Gita", "Hugo", "Ines", "Jon", "Kira", "Leo")
LAST = ("Sample", "Testman", "Fixture", "Mockley", "Synthetic", "Placeholder", "Demo", "Specimen")
SITES = ("MB", "B", "DB", "ML", "L", "DL")


def charts(patients: int, *, seed: int) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Exams, site readings and tooth findings: two exams for every patient."""
    dice = random.Random(seed)  # noqa: S311 - synthetic values
    exams, readings, findings = [], [], []
    for patient in range(1, patients + 1):
        for turn in (0, 1):
            exam_key = f"E{2 * patient - 1 + turn}"
            day = date(2024 + turn, 1 + patient % 12, 1 + patient % 27)
            exams.append((exam_key, f"P{patient}", day))
            missing = set(dice.sample(range(1, 33), 4)) | {1, 16, 17, 32}
            for tooth in range(1, 33):
                is_gone = tooth in missing
                findings.append(_finding(exam_key, tooth, dice, is_gone=is_gone))
                if not is_gone:
                    readings += [_reading(exam_key, tooth, site, dice) for site in SITES]
    return (
        pl.DataFrame(exams, schema=("exam_key", "patient_key", "examined_on"), orient="row"),
        pl.DataFrame(readings, schema=_READING, orient="row"),
        pl.DataFrame(findings, schema=_FINDING, orient="row"),
    )


def carriers(patients: int) -> pl.DataFrame:
    """Which deal carries which exam: the first of each patient."""
    rows = [
        ("perio_exam", f"E{2 * patient - 1}", "deal", f"m{patient:024x}")
        for patient in range(1, patients + 1)
    ]
    return pl.DataFrame(rows, schema=("entity", "source_key", "target", "ref"), orient="row")


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


def review(patients: int, *, seed: int) -> pl.DataFrame:
    """Cells of persons, deals and activities, a few of them unequal."""
    dice = random.Random(seed)  # noqa: S311 - synthetic values
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
