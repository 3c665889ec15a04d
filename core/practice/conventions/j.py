"""Convention J, packed texts: every reading of a side of the mouth in one text.

Rule of the house: texts run as a screen shows the mouth, right to left in the lower jaw's numbers.
"""

from core.practice.conventions.convention import Convention, Json
from core.practice.conventions.declared import declared
from core.practice.conventions.j_charts import TABLE, PackedCharts
from core.practice.conventions.plain_tables import EXAM, PLAIN
from core.practice.conventions.style import Style

STYLE = Style()
LAYOUTS = declared(PLAIN + EXAM, STYLE)

SETTINGS: Json = {
    "tooth_numbering": "universal",
    "margin_sign": "recession positive",
    "not_measured": "X",
    "coronal_margin_from": None,
    "marks": {"0": "no", "1": "yes"},
    "depths_above_9": "hexadecimal",
    "order": "screen",
    "furcation_scale": "Glickman",
    "unknown_birth_date": "1900-01-01",
    "zone": "America/New_York",
    "not_recorded": ["tooth_finding.note"],
}

J = Convention(
    name="j",
    tables=(*(layout.table for layout in LAYOUTS), TABLE),
    layouts=LAYOUTS,
    charts=PackedCharts,
    settings=SETTINGS,
    key=STYLE.key_text,
)
