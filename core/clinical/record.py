"""The clinical record a deal carries: every reading as JSON, and back again.

Rule of the house: `parse(render(chart)) == chart`; what was not recorded is not written.

The JSON, version 1: `{"v":1,"numbering":"universal","exam":{"key","on","by","note"},"teeth":{}}`.
A tooth has, where recorded: `pd`, `rec`, `mgj` (six whole numbers or null, mm), `bop`, `sup`,
`plq` (six of `1`, `0`, `-`), `mob`, `fur` (`b l m d`), `scale`, `note`, `impl`, `miss`. The six
places are MB, B, DB, ML, L, DL. `at` and `seen` keep rows that hold no value. A record with
`elsewhere` has no teeth: it is longer than its place, and whole in the patient's chart history.
`chart-record.schema.json` says all of it for machines.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from core.clinical.layout import KEY, MARKS, NO, NUMBERS, UNKNOWN, YES, by_tooth
from core.clinical.record_shape import (
    FINDING_NAMES,
    MARK_NAMES,
    NOTHING,
    NUMBER_NAMES,
    NUMBERING,
    SIDE_NAMES,
    VERSION,
    Json,
    date_of,
    loaded,
)
from core.clinical.record_text import chart_text
from core.clinical.site import SITES, site_rank
from core.vocabulary import PerioExam, SiteReading, ToothFinding

__all__ = [
    "VERSION",
    "chart_json",
    "chart_text",
    "elsewhere",
    "is_chart",
    "is_elsewhere",
    "parse_chart",
    "parse_exams",
]

_MARKUP = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"})


def chart_json(
    readings: pl.DataFrame, findings: pl.DataFrame, exams: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Every exam's chart as compact ASCII JSON, in order of exam key.

    Args:
        readings: One row per exam, tooth and site.
        findings: One row per exam and tooth.
        exams: One row per exam; gives the date, the examiner and the remark. An exam without
            readings gets a record too.

    Shape:
        -> (exams; `exam_key`, `chart_json`).

    Units:
        mm; recession positive apical of the CEJ.
    """
    headers = _headers(readings, findings, exams)
    teeth: dict[str, Json] = {key: {} for key in headers}
    gathered = by_tooth(readings).join(
        findings.with_columns(is_found=True), on=KEY, how="full", coalesce=True
    )
    for row in gathered.sort(KEY).iter_rows(named=True):
        teeth[row["exam_key"]][str(row["tooth"])] = _tooth_json(row)
    texts = [
        _compact({"v": VERSION, "numbering": NUMBERING, "exam": header, "teeth": teeth[key]})
        for key, header in headers.items()
    ]
    return pl.DataFrame(
        {"exam_key": list(headers), "chart_json": texts},
        schema={"exam_key": pl.String, "chart_json": pl.String},
    )


def elsewhere(exams: pl.DataFrame) -> pl.DataFrame:
    """What stands for a record too long for its place: the exam, and that its teeth are elsewhere.

    Shape:
        exams -> (exams; `exam_key`, `elsewhere`).
    """
    rows = [
        (
            row["exam_key"],
            _compact(
                {
                    "v": VERSION,
                    "numbering": NUMBERING,
                    "exam": {name: part for name, part in _header(row).items() if name != "note"},
                    "teeth": {},
                    "elsewhere": True,
                }
            ),
        )
        for row in exams.iter_rows(named=True)
    ]
    return pl.DataFrame(rows, schema={"exam_key": pl.String, "elsewhere": pl.String}, orient="row")


def _compact(record: Json) -> str:
    # markup characters are escaped: a CRM that cleans HTML out of a text must find none
    return json.dumps(record, separators=(",", ":")).translate(_MARKUP)


def _headers(
    readings: pl.DataFrame, findings: pl.DataFrame, exams: pl.DataFrame | None
) -> dict[str, Json]:
    keys = [readings["exam_key"], findings["exam_key"]]
    known: dict[str, Json] = {}
    if exams is not None:
        keys.append(exams["exam_key"])
        known = {row["exam_key"]: _header(row) for row in exams.iter_rows(named=True)}
    return {key: known.get(key, {"key": key}) for key in pl.concat(keys).unique().sort()}


def _header(exam: Mapping[str, Any]) -> Json:
    on = exam.get("examined_on")
    parts = {
        "key": exam["exam_key"],
        "on": on.isoformat() if on else None,
        "by": exam.get("provider_key"),
        "note": exam.get("note"),
    }
    return {name: part for name, part in parts.items() if part is not None}


def _tooth_json(row: Mapping[str, Any]) -> Json:
    tooth: Json = {}
    if row["at"] is not None:
        for column, name in NUMBER_NAMES.items():
            if any(number is not None for number in row[column]):
                tooth[name] = row[column]
        tooth |= {
            name: row[column] for column, name in MARK_NAMES.items() if row[column] != NOTHING
        }
        if row["is_empty_row"]:
            tooth["at"] = row["at"]
    if row["is_found"]:
        found = {name: row[column] for column, name in FINDING_NAMES.items()}
        found["fur"] = {
            side: row[column] for column, side in SIDE_NAMES.items() if row[column] is not None
        } or None
        said = {name: part for name, part in found.items() if part is not None}
        tooth |= said or {"seen": True}
    return tooth


def is_chart(chart_json: pl.Series) -> pl.Series:
    """Whether each text is a record that `parse_chart` reads; null is none.

    Shape:
        (n,) text in, (n,) Boolean out.
    """
    return pl.Series("is_chart", [loaded(text) is not None for text in chart_json], pl.Boolean)


def is_elsewhere(chart_json: pl.Series) -> pl.Series:
    """Whether each text is a record whose teeth stand elsewhere.

    Shape:
        (n,) text in, (n,) Boolean out.
    """
    found = [(loaded(text) or {}).get("elsewhere") is True for text in chart_json]
    return pl.Series("is_elsewhere", found, pl.Boolean)


def parse_chart(chart_json: pl.Series, keys: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The readings and findings of records, in order of exam key, tooth and site.

    A text that is no record gives no rows; ask `is_chart` which those are.

    Args:
        chart_json: Records.
        keys: The exam of each, aligned; the key inside the record is not trusted.

    Returns:
        Readings and findings with the vocabulary's columns.
    """
    places: dict[str, list[Any]] = {name: [] for name in (*SiteReading.schema(), _IS_ROW)}
    found: list[list[Any]] = []
    for key, record in _records(chart_json, keys):
        for number, tooth in record["teeth"].items():
            for name, six in _place_lists(key, int(number), tooth).items():
                places[name].extend(six)
            if _is_found(tooth):
                found.append([key, int(number), *_finding_values(tooth)])
    findings = pl.DataFrame(found, schema=ToothFinding.schema(), orient="row")
    return _recorded(places), findings.sort(KEY)


def parse_exams(chart_json: pl.Series, keys: pl.Series) -> pl.DataFrame:
    """Key, date, examiner and remark of each record that can be read, in order of exam key."""
    rows = [
        {
            "exam_key": key,
            "provider_key": record["exam"].get("by"),
            "examined_on": date_of(record["exam"].get("on")),
            "note": record["exam"].get("note"),
        }
        for key, record in _records(chart_json, keys)
    ]
    columns = ("exam_key", "provider_key", "examined_on", "note")
    schema = {name: PerioExam.schema()[name] for name in columns}
    return pl.DataFrame(rows, schema=schema).sort("exam_key")


def _records(chart_json: pl.Series, keys: pl.Series) -> Iterable[tuple[str, Json]]:
    for key, text in zip(keys, chart_json, strict=True):
        record = loaded(text)
        if record is not None:
            yield key, record


_MEANING = {YES: True, NO: False, UNKNOWN: None}
_NO_NUMBERS: list[int | None] = [None] * len(SITES)
_SITE_TEXTS = [site.value for site in SITES]
_IS_ROW = "is_row"


def _place_lists(key: str, number: int, tooth: Json) -> dict[str, list[Any]]:
    def marks(name: str) -> list[bool | None]:
        return [_MEANING[mark] for mark in tooth.get(name, NOTHING)]

    return {
        "exam_key": [key] * len(SITES),
        "tooth": [number] * len(SITES),
        "site": _SITE_TEXTS,
        **{column: tooth.get(name, _NO_NUMBERS) for column, name in NUMBER_NAMES.items()},
        **{column: marks(name) for column, name in MARK_NAMES.items()},
        _IS_ROW: marks("at"),
    }


def _recorded(places: dict[str, list[Any]]) -> pl.DataFrame:
    rows = pl.DataFrame(places, schema=SiteReading.schema() | {_IS_ROW: pl.Boolean()})
    has_value = pl.any_horizontal(pl.col(*NUMBERS, *MARKS).is_not_null())
    return (
        rows.filter(has_value | pl.col(_IS_ROW))
        .sort(*KEY, site_rank(pl.col("site")))
        .select(*SiteReading.schema())
    )


def _is_found(tooth: Json) -> bool:
    return any(name in tooth for name in (*FINDING_NAMES.values(), "fur", "seen"))


def _finding_values(tooth: Json) -> list[Any]:
    sides = tooth.get("fur", {})
    values = {column: tooth.get(name) for column, name in FINDING_NAMES.items()}
    values |= {column: sides.get(side) for column, side in SIDE_NAMES.items()}
    return [values[column] for column in ToothFinding.schema() if column in values]
