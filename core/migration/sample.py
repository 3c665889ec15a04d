"""Which patients make the sample: a random part, and beside it those picked for what is at risk.

Rule of the house: the random part is drawn by the refs' hash, so that it is random and yet the
same each time, and a larger one begins with the smaller one; what is said of the whole practice
rests on it alone. The picked part sees that everything of the practice is looked at once.
"""

from collections.abc import Mapping

import polars as pl

from core.migration.passage import Passage
from core.migration.strata import strata

RANDOM, RISK = "random", "risk"
"""The sample's two parts."""

SAMPLE_SCHEMA = {"patient_key": pl.String(), "part": pl.String(), "drawn": pl.String()}
"""`part`: random or risk; `drawn`: "random", or what the patient was picked for."""

COVERAGE_SCHEMA = {
    "stratum": pl.String(),
    "value": pl.String(),
    "least": pl.Int64(),
    "patients": pl.Int64(),
    "random": pl.Int64(),
    "risk": pl.Int64(),
    "sampled": pl.Int64(),
}
"""How many patients of the practice and of the sample bear each value; `least`: how many must."""

CONFIDENCE = 0.95


def bound(reviewed: int) -> dict[str, float]:
    """What no error in a random sample of so many says of the whole, with 95 % confidence.

    Returns:
        `patients`, and the largest share of patients with an error that is still likely: `exact`,
        1 - 0.05^(1/n), and `rule_of_three`, 3/n. Both 1 where nobody was reviewed.

    Source:
        Hanley and Lippman-Hand, "If nothing goes wrong, is everything all right?", JAMA 1983.
    """
    if reviewed < 1:
        return {"patients": 0, "exact": 1.0, "rule_of_three": 1.0}
    exact = 1 - (1 - CONFIDENCE) ** (1 / reviewed)
    return {"patients": reviewed, "exact": exact, "rule_of_three": min(1.0, 3 / reviewed)}


def sample_patients(
    passage: Passage,
    entities: Mapping[str, pl.DataFrame],
    *,
    more: int = 0,
    earlier: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The patients of the sample.

    Args:
        passage: Size of the random part and secret of the refs.
        entities: Accepted rows.
        more: How many are drawn at random beyond the settings' number.
        earlier: A sample that is loaded already; all of it stays.

    Shape:
        -> (sample, SAMPLE_SCHEMA), in order of key.
    """
    ranked = _ranked(passage, entities["patient"])
    drawn = ranked.head(passage.sample_patients + more).select(
        "patient_key", pl.lit(RANDOM).alias("part"), pl.lit(RANDOM).alias("drawn")
    )
    chosen = [drawn]
    if earlier is not None:
        there = earlier.join(ranked, on="patient_key", how="semi")
        kept = there.join(drawn, on="patient_key", how="anti").filter(part=RISK)
        chosen.append(kept.select(*SAMPLE_SCHEMA))
    so_far = pl.concat(chosen)
    fresh = _picked(strata(entities), so_far["patient_key"], ranked)
    return pl.concat([so_far, fresh]).sort("patient_key")


def _ranked(passage: Passage, patients: pl.DataFrame) -> pl.DataFrame:
    keys = patients.select("patient_key")
    signed = passage.sign(keys.select(pl.format("sample|{}", "patient_key")).to_series())
    return keys.with_columns(signed.alias("_rank")).sort("_rank")


def _picked(bearers: pl.DataFrame, so_far: pl.Series, ranked: pl.DataFrame) -> pl.DataFrame:
    """Patients for every value that too few of the sample bear, the fewest that will do.

    One at a time the patient is taken who bears most of what is still missing; of equals the one
    of the lower rank.
    """
    place = ranked.with_row_index("_place").select("patient_key", "_place")
    lacking = _lacking(bearers, so_far).join(place, on="patient_key")
    rows: list[tuple[str, str, str]] = []
    while lacking.height:
        counted = lacking.group_by("patient_key").agg(
            pl.len().alias("_new"), pl.col("_place").first()
        )
        best = counted.sort("_new", "_place", descending=[True, False])["patient_key"][0]
        borne = lacking.filter(patient_key=best).sort("stratum", "value")
        rows.append((best, RISK, borne["stratum"][0]))
        rest = lacking.filter(pl.col("patient_key") != best)
        still = rest.join(
            borne.select("stratum", "value", _here=1), on=["stratum", "value"], how="left"
        )
        lacking = (
            still.with_columns((pl.col("_need") - pl.col("_here").fill_null(0)).alias("_need"))
            .filter(pl.col("_need") > 0)
            .drop("_here")
        )
    return pl.DataFrame(rows, schema=SAMPLE_SCHEMA, orient="row")


def _lacking(bearers: pl.DataFrame, so_far: pl.Series) -> pl.DataFrame:
    """Who else bears what too few of the sample do, and how many more of them it takes."""
    is_in = pl.col("patient_key").is_in(so_far.implode())
    value = ["stratum", "value"]
    borne = bearers.group_by(value).agg(is_in.sum().cast(pl.Int64).alias("_borne"))
    left = bearers.filter(~is_in).join(borne, on=value)
    need = left.with_columns((pl.col("least") - pl.col("_borne")).alias("_need"))
    return need.filter(pl.col("_need") > 0).select("patient_key", *value, "_need")


def coverage(entities: Mapping[str, pl.DataFrame], chosen: pl.DataFrame) -> pl.DataFrame:
    """What the sample covers: every value of every stratum, with patients there and here.

    Args:
        entities: Accepted rows of the whole practice.
        chosen: The sample.

    Shape:
        (values, COVERAGE_SCHEMA), in order of stratum and value.
    """
    both = strata(entities).join(chosen, on="patient_key", how="left")
    counted = both.group_by("stratum", "value").agg(
        pl.col("least").first(),
        pl.len().cast(pl.Int64).alias("patients"),
        (pl.col("part") == RANDOM).sum().cast(pl.Int64).alias("random"),
        (pl.col("part") == RISK).sum().cast(pl.Int64).alias("risk"),
    )
    sampled = (pl.col("random") + pl.col("risk")).alias("sampled")
    least = pl.min_horizontal("least", "patients").alias("least")
    return counted.with_columns(sampled, least).select(*COVERAGE_SCHEMA).sort("stratum", "value")


def sample_counts(chosen: pl.DataFrame, covered: pl.DataFrame) -> dict[str, object]:
    """A sample in numbers: patients, its two parts, what it covers, what it can say.

    Returns:
        patients, random, risk, bound, strata (per stratum: values, covered), uncovered.
    """
    drawn = chosen.filter(part=RANDOM).height
    is_covered = pl.col("sampled") >= pl.col("least")
    by_stratum = covered.group_by("stratum").agg(
        pl.len().alias("values"), is_covered.sum().alias("covered")
    )
    return {
        "patients": chosen.height,
        "random": drawn,
        "risk": chosen.height - drawn,
        "bound": bound(drawn),
        "strata": {
            name: {"values": values, "covered": enough}
            for name, values, enough in by_stratum.sort("stratum").iter_rows()
        },
        "uncovered": covered.filter(~is_covered).height,
    }
