"""A record's periodontal exam as the source has it and as it was read back, and where they differ.

Rule of the house: every reading is compared, and a difference is named by tooth, site and quantity.
"""

from dataclasses import dataclass

import polars as pl

from core.vocabulary.chart import SiteReading, ToothFinding

QUANTITIES: dict[str, str] = {
    "probing_depth_mm": "Probing depth (mm)",
    "recession_mm": "Gingival margin (mm)",
    "mgj_mm": "Mucogingival junction (mm)",
    "is_bleeding": "Bleeding",
    "is_suppurating": "Suppuration",
    "has_plaque": "Plaque",
}
"""What is measured at a site, as people call it."""

FINDINGS: dict[str, str] = {
    "is_missing": "Missing",
    "is_implant": "Implant",
    "mobility": "Mobility",
    "furcation_b": "Furcation, buccal",
    "furcation_l": "Furcation, lingual",
    "furcation_m": "Furcation, mesial",
    "furcation_d": "Furcation, distal",
    "note": "Remark",
}
"""What is found at a tooth, as people call it."""

_DIFFERENCE = dict.fromkeys(("tooth", "site", "what", "source", "found"), pl.String())
_FINDING_KEY, _READING_KEY = ["tooth"], ["tooth", "site"]


@dataclass(frozen=True, slots=True)
class ExamPair:
    """One exam twice: from the source and from the read-back.

    Attributes:
        exam_key: The exam's own key.
        examined_on: Its date, as text.
        readings: Site readings of the source.
        findings: Tooth findings of the source.
        found_readings: Site readings parsed from the read-back; None when nothing was read back.
        found_findings: Tooth findings parsed from the read-back, likewise.
    """

    exam_key: str
    examined_on: str
    readings: pl.DataFrame
    findings: pl.DataFrame
    found_readings: pl.DataFrame | None
    found_findings: pl.DataFrame | None

    def differences(self) -> pl.DataFrame:
        """Every reading and finding that is not the same on both sides.

        Shape:
            (differences, 5): tooth, site ("" for the tooth), what, source, found; all text.
        """
        if self.found_readings is None:
            return pl.DataFrame(schema=_DIFFERENCE)
        parts = [_unequal(self.readings, self.found_readings, _READING_KEY, QUANTITIES)]
        if self.found_findings is not None:
            parts.append(_unequal(self.findings, self.found_findings, _FINDING_KEY, FINDINGS))
        together = pl.concat(parts)
        return together.sort(pl.col("tooth").cast(pl.Int64, strict=False), "site", "what")

    def marked(self) -> frozenset[tuple[int, str]]:
        """Tooth and site of every reading that differs; for a finding, the tooth and its name."""
        places = self.differences().select(
            pl.col("tooth").cast(pl.Int64),
            pl.when(pl.col("site") == "").then("what").otherwise("site"),
        )
        return frozenset((int(tooth), place) for tooth, place in places.unique().iter_rows())


def exams_of(
    exams: pl.DataFrame, carriers: pl.DataFrame, *, target: str, ref: str, source_key: str
) -> pl.DataFrame:
    """The exams to show with a record, newest first.

    A deal shows the exam that it carries; a person shows every exam of the patient.

    Args:
        exams: Accepted exams: exam_key, patient_key, examined_on.
        carriers: entity, source_key, target, ref: which record carries which source row.
        target: Object of the record.
        ref: Migration ref of the record.
        source_key: "entity|key" of the record.
    """
    if target == "deal":
        is_mine = (pl.col("entity") == "perio_exam") & (pl.col("ref") == ref)
        keys = carriers.filter(is_mine & (pl.col("target") == target))["source_key"]
        mine = exams.filter(pl.col("exam_key").is_in(keys.implode()))
    elif target == "person":
        mine = exams.filter(pl.col("patient_key") == source_key.partition("|")[2])
    else:
        mine = exams.clear()
    return mine.sort("examined_on", "exam_key", descending=[True, False], nulls_last=True)


def pair(
    exam_key: str,
    examined_on: str,
    source: tuple[pl.DataFrame | None, pl.DataFrame | None],
    found: tuple[pl.DataFrame | None, pl.DataFrame | None],
) -> ExamPair | None:
    """An exam twice, or None when the source's rows are not kept.

    Args:
        exam_key: The exam's own key.
        examined_on: Its date, as text.
        source: Readings and findings of the source.
        found: Readings and findings of the read-back.
    """
    readings, findings = source
    if readings is None and findings is None:
        return None
    nothing_read = pl.DataFrame(schema=SiteReading.schema())
    nothing_found = pl.DataFrame(schema=ToothFinding.schema())
    return ExamPair(
        exam_key,
        examined_on,
        nothing_read if readings is None else readings,
        nothing_found if findings is None else findings,
        found[0],
        found[1],
    )


def of_exam(frame: pl.DataFrame | None, exam_key: str) -> pl.DataFrame | None:
    """The rows of one exam; None when there is no frame or no row."""
    if frame is None:
        return None
    rows = frame.filter(pl.col("exam_key") == exam_key)
    return rows if rows.height else None


def on_deal(frame: pl.DataFrame | None, exam_key: str, deal_ref: str) -> pl.DataFrame | None:
    """The rows of one exam as one deal shows it; None when there is no frame or no row.

    An exam that several deals of a patient show was read back from each of them, and may have been
    changed on one: each is a chart of its own.
    """
    rows = of_exam(frame, exam_key)
    if rows is None:
        return None
    rows = rows.filter(pl.col("deal_ref") == deal_ref).drop("deal_ref")
    return rows if rows.height else None


def deals_with(carriers: pl.DataFrame, exam_key: str) -> list[str]:
    """Refs of the deals that show an exam, in order."""
    shows = (pl.col("entity") == "perio_exam") & (pl.col("target") == "deal")
    mine = carriers.filter(shows & (pl.col("source_key") == exam_key))
    return mine["ref"].drop_nulls().unique().sort().to_list()


def _unequal(
    source: pl.DataFrame, found: pl.DataFrame, key: list[str], names: dict[str, str]
) -> pl.DataFrame:
    ours, theirs = _long(source, key, names), _long(found, key, names)
    joined = ours.join(theirs, on=[*key, "what"], how="full", coalesce=True, suffix="_found")
    return (
        joined.filter(pl.col("value").ne_missing(pl.col("value_found")))
        .with_columns(
            pl.col("tooth").cast(pl.String),
            (pl.col("site") if "site" in key else pl.lit("")).alias("site"),
            pl.col("value", "value_found").fill_null("—"),
        )
        .select("tooth", "site", "what", pl.col("value").alias("source"), found="value_found")
    )


def _long(frame: pl.DataFrame, key: list[str], names: dict[str, str]) -> pl.DataFrame:
    """One row per key and quantity, the value as text; what is not recorded is left out."""
    kept = [name for name in names if name in frame.columns]
    return (
        frame.select(*key, *(_as_text(frame, name) for name in kept))
        .unpivot(index=key, on=kept, variable_name="what", value_name="value")
        .filter(pl.col("value").is_not_null())
        .with_columns(pl.col("what").replace(names))
    )


def _as_text(frame: pl.DataFrame, name: str) -> pl.Expr:
    if frame.schema[name] == pl.Boolean:
        yes, no = pl.lit("yes"), pl.lit("no")
        return pl.when(pl.col(name)).then(yes).when(~pl.col(name)).then(no).alias(name)
    return pl.col(name).cast(pl.String)
