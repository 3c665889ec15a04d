"""The figures of an exam: bleeding, plaque, depths, attachment, and what they were counted from.

Rule of the house: a figure stands with its numerator, its denominator and its rule; implants
never count as teeth.
"""

import polars as pl

from core.clinical import furcation, mobility
from core.clinical.reading import cal_mm

SITES_PER_TOOTH = 6
_APART = "implants and missing teeth do not count"

RULES: dict[str, str] = {
    "teeth_present": (
        "Teeth with a reading or a finding in this exam that are neither missing nor an implant."
    ),
    "sites_probed": f"Sites of present teeth with a probing depth; {_APART}.",
    "bop_sites": "Probed sites marked as bleeding; unknown when the exam marks no bleeding at all.",
    "bop_percent": (
        f"Bleeding sites of probed sites; a probed site without a mark does not bleed; {_APART}."
    ),
    "plaque_sites": f"Sites of present teeth marked with plaque; {_APART}.",
    "plaque_surfaces": (
        "Sites of present teeth where plaque was recorded as present or absent; six for every "
        "present tooth when the exam marks only where plaque is."
    ),
    "plaque_percent": f"Sites with plaque of surfaces recorded (O'Leary, six a tooth); {_APART}.",
    "mean_pd_mm": f"Sum of probing depths over sites probed; {_APART}.",
    "sites_ge_4": f"Probed sites of 4 mm or more; {_APART}.",
    "sites_ge_5": f"Probed sites of 5 mm or more; {_APART}.",
    "sites_ge_6": f"Probed sites of 6 mm or more; {_APART}.",
    "mean_cal_mm": (
        f"Sum of depth plus signed recession over sites where both are known; {_APART}."
    ),
    "suppuration_sites": (
        f"Sites of present teeth marked with suppuration; unknown when never recorded; {_APART}."
    ),
    "furcated_teeth": f"Present teeth with a furcation grade above 0 on any side; {_APART}.",
    "mobile_teeth": f"Present teeth with mobility above 0; {_APART}.",
    "implants_present": "Implants with a reading or a finding in this exam.",
    "implant_sites_probed": "Sites of implants with a probing depth.",
    "implant_bop_sites": "Probed sites of implants marked as bleeding.",
    "implant_sites_ge_6": "Probed sites of implants of 6 mm or more.",
}
"""Every figure and the rule it follows, one sentence for a clinician."""

BASES: dict[str, tuple[str, str, str]] = {
    "bop_percent": ("bop_basis", "bop_sites", "sites_probed"),
    "plaque_percent": ("plaque_basis", "plaque_sites", "plaque_surfaces"),
    "mean_pd_mm": ("mean_pd_basis", "pd_sum_mm", "sites_probed"),
    "mean_cal_mm": ("mean_cal_basis", "cal_sum_mm", "cal_sites"),
}
"""Each share or mean: its basis column, its numerator and its denominator."""

_VALUES = ("probing_depth_mm", "recession_mm", "is_bleeding", "is_suppurating", "has_plaque")
_PD = pl.col("probing_depth_mm")
_IS_PROBED = _PD.is_not_null()


def ratio(numerator: pl.Expr, denominator: pl.Expr, decimals: int) -> pl.Expr:
    """A quotient of whole numbers, rounded half away from zero in whole-number arithmetic.

    Null where the denominator is 0; floats never decide a half.
    """
    scale: int = 10**decimals
    doubled = numerator.abs() * (2 * scale) + denominator
    size = pl.when(denominator > 0).then(doubled // (2 * denominator))
    sign = pl.when(numerator < 0).then(-1).otherwise(1)
    # dividing by a constant may leave a last digit that no rounding of ours put there
    return (size * sign / scale).round(decimals)


def chart_indices(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """One row of figures per exam that has a reading or a finding, in order of exam key.

    Shape:
        readings (r, one row per exam, tooth, site), findings (f, one row per exam, tooth) ->
        (exams, exam_key and the columns of `RULES` with `pd_sum_mm`, `cal_sum_mm`, `cal_sites`).

    Units:
        mm in, mm (2 decimals) and percent (1 decimal) out.
    """
    states = _tooth_states(findings)
    sites = readings.select(
        "exam_key", "tooth", pl.col(_VALUES[:2]).cast(pl.Int64), *_marks(_VALUES[2:])
    ).join(states, on=["exam_key", "tooth"], how="left", maintain_order="left")
    counted = sites.filter(~pl.col("is_missing").fill_null(value=False))
    is_implant = pl.col("is_implant").fill_null(value=False)
    exams = pl.concat([readings.select("exam_key"), findings.select("exam_key")]).unique()
    teeth = _tooth_figures(counted, states)
    figures = (
        exams.sort("exam_key")
        .join(teeth, on="exam_key", how="left", maintain_order="left")
        .join(_site_figures(counted.filter(~is_implant)), on="exam_key", how="left")
        .join(_implant_figures(counted.filter(is_implant)), on="exam_key", how="left")
    )
    return _with_quotients(figures).sort("exam_key")


def _marks(names: tuple[str, ...]) -> list[pl.Expr]:
    # a flag may arrive as 0/1; anything but 0 is a mark
    return [pl.col(name).cast(pl.Boolean) for name in names]


def _tooth_states(findings: pl.DataFrame) -> pl.DataFrame:
    sides = [pl.col(name) for name in furcation.FURCATION_COLUMNS]
    furcated = pl.any_horizontal(furcation.is_involved(side) for side in sides)
    return findings.select(
        "exam_key",
        "tooth",
        pl.col("is_missing").cast(pl.Boolean).fill_null(value=False),
        pl.col("is_implant").cast(pl.Boolean).fill_null(value=False),
        is_furcated=furcated,
        is_mobile=mobility.is_mobile(pl.col("mobility")),
        is_stated=pl.any_horizontal(
            pl.col("is_missing").is_not_null(),
            pl.col("is_implant").is_not_null(),
            pl.col("mobility").is_not_null(),
            *(side.is_not_null() for side in sides),
        ),
    )


def _tooth_figures(counted: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    measured = counted.filter(pl.any_horizontal(pl.col(_VALUES).is_not_null())).select(
        "exam_key", "tooth", is_implant=pl.col("is_implant").fill_null(value=False)
    )
    stated = states.filter(pl.col("is_stated") & ~pl.col("is_missing"))
    seen = pl.concat([measured, stated.select("exam_key", "tooth", "is_implant")]).unique()
    present = seen.group_by("exam_key").agg(
        teeth_present=(~pl.col("is_implant")).sum().cast(pl.Int64),
        implants_present=pl.col("is_implant").sum().cast(pl.Int64),
    )
    natural = states.filter(~pl.col("is_missing") & ~pl.col("is_implant"))
    involved = natural.group_by("exam_key").agg(
        furcated_teeth=pl.col("is_furcated").sum().cast(pl.Int64),
        mobile_teeth=pl.col("is_mobile").sum().cast(pl.Int64),
    )
    return present.join(involved, on="exam_key", how="full", coalesce=True)


def _site_figures(sites: pl.DataFrame) -> pl.DataFrame:
    cal = cal_mm(_PD, pl.col("recession_mm"))
    plaque = pl.col("has_plaque")

    def count(condition: pl.Expr) -> pl.Expr:
        return condition.sum().cast(pl.Int64)

    def known(column: str) -> pl.Expr:
        return pl.col(column).is_not_null().any()

    return sites.group_by("exam_key").agg(
        sites_probed=count(_IS_PROBED),
        bop_sites=pl.when(known("is_bleeding")).then(count(pl.col("is_bleeding") & _IS_PROBED)),
        plaque_sites=pl.when(known("has_plaque")).then(count(plaque)),
        plaque_surfaces=pl.when((~plaque).any()).then(count(plaque.is_not_null())),
        pd_sum_mm=_PD.sum(),
        sites_ge_4=count(_PD >= 4),  # noqa: PLR2004 - the thresholds are the columns' names
        sites_ge_5=count(_PD >= 5),  # noqa: PLR2004 - as above
        sites_ge_6=count(_PD >= 6),  # noqa: PLR2004 - as above
        cal_sum_mm=cal.sum(),
        cal_sites=count(cal.is_not_null()),
        suppuration_sites=pl.when(known("is_suppurating")).then(count(pl.col("is_suppurating"))),
    )


def _implant_figures(sites: pl.DataFrame) -> pl.DataFrame:
    return sites.group_by("exam_key").agg(
        implant_sites_probed=_IS_PROBED.sum().cast(pl.Int64),
        implant_bop_sites=(pl.col("is_bleeding") & _IS_PROBED).sum().cast(pl.Int64),
        implant_sites_ge_6=(_PD >= 6).sum().cast(pl.Int64),  # noqa: PLR2004 - the column's name
    )


_ZERO_WITHOUT_SITES = (
    "teeth_present",
    "implants_present",
    "furcated_teeth",
    "mobile_teeth",
    "sites_probed",
    "pd_sum_mm",
    "sites_ge_4",
    "sites_ge_5",
    "sites_ge_6",
    "cal_sum_mm",
    "cal_sites",
    "implant_sites_probed",
    "implant_bop_sites",
    "implant_sites_ge_6",
)
_PERCENT = 100


def _with_quotients(figures: pl.DataFrame) -> pl.DataFrame:
    surfaces = pl.when(pl.col("plaque_sites").is_not_null()).then(
        pl.coalesce("plaque_surfaces", pl.col("teeth_present") * SITES_PER_TOOTH)
    )
    counted = figures.with_columns(pl.col(_ZERO_WITHOUT_SITES).fill_null(0)).with_columns(
        plaque_surfaces=surfaces
    )
    probed = pl.col("sites_probed")
    return counted.with_columns(
        bop_percent=ratio(pl.col("bop_sites") * _PERCENT, probed, 1),
        plaque_percent=ratio(pl.col("plaque_sites") * _PERCENT, pl.col("plaque_surfaces"), 1),
        mean_pd_mm=ratio(pl.col("pd_sum_mm"), probed, 2),
        mean_cal_mm=ratio(pl.col("cal_sum_mm"), pl.col("cal_sites"), 2),
    ).select("exam_key", *RULES, "pd_sum_mm", "cal_sum_mm", "cal_sites")


def with_bases(indices: pl.DataFrame) -> pl.DataFrame:
    """The figures with a basis text beside each share and mean.

    A basis reads `24 of 160 - rule` or `512 mm / 160 - rule`; null where the figure is null.
    """

    def basis(figure: str, numerator: str, denominator: str) -> pl.Expr:
        between = " mm / " if figure.endswith("_mm") else " of "
        text = pl.format(f"{{}}{between}{{}} - {RULES[figure]}", numerator, denominator)
        return pl.when(pl.col(figure).is_not_null()).then(text)

    return indices.with_columns(
        basis(figure, numerator, denominator).alias(name)
        for figure, (name, numerator, denominator) in BASES.items()
    )
