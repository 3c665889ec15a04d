"""Convention I, one wide row an exam: a column for every tooth, measure and site.

Rule of the house: 1,024 columns are the most a table may have, so the jaws are two tables; the
margin is negative where it receded, and 99 could not be assessed.

Source:
    The national survey's examination files are laid out like this, with these signs.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.encoding import Encoding
from core.practice.conventions.grid import Grain, Grid, Shape, grid
from core.practice.conventions.grid_charts import MakesGridCharts
from core.practice.conventions.layouts import MapLayout
from core.practice.conventions.plain_tables import EXAM, PLAIN
from core.practice.conventions.style import Style

MOST_COLUMNS = 1_024
STYLE = Style(date_type="DATE", is_date_text=False)
LAYOUTS = declared(PLAIN + EXAM, STYLE)
ENCODING = Encoding(unmeasured=99, recession=-1)


def _jaw(name: str, teeth: tuple[int, ...]) -> Grid:
    found = grid(
        f"PerioExam_{name}",
        """
        ExamID:INTEGER=exam_key T{tooth}_MIS:TINYINT=is_missing T{tooth}_IMP:TINYINT=is_implant
        T{tooth}_MOB:VARCHAR(4)=mobility T{tooth}_FUR_B:VARCHAR(4)=furcation_b
        T{tooth}_FUR_L:VARCHAR(4)=furcation_l T{tooth}_FUR_M:VARCHAR(4)=furcation_m
        T{tooth}_FUR_D:VARCHAR(4)=furcation_d T{tooth}_PD_{site}=probing_depth
        T{tooth}_GM_{site}=gingival_margin T{tooth}_MJ_{site}=mgj
        T{tooth}_BL_{site}:TINYINT=bleeding T{tooth}_SU_{site}:TINYINT=suppuration
        T{tooth}_PL_{site}:TINYINT=plaque
        """,
        ENCODING,
        Shape(Grain.EXAM, MapLayout.WIDE_EXAM, ("ExamID",), teeth=teeth),
    )
    assert len(found.table.columns) <= MOST_COLUMNS, f"{name}: too wide"
    return found


UPPER, LOWER = _jaw("Upper", tuple(range(1, 17))), _jaw("Lower", tuple(range(17, 33)))

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession negative",
    "not_measured": 99,
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding.note"],
}

I = Convention(  # noqa: E741  # its name is its letter, as everywhere
    name="i",
    tables=(*(layout.table for layout in LAYOUTS), UPPER.table, LOWER.table),
    layouts=LAYOUTS,
    charts=MakesGridCharts(STYLE, ENCODING, UPPER, LOWER),
    settings=SETTINGS,
    key=STYLE.key_text,
)
