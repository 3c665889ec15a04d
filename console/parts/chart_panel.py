"""A periodontal chart twice: as the source has it and as it was read back.

Rule of the house: what differs is marked in the drawing and written out below it; every site can be
read without the drawing.
"""

import polars as pl
import streamlit as st

from console import access, desk
from console.parts.data_table import data_table
from console.parts.readings_table import readings_table, site_words
from console.shaping.chart import ExamPair
from core.clinical.chart import chart_svg, chart_table
from core.clinical.chart_theme import PRINT
from core.clinical.site import SITE_NAMES
from core.clinical.tooth import ALL_TEETH

SITE_WORDS = {site.value: f"{site} ({name})" for site, name in SITE_NAMES.items()}
_TOOTH = {"what": "Site", "source": "In the source", "found": "Found in Pipedrive"}
_DIFFERENCES = {
    "tooth": "Tooth",
    "site": "Site",
    "what": "What",
    "source": "In the source",
    "found": "Found in Pipedrive",
}


def chart_panel(pair: ExamPair) -> None:
    """Show both drawings side by side, the differences, and the readings as a table."""
    differences = pair.differences()
    exam = f"Exam of {pair.examined_on}"
    if pair.found_readings is None:
        st.info(
            f"{exam}: no deal carries it in its fields. It is kept in the chart history file; "
            "only the source is shown."
        )
    elif differences.is_empty():
        st.success(f"{exam}: every reading was read back as it stands in the source.")
    else:
        count = differences.height
        words = "1 reading differs" if count == 1 else f"{count} readings differ"
        st.error(f"{exam}: {words}, marked in both charts.")
    is_wide = st.toggle("One above the other, larger", key=f"chart_wide_{pair.exam_key}")
    _drawings(pair, is_wide=is_wide)
    if not differences.is_empty():
        data_table(differences, _DIFFERENCES, is_narrow=True)
    _one_tooth(pair)
    with st.expander("The readings as a table"):
        readings_table(pair)
    # read by no screen: made only when somebody asks for it
    st.download_button(
        "Save for printing (SVG)",
        lambda: _page(pair),
        file_name=f"chart-{pair.examined_on}.svg",
        mime="image/svg+xml",
        key=f"chart_print_{pair.exam_key}",
        on_click="ignore",
    )


def _page(pair: ExamPair) -> bytes:
    """The chart of the source in black and white; that it was taken along is noted."""
    user = access.current_user()
    desk.ledger().export("chart", actor=user.name if user else "nobody", rows=pair.readings.height)
    title = f"Periodontal chart · {pair.examined_on}"
    drawn = chart_svg(pair.readings, pair.findings, title=title, marked=pair.marked(), theme=PRINT)
    return drawn.encode()


def _one_tooth(pair: ExamPair) -> None:
    """Any site by keyboard: a tooth is chosen, and each of its sites is said in words."""
    teeth = list(ALL_TEETH)
    tooth = st.selectbox(
        "Read one tooth, site by site",
        teeth,
        index=None,
        placeholder="Tooth (1 to 32)",
        key=f"chart_tooth_{pair.exam_key}",
        width=260,
    )
    if tooth is None:
        return
    ours = site_words(chart_table(pair.readings, pair.findings), tooth)
    theirs: dict[str, str] = {}
    if pair.found_readings is not None:
        findings = pair.findings.clear() if pair.found_findings is None else pair.found_findings
        theirs = site_words(chart_table(pair.found_readings, findings), tooth)
    rows = [
        {"what": SITE_WORDS.get(name, name), "source": told, "found": theirs.get(name)}
        for name, told in ours.items()
        if told or theirs.get(name)
    ]
    schema = dict.fromkeys(("what", "source", "found"), pl.String())
    data_table(pl.DataFrame(rows, schema=schema), _TOOTH, is_narrow=True)


def _drawings(pair: ExamPair, *, is_wide: bool) -> None:
    marked = pair.marked()
    is_wide = is_wide or pair.found_readings is None
    left, right = (st.container(), st.container()) if is_wide else st.columns(2)
    left.image(
        chart_svg(
            pair.readings,
            pair.findings,
            title=f"In the source · {pair.examined_on}",
            marked=marked,
        ),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as the source has it",
    )
    if pair.found_readings is None:
        return
    found = pair.found_findings if pair.found_findings is not None else pair.findings.clear()
    right.image(
        chart_svg(
            pair.found_readings,
            found,
            title=f"Read back from Pipedrive · {pair.examined_on}",
            marked=marked,
        ),
        width="stretch",
        alt=f"Periodontal chart of {pair.examined_on} as it was read back",
    )
