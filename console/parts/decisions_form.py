"""The form for what holds for the whole practice, each setting with its evidence.

Rule of the house: what the values do not decide says so; a person decides all of it.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from console import desk
from console.parts.data_table import data_table
from console.parts.map_changes import save
from console.parts.markup import plain
from console.shaping.crosswalk import decision_rows
from console.shaping.decisions import ASKED, ZONES, as_decided, listed, restrictable
from core.clinical.tooth import Numbering
from core.crosswalk.decisions import MARGIN_SIGNS, SCALES, Decisions
from core.crosswalk.mapping import SchemaMap
from core.migration.confirming import decided
from core.migration.looking import CONFIRMED
from core.migration.proposing import EVIDENCE
from core.ports import ConsoleUser
from core.vocabulary.specification import PROFILES


def decisions_form(user: ConsoleUser, schema_map: SchemaMap, *, seen: str, is_open: bool) -> None:
    """Show the settings with their evidence, and the form where they may be changed."""
    _who(schema_map)
    evidence = desk.ledger().kept(EVIDENCE) or {}
    if not is_open:
        data_table(decision_rows(schema_map), {"setting": "Setting", "value": "Value"})
        return
    with st.form("map_decisions"):
        given = _asked(schema_map.decisions, evidence)
        is_sent = st.form_submit_button(
            "Confirm the settings", type="primary", key="map_decisions_save"
        )
    if is_sent:
        made = as_decided(schema_map.decisions, given)
        save(
            lambda old: decided(old, made),
            what="settings",
            by=user.name,
            seen=seen,
            after=lambda: desk.ledger().keep(CONFIRMED, _document(user, made)),
        )


def _document(user: ConsoleUser, decisions: Decisions) -> dict[str, object]:
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"by": user.name, "at": at, "which": fingerprint(decisions)}


def fingerprint(decisions: Decisions) -> str:
    """The digest of settings alone."""
    return SchemaMap(decisions).digest()


def is_confirmed(schema_map: SchemaMap) -> bool:
    """Whether somebody confirmed the settings as they are."""
    kept = desk.ledger().kept(CONFIRMED)
    return bool(kept) and (kept or {}).get("which") == fingerprint(schema_map.decisions)


def _who(schema_map: SchemaMap) -> None:
    kept = desk.ledger().kept(CONFIRMED) or {}
    if is_confirmed(schema_map):
        when = str(kept["at"])[:16].replace("T", " ")
        st.success(plain(f"Confirmed by {kept['by']} on {when} UTC."))
    else:
        st.info("Proposed from the values. Please read each with its evidence, and confirm.")


def _asked(now: Decisions, evidence: Mapping[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for place, (name, (label, meaning)) in enumerate(ASKED.items()):
        if place % 2 == 0:
            sides = st.columns(2, gap="medium")
        with sides[place % 2]:
            given[name] = _widget(name, label, getattr(now, name))
            st.caption(plain(" ".join([meaning, str(evidence.get(name, ""))]).strip()))
    return given


def _widget(name: str, label: str, value: Any) -> Any:  # noqa: ANN401 - a setting is text, number or list
    key = f"map_decision_{name}"
    closed = {
        "tooth_numbering": tuple(each.value for each in Numbering),
        "margin_sign": MARGIN_SIGNS,
        "furcation_scale": SCALES,
        "profile": tuple(PROFILES),
    }
    if name in closed:
        return st.selectbox(label, closed[name], index=closed[name].index(value), key=key)
    if name == "zone":
        zones = list(dict.fromkeys([value, *ZONES]))
        return st.selectbox(label, zones, accept_new_options=True, key=key)
    if name == "restricted":
        able = {path: path for path in value} | restrictable()
        return st.multiselect(
            label, list(able), default=list(value), format_func=lambda path: able[path], key=key
        )
    if isinstance(value, int):
        return st.number_input(label, min_value=0, value=value, step=1, key=key)
    text = listed(value) if isinstance(value, tuple) else value
    return st.text_input(label, value=text, key=key)
