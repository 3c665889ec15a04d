"""Periodontal inflamed surface area: an index of research, counted only when somebody asks for it.

Rule of the house: a tooth counts only when all six depths are known; what was not counted is said.

Source:
    Nesse et al. 2008, J Clin Periodontol 35:668; the coefficient of the upper second tooth's fifth
    power as corrected by the published erratum's author (0.005890).
"""

import polars as pl

from core.clinical.site import SITES, Arch
from core.clinical.tooth import ALL_TEETH, arch_of, position

RULE = (
    "Sum over present teeth with six known depths of the attachment surface at the mean depth, "
    "times bleeding sites over six; implants and missing teeth do not count."
)
_LAST = 7
"""Third molars are counted by the row of second molars."""
_UPPER = (
    (12.3905, 0.1374, 0.6717, -0.14536, 0.01126, -0.0003083),
    (18.7571, -1.6471, 0.5258, -0.07900, 0.005890, -0.0001855),
    (16.5369, 1.6010, -0.2494, 0.01087, 0.00021, -0.0000182),
    (21.8618, -2.3031, 0.5330, -0.04075, 0.00062, 0.0000199),
    (39.2681, -7.3113, 1.2340, -0.12192, 0.00626, -0.0001260),
    (16.8835, -0.5688, 1.5433, -0.06519, -0.01454, 0.0009019),
    (25.4265, 4.6241, -3.0787, 0.95774, -0.10923, 0.0040876),
)
_LOWER = (
    (21.4600, -6.6888, 2.4638, -0.39094, 0.02743, -0.0007116),
    (16.4395, -1.0337, 0.4146, -0.05711, 0.00257, -0.0000211),
    (24.6992, -3.5868, 0.6903, -0.05799, 0.00189, -0.0000142),
    (24.6866, -4.8531, 1.3992, -0.18028, 0.01037, -0.0002229),
    (13.1705, 5.0958, -1.0989, 0.10864, -0.00559, 0.0001179),
    (19.1229, -12.2566, 5.5750, -0.78145, 0.04566, -0.0009711),
    (46.6148, -43.1558, 16.7577, -2.48858, 0.16174, -0.0038873),
)
_ROOTS_MM2 = {
    Arch.UPPER: (204, 179, 273, 234, 220, 433, 431),
    Arch.LOWER: (154, 168, 268, 180, 207, 431, 426),
}
"""Root surface by place from the midline; no pocket is larger."""
_COLUMNS = tuple(f"a{power}" for power in range(1, 7))


def surface_mm2(depth_mm: pl.Expr, tooth: pl.Expr) -> pl.Expr:
    """Epithelial surface of a pocket of that mean depth; between nothing and the whole root.

    Units:
        mm in, square millimeters out.
    """
    coefficients = [
        tooth.replace_strict(
            {one: _row(one)[power] for one in ALL_TEETH}, default=None, return_dtype=pl.Float64
        )
        for power in range(len(_COLUMNS))
    ]
    terms = [factor * depth_mm.pow(power + 1) for power, factor in enumerate(coefficients)]
    roots = {one: float(_ROOTS_MM2[arch_of(one)][_place(one)]) for one in ALL_TEETH}
    whole = tooth.replace_strict(roots, default=None, return_dtype=pl.Float64)
    return pl.min_horizontal(pl.sum_horizontal(terms).clip(lower_bound=0.0), whole)


def _place(tooth: int) -> int:
    return min(position(tooth), _LAST) - 1


def _row(tooth: int) -> tuple[float, ...]:
    return (_UPPER if arch_of(tooth) is Arch.UPPER else _LOWER)[_place(tooth)]


def pisa(readings: pl.DataFrame, findings: pl.DataFrame) -> pl.DataFrame:
    """The index of every exam with a reading, with what it was counted from.

    Shape:
        readings (one row per exam, tooth, site), findings (one row per exam, tooth) ->
        (exams, 5): exam_key, pesa_mm2, pisa_mm2, teeth_counted, teeth_left_out.

    Units:
        Square millimeters, one decimal.
    """
    apart = findings.filter(pl.col("is_missing") | pl.col("is_implant")).select("exam_key", "tooth")
    teeth = (
        readings.filter(pl.col("probing_depth_mm").is_not_null())
        .join(apart, on=["exam_key", "tooth"], how="anti")
        .group_by("exam_key", "tooth")
        .agg(
            pl.col("probing_depth_mm").mean().alias("depth"),
            pl.col("is_bleeding").sum().alias("bleeding"),
            pl.len().alias("sites"),
        )
    )
    is_whole = pl.col("sites") == len(SITES)
    surface = pl.when(is_whole).then(surface_mm2(pl.col("depth"), pl.col("tooth")))
    counted = teeth.with_columns(surface.alias("pesa")).with_columns(
        (pl.col("pesa") * pl.col("bleeding") / len(SITES)).alias("pisa")
    )
    figures = counted.group_by("exam_key").agg(
        pl.col("pesa").sum().round(1).alias("pesa_mm2"),
        pl.col("pisa").sum().round(1).alias("pisa_mm2"),
        is_whole.sum().cast(pl.Int64).alias("teeth_counted"),
        (~is_whole).sum().cast(pl.Int64).alias("teeth_left_out"),
    )
    return readings.select("exam_key").unique().join(figures, on="exam_key").sort("exam_key")
