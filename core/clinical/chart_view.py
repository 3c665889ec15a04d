"""One exam as the drawing and its table see it: what stands at every site and tooth.

Rule of the house: nothing is filled in; a site without a reading stays without one.
"""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field

import polars as pl

from core.clinical import furcation, mobility
from core.clinical.chart_theme import Theme
from core.clinical.site import SITE_NAMES, Site
from core.clinical.tooth import ALL_TEETH, Numbering

DEEP_MM, SEVERE_MM = 4, 6
"""From here on a depth is emphasised, and strongly emphasised."""

SiteKey = tuple[int, str]


@dataclass(frozen=True, slots=True)
class SiteView:
    """What was recorded at one site; None where nothing was."""

    depth_mm: int | None = None
    recession_mm: int | None = None
    mgj_mm: int | None = None
    is_bleeding: bool | None = None
    is_suppurating: bool | None = None
    has_plaque: bool | None = None

    @property
    def cal_mm(self) -> int | None:
        """Depth plus recession; unknown where either is."""
        if self.depth_mm is None or self.recession_mm is None:
            return None
        return self.depth_mm + self.recession_mm

    @property
    def margin_mm(self) -> int | None:
        """Where the margin is drawn: where it was recorded, else at the CEJ below a depth."""
        if self.recession_mm is None and self.depth_mm is not None:
            return 0
        return self.recession_mm

    @property
    def base_mm(self) -> int | None:
        """Where the bottom of the pocket is drawn, apical of the CEJ."""
        if self.depth_mm is None or self.margin_mm is None:
            return None
        return self.margin_mm + self.depth_mm

    def words(self) -> str:
        """The site in words; empty when nothing was recorded."""
        numbers = {
            "PD": self.depth_mm,
            "recession": self.recession_mm,
            "CAL": self.cal_mm,
            "MGJ": self.mgj_mm,
        }
        marks = {
            "bleeding": self.is_bleeding,
            "suppuration": self.is_suppurating,
            "plaque": self.has_plaque,
        }
        said = [f"{name} {number}" for name, number in numbers.items() if number is not None]
        return ", ".join(said + [name for name, mark in marks.items() if mark])


@dataclass(frozen=True, slots=True)
class ToothView:
    """What was found at one tooth."""

    is_missing: bool = False
    is_implant: bool = False
    mobility: str | None = None
    furcations: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Side (`b l m d`) to the grade as shown and its horizontal number."""

    @property
    def state(self) -> str:
        """`missing`, `implant` or nothing."""
        if self.is_missing:
            return "missing"
        return "implant" if self.is_implant else ""


@dataclass(frozen=True, slots=True)
class Mouth:
    """One exam."""

    sites: Mapping[SiteKey, SiteView]
    teeth: Mapping[int, ToothView]

    def site(self, tooth: int, site: Site) -> SiteView:
        """What stands at a site; an empty view where there is no reading."""
        return self.sites.get((tooth, site.value), SiteView())

    def tooth(self, tooth: int) -> ToothView:
        """What was found at a tooth; an empty view where nothing was."""
        return self.teeth.get(tooth, ToothView())

    def words(self, tooth: int, site: Site, name: str) -> str:
        """A site in words, with the tooth's name in front."""
        said = self.site(tooth, site).words() or "not recorded"
        return f"{name} {site} ({SITE_NAMES[site]}): {said}"


@dataclass(frozen=True, slots=True)
class Chart:
    """One exam and how it is shown.

    Attributes:
        view: The exam.
        numbering: How teeth are labelled.
        marked: Sites and teeth that differ.
        theme: Colours.
    """

    view: Mouth
    numbering: Numbering
    marked: AbstractSet[SiteKey]
    theme: Theme


def mouth(readings: pl.DataFrame, findings: pl.DataFrame) -> Mouth:
    """Gather one exam.

    Raises:
        AssertionError: the frames hold more than one exam.
    """
    exams = {*readings["exam_key"], *findings["exam_key"]}
    assert len(exams) <= 1, "one exam is drawn at a time"
    columns = ("probing_depth_mm", "recession_mm", "mgj_mm")
    marks = ("is_bleeding", "is_suppurating", "has_plaque")
    rows = readings.select("tooth", "site", pl.col(columns), pl.col(marks).cast(pl.Boolean))
    sites = {(tooth, site): SiteView(*values) for tooth, site, *values in rows.iter_rows()}
    return Mouth(sites, _teeth(findings))


def _teeth(findings: pl.DataFrame) -> dict[int, ToothView]:
    sides = furcation.FURCATION_COLUMNS
    mobile = pl.col("mobility")
    read = findings.filter(pl.col("tooth").is_in(list(ALL_TEETH))).select(
        "tooth",
        pl.col("is_missing", "is_implant").cast(pl.Boolean).fill_null(value=False),
        pl.coalesce(mobility.canonical(mobile), mobile).alias("mobility"),
        *(pl.coalesce(furcation.canonical(pl.col(c)), c).alias(c) for c in sides),
        *(furcation.is_involved(pl.col(c)).alias(f"{c}_open") for c in sides),
        *(furcation.grade(pl.col(c)).fill_null(1).alias(f"{c}_grade") for c in sides),
    )
    return {
        row["tooth"]: ToothView(
            row["is_missing"],
            row["is_implant"],
            row["mobility"] or None,
            {
                side: (row[column], row[f"{column}_grade"])
                for column, side in sides.items()
                if row[f"{column}_open"]
            },
        )
        for row in read.iter_rows(named=True)
    }
