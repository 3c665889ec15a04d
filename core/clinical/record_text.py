"""The clinical record to read: the chart as aligned plain text.

Rule of the house: pure ASCII, and every cell of a row has the same characters, so that the columns
hold in a proportional font too.
"""

import polars as pl

from core.clinical import furcation, mobility
from core.clinical.layout import KEY, MARKS, UNKNOWN, by_tooth
from core.clinical.reading import cal_mm
from core.clinical.site import SITES, Arch, Aspect, arch_teeth, is_right, sites_on_screen
from core.clinical.tooth import QUADRANT_OF, Quadrant

_CELL, LABEL_WIDTH = 9, 14
_BLOCKS: dict[Quadrant, str] = {
    Quadrant.UPPER_RIGHT: "UPPER RIGHT",
    Quadrant.UPPER_LEFT: "UPPER LEFT",
    Quadrant.LOWER_RIGHT: "LOWER RIGHT",
    Quadrant.LOWER_LEFT: "LOWER LEFT",
}
CELL_NUMBERS = {"probing_depth_mm": "PD", "recession_mm": "Rec", "cal_mm": "CAL", "mgj_mm": "MGJ"}
_LETTERS = {"is_bleeding": "b", "is_suppurating": "s", "has_plaque": "p"}
CELL_MARKS = {"is_bleeding": "Bleed", "is_suppurating": "Supp", "has_plaque": "Plaq"}
"""Columns -> how their rows are called; before the side."""
_ROWS: tuple[tuple[Aspect, str, str], ...] = tuple(
    (aspect, column, f"{name} {aspect}")
    for aspect in Aspect
    for column, name in (CELL_NUMBERS | CELL_MARKS).items()
)
_NOTHING = "_/_/_"
_LEGEND = (
    "One cell a tooth, its three sites left to right as seen facing the patient; mm.",
    "Rec is positive apical of the CEJ; CAL = PD + Rec, unknown where either is unknown.",
    "_ not recorded, . looked for and absent, b bleeding, s suppuration, p plaque.",
)
_HEAD, _LISTS, _FOOT = 0, 10, 20
"""Blocks before, after and below the four quadrants (1 to 4)."""


def chart_text(
    readings: pl.DataFrame, findings: pl.DataFrame, exams: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Every exam's chart as plain text, in order of exam key.

    The four quadrants follow each other as on a screen; a row in which nothing is recorded is left
    out. Remarks are only in the JSON record, which is complete.

    Shape:
        readings, findings, exams -> (exams; `exam_key`, `chart_text`).

    Units:
        mm; recession positive apical of the CEJ.
    """
    lines = pl.concat(
        [
            _heads(readings, findings, exams),
            _quadrant_lines(readings, findings),
            _list_lines(findings),
        ]
    )
    return (
        lines.sort("exam_key", "block", "rank")
        .group_by("exam_key", maintain_order=True)
        .agg(chart_text=pl.col("line").str.join("\n"))
    )


def _line(block: int | pl.Expr, rank: int | pl.Expr, line: pl.Expr) -> list[pl.Expr]:
    def as_number(number: int | pl.Expr) -> pl.Expr:
        return (number if isinstance(number, pl.Expr) else pl.lit(number)).cast(pl.Int64)

    return [
        pl.col("exam_key"),
        as_number(block).alias("block"),
        as_number(rank).alias("rank"),
        line.alias("line"),
    ]


def _heads(
    readings: pl.DataFrame, findings: pl.DataFrame, exams: pl.DataFrame | None
) -> pl.DataFrame:
    dates = {"exam_key": pl.String, "examined_on": pl.Date}
    known = pl.DataFrame(schema=dates) if exams is None else exams.select(*dates)
    keys = pl.concat([frame.select("exam_key") for frame in (readings, findings, known)]).unique()
    dated = keys.join(known, on="exam_key", how="left")
    on = pl.col("examined_on").dt.to_string("%Y-%m-%d").fill_null("date unknown")
    heads = dated.select(
        *_line(_HEAD, 0, pl.format("PERIODONTAL CHART, {}, Universal numbering", on))
    )
    legend = "\n".join(("", *_LEGEND))
    return pl.concat([heads, dated.select(*_line(_FOOT, 0, pl.lit(legend)))])


def _quadrant_lines(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    rows = ["tooth_cell", *(label for _, _, label in _ROWS)]
    is_said = (pl.col(rows) != _NOTHING).any()
    joined = (
        _cells(readings, findings)
        .sort("exam_key", "block", "screen")
        .group_by("exam_key", "block", maintain_order=True)
        .agg(pl.when(is_said).then(pl.col(rows).str.pad_end(_CELL).str.join("")))
        .unpivot(rows, index=["exam_key", "block"], variable_name="row", value_name="line")
    )
    rank = pl.col("row").replace_strict({row: 1 + place for place, row in enumerate(rows)})
    label = pl.when(pl.col("row") == "tooth_cell").then(pl.lit("Tooth")).otherwise(pl.col("row"))
    lines = joined.filter(pl.col("line").is_not_null()).select(
        *_line(
            pl.col("block"),
            rank,
            (label.str.pad_end(LABEL_WIDTH) + pl.col("line")).str.strip_chars_end(),
        )
    )
    names = {1 + place: f"\n{name}" for place, name in enumerate(_BLOCKS.values())}
    heading = pl.col("block").replace_strict(names, return_dtype=pl.String)
    headings = (
        lines.select("exam_key", "block").unique().select(*_line(pl.col("block"), 0, heading))
    )
    return pl.concat([headings, lines])


def _cells(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    teeth = by_tooth(readings).with_columns(
        cal_mm=cal_mm(pl.col("probing_depth_mm"), pl.col("recession_mm"))
    )
    states = findings.select(*KEY, "is_missing", "is_implant")
    gathered = teeth.join(states, on=KEY, how="full", coalesce=True)
    spread = _whole_quadrants(gathered.select(KEY)).join(gathered, on=KEY, how="left")
    state = (
        pl.when("is_missing")
        .then(pl.lit(" mis"))
        .when("is_implant")
        .then(pl.lit(" imp"))
        .otherwise(pl.lit(""))
    )
    on_right = pl.col("tooth").is_in([tooth for tooth in QUADRANT_OF if is_right(tooth)])
    return pl.concat(
        half.select(
            "exam_key",
            "block",
            "screen",
            (pl.col("tooth").cast(pl.String) + state).alias("tooth_cell"),
            *(_cell(aspect, column, like).alias(label) for aspect, column, label in _ROWS),
        )
        for half, like in ((spread.filter(on_right), 1), (spread.filter(~on_right), 16))
    )


def _whole_quadrants(seen: pl.DataFrame) -> pl.DataFrame:
    blocks = list(_BLOCKS)
    places = pl.DataFrame(
        [
            (tooth, 1 + blocks.index(QUADRANT_OF[tooth]), screen)
            for arch in Arch
            for screen, tooth in enumerate(arch_teeth(arch))
        ],
        schema={"tooth": pl.Int64, "block": pl.Int64, "screen": pl.Int64},
        orient="row",
    )
    shown = seen.join(places, on="tooth").select("exam_key", "block").unique()
    return shown.join(places, on="block")


def _cell(aspect: Aspect, column: str, like: int) -> pl.Expr:
    """The three sites of a row, in the order they stand on the screen at a tooth like this one."""
    places = [SITES.index(site) for site in sites_on_screen(like, aspect)]
    return pl.concat_str([_token(column, place) for place in places], separator="/")


def _token(column: str, place: int) -> pl.Expr:
    if column not in MARKS:
        return pl.col(column).list.get(place).cast(pl.String).fill_null("_")
    meanings = {"1": _LETTERS[column], "0": ".", UNKNOWN: "_"}
    return pl.col(column).str.slice(place, 1).replace(meanings).fill_null("_")


def _list_lines(findings: pl.DataFrame) -> pl.DataFrame:
    number = pl.format("#{}", "tooth")
    sides = pl.concat_str(
        [
            pl.lit(f" {side}") + _grade(pl.col(column), furcation.canonical(pl.col(column)))
            for column, side in furcation.FURCATION_COLUMNS.items()
        ],
        ignore_nulls=True,
    )
    mobile = pl.col("mobility")
    entries = {
        "Missing": pl.when("is_missing").then(number),
        "Implants": pl.when("is_implant").then(number),
        "Mobility": number + " " + _grade(mobile, mobility.canonical(mobile)),
        "Furcation": pl.when(sides != "").then(number + sides),
    }
    ordered = findings.sort(KEY)
    frames = [
        ordered.select("exam_key", entry=entry)
        .drop_nulls()
        .group_by("exam_key", maintain_order=True)
        .agg(pl.col("entry").str.join(", "))
        .select(*_line(_LISTS + place, place, pl.format(f"{name}: {{}}", "entry")))
        for place, (name, entry) in enumerate(entries.items())
    ]
    return pl.concat(frames)


def _grade(written: pl.Expr, canonical: pl.Expr) -> pl.Expr:
    # what is no grade is named as such here and kept word for word in the JSON record
    return pl.when(written.is_not_null() & (written != "")).then(
        pl.coalesce(canonical, pl.lit("(text)"))
    )
