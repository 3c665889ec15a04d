"""One column of the source: what is proposed for it and why, and a person's answer.

Rule of the house: the preview follows the answer; the next column comes by itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from console.parts.map_changes import save
from console.parts.markup import element, plain, show
from console.parts.samples import is_revealed, samples, values_of
from console.shaping.crosswalk import band
from console.shaping.worklist import LEAVE, REASONS, facts_line, field_choices, known_codes, named
from core.crosswalk.choices import (
    MEASURE_KINDS,
    WHERE,
    Asked,
    asked,
    has_codes,
    meanings,
    readings,
    sites,
)
from core.crosswalk.mapping import ColumnMap, Decisions, TableMap
from core.crosswalk.practice import TOOTH_MEASURES
from core.crosswalk.reading import READINGS
from core.migration.confirming import Answer, answered
from core.ports import ConsoleUser

_MEASURE = "measure"
_OPEN = "(open)"
_BANDS = {"sure": "equal", "likely": "harmless", "doubtful": "plain"}


@dataclass(frozen=True, slots=True)
class Shown:
    """What a card is of.

    Attributes:
        user: Who is at the screen.
        table: The table's entry.
        column: The column's entry.
        decisions: What holds for the practice.
        facts: What the inventory knows of the column.
        seen: Digest of the map that is on the screen.
        is_open: Whether this person may answer now.
    """

    user: ConsoleUser
    table: TableMap
    column: ColumnMap
    decisions: Decisions
    facts: Mapping[str, object] | None
    seen: str
    is_open: bool

    @property
    def key(self) -> str:
        """Stem of the keys of this card's widgets."""
        return f"map_{self.table.name}_{self.column.name}"


def column_card(shown: Shown) -> None:
    """Show one column with its proposal, its reasons, its samples and the answer's form."""
    with st.container(border=True):
        _head(shown)
        left, right = st.columns([5, 6], gap="medium")
        with left:
            answer = _asked(shown) if shown.is_open else shown.column
        with right:
            samples(shown.user, shown.table, answer, shown.decisions, shown.facts)


def _head(shown: Shown) -> None:
    column = shown.column
    sure = band(column.score)
    tag = element("span", f"{sure} · {column.score:.0%}", kind=f"perio-tag {_BANDS[sure]}")
    title = element("b", f"{shown.table.name}.{column.name} ")
    state = _said(column)
    show(
        element(
            "div",
            element("div", title, tag),
            element("span", facts_line(shown.facts)),
            element("div", element("span", "Why: "), column.reasons or "no reason was given"),
            *([element("div", state)] if state else []),
            kind="perio-column",
        )
    )


def _said(column: ColumnMap) -> str:
    if column.left:
        said = f"Left: {column.left}"
    elif column.field:
        said = f"Becomes {named(column.field).lower()}, read as {column.reading}"
    else:
        return ""
    return f"{said} (decided by {column.decided_by})" if column.decided_by else f"Proposed: {said}"


def _asked(shown: Shown) -> ColumnMap:
    """The answer's widgets; returns the column as it is answered on the screen now."""
    table, column, key = shown.table, shown.column, shown.key
    choices = field_choices(table, column)
    names = list(choices)
    now = LEAVE if column.left else column.field
    field = st.selectbox(
        "Becomes",
        names,
        index=names.index(now) if now in names else None,
        format_func=lambda name: choices[name],
        placeholder="Choose a field, or leave it",
        key=f"{key}_field",
    )
    if field == LEAVE:
        return _left(shown)
    made = _with_reading(shown, field) if field else replace(column, field="", reading="text")
    options, measures = _codes(shown, made)
    options |= _place_options(shown, made)
    answer = Answer(
        table.name,
        column.name,
        shown.user.name,
        field=made.field,
        reading=made.reading,
        site=made.site,
        options=options,
        measures=measures,
    )
    if _confirm(shown):
        save(
            lambda old: answered(old, answer),
            what=_place(shown),
            by=shown.user.name,
            seen=shown.seen,
        )
    return replace(made, options={code: option for code, option in options.items() if option})


def _place(shown: Shown) -> str:
    return f"{shown.table.name}.{shown.column.name}"


def _confirm(shown: Shown) -> bool:
    return st.button(
        "Confirm, and show the next",
        type="primary",
        key=f"{shown.key}_confirm",
        shortcut="Ctrl+Enter",
    )


def _left(shown: Shown) -> ColumnMap:
    given = shown.column.left
    reasons = list(dict.fromkeys([*([given] if given else []), *REASONS]))
    reason = st.selectbox(
        "Why it is left",
        reasons,
        index=0 if given else None,
        accept_new_options=True,
        placeholder="Choose a reason, or write one",
        key=f"{shown.key}_left",
    )
    answer = Answer(shown.table.name, shown.column.name, shown.user.name, left=reason or "")
    if _confirm(shown):
        save(
            lambda old: answered(old, answer),
            what=_place(shown),
            by=shown.user.name,
            seen=shown.seen,
        )
    return replace(shown.column, field="", reading="text", site="", options={}, left=reason or "")


def _with_reading(shown: Shown, field: str) -> ColumnMap:
    table, column = shown.table, shown.column
    able = readings(table, field)
    if field == column.field:
        able = tuple(dict.fromkeys([*able, column.reading]))
    reading = column.reading if field == column.field else able[0]
    if len(able) > 1:
        reading = st.selectbox(
            "Read as",
            able,
            index=able.index(reading),
            format_func=lambda name: f"{named(name)}: {READINGS[name].meaning}",
            key=f"{shown.key}_reading_{field}",
        )
    site = column.site if field == column.field else ""
    if needed := sites(table, field):
        place = needed.index(column.site) if column.site in needed else None
        site = st.selectbox("At the site", needed, index=place, key=f"{shown.key}_site") or ""
    return replace(column, field=field, reading=reading, site=site, left="")


def _codes(shown: Shown, made: ColumnMap) -> tuple[dict[str, str], dict[str, str] | None]:
    """What each code means: options of a closed list, or measures of a chart's rows."""
    if made.field == _MEASURE and shown.table.layout == TOOTH_MEASURES:
        return {}, _meanings(shown, MEASURE_KINDS, shown.table.measures, "measure")
    if not made.field or not has_codes(shown.table, made.field, made.reading):
        return {}, None
    able = meanings(shown.table, made.field)
    known = shown.column.options if made.field == shown.column.field else {}
    codes = {code: meaning for code, meaning in known.items() if code not in WHERE}
    return _meanings(shown, able, codes, "option"), None


def _place_options(shown: Shown, made: ColumnMap) -> dict[str, str]:
    """Where and how the values of a place are found: tooth, order, joined table, ..."""
    if not made.field:
        return {}
    known = shown.column.options
    every = asked(shown.table, made.field)
    needed = [one for one in every if one.is_required or one.name in known]
    others = [one for one in every if one not in needed]
    given = {one.name: _option(shown, one, known.get(one.name, "")) for one in needed}
    if others:
        with st.expander("More about where its values are"):
            given |= {one.name: _option(shown, one, "") for one in others}
    return given


def _option(shown: Shown, one: Asked, known: str) -> str:
    key, label = f"{shown.key}_at_{one.name}", one.name.replace("_", " ").capitalize()
    if not one.able:
        return st.text_input(label, value=known, help=one.meaning, key=key)
    names = one.able if one.is_required else ("", *one.able)
    place = names.index(known) if known in names else None
    return st.selectbox(label, names, index=place, help=one.meaning, key=key) or ""


def _meanings(
    shown: Shown, able: tuple[str, ...], known: Mapping[str, str], what: str
) -> dict[str, str]:
    values = values_of(shown.table.name, shown.column.name)
    codes = [] if values is None else values["value"].to_list()
    codes = [code for code in dict.fromkeys([*known, *codes]) if code not in WHERE]
    if not known_codes(shown.facts) and not is_revealed(shown.table.name, shown.column.name):
        st.caption("Show the real values to say what each code means; what is known is kept.")
        return dict(known)
    st.caption(f"Each code is one {what}. What stays open is set aside, row by row.")
    told = {}
    for code in codes:
        told[code] = _meaning(code, able, known.get(code, ""), f"{shown.key}_{what}_{code}")
    return {code: meaning for code, meaning in told.items() if meaning}


def _meaning(code: str, able: tuple[str, ...], known: str, key: str) -> str:
    """What a code means: one of a closed list, or any words."""
    label = f"Code {plain(code)}"
    if not able:
        return st.text_input(label, value=known, key=key)
    choice = st.selectbox(
        label,
        (_OPEN, *able),
        index=able.index(known) + 1 if known in able else 0,
        format_func=named_option,
        key=key,
    )
    return "" if choice == _OPEN else choice


def named_option(name: str) -> str:
    """An option as people read it."""
    return name if name == _OPEN else name.replace("_", " ")
