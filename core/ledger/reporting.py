"""The run report: what the ledger can say of a migration, rendered, and signed.

Rule of the house: the signature covers every byte of the file before it; whoever holds the public
key's fingerprint can tell a report of ours from any other.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from core.documents.run_report import Section, as_html, as_pdf
from core.errors import SettingMissing
from core.ledger import gates, shelf
from core.ledger.chain import Link, broken
from core.ledger.signer import canonical
from core.ledger.stages import stage
from core.ledger.store import Store
from core.ledger.trail import Proof, prove

HTML, PDF = "html", "pdf"
_MARKS = {HTML: (b"<!-- perio-signature ", b" -->\n"), PDF: (b"%perio-signature ", b"\n")}
_PROVING = frozenset({"delta", "verify", "load again", "sample"})
"""Kinds of runs whose result says how the destination stands."""


class Report(NamedTuple):
    """One report, in both forms."""

    pdf: bytes
    html: bytes
    events: int


class Vouched(NamedTuple):
    """What a report's signature vouches for."""

    kind: str
    events: int
    made_at: str
    fingerprint: str


def make_report(store: Store, *, migration_id: str, code_version: str) -> Report:
    """Prove the ledger, and make the report of it.

    Raises:
        ChainBroken: the ledger was altered; there is no report of such a one.
        SettingMissing: the ledger was opened without a key.
    """
    proof = prove(store)
    made_at = store.clock()
    heading = _heading(store, proof, made_at, migration_id, code_version)
    sections = _sections(store, proof)
    return Report(
        _signed(store, PDF, as_pdf(sections, heading), proof, made_at),
        _signed(store, HTML, as_html(sections, heading), proof, made_at),
        proof.events,
    )


def check_report(store: Store, content: bytes) -> Vouched:
    """See that a report is ours, unaltered, and that the log is still the one it tells of.

    Raises:
        ChainBroken: it is not.
    """
    for kind, (before, after) in _MARKS.items():
        place = content.rfind(before)
        if place < 0 or not content.endswith(after):
            continue
        line = _line(content[place + len(before) : -len(after)])
        is_whole = line.get("sha256") == hashlib.sha256(content[:place]).hexdigest()
        if store.signer is None or not store.signer.is_ours(line) or not is_whole:
            break
        if content[place:] != before + canonical(line) + after:
            break
        store.check_reach(Link(int(str(line["count"])), str(line["hash"])), by="the report")
        fingerprint = store.signer.fingerprint
        return Vouched(kind, int(str(line["count"])), str(line["at"]), fingerprint)
    what = "the report is not signed by this migration's key, or was altered after it was"
    raise broken(what)


def _line(text: bytes) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def _signed(store: Store, kind: str, content: bytes, proof: Proof, made_at: datetime) -> bytes:
    if store.signer is None:
        message = "A report is signed with the migration's key, and there is none."
        raise SettingMissing(message, next_step="Open the ledger with its key.")
    before, after = _MARKS[kind]
    if not content.endswith(b"\n"):
        content += b"\n"
    told = {"sha256": hashlib.sha256(content).hexdigest(), "count": proof.events}
    told |= {"hash": proof.hash, "ledger": proof.ledger_id, "at": f"{made_at:%Y-%m-%dT%H:%M:%SZ}"}
    return content + before + canonical(store.signer.signed(told)) + after


def _heading(
    store: Store, proof: Proof, made_at: datetime, migration_id: str, code_version: str
) -> list[tuple[str, str]]:
    return [
        ("Migration", migration_id),
        ("Stands at", stage(store).value.replace("_", " ")),
        ("Made", f"{made_at:%Y-%m-%d %H:%M} UTC by perio {code_version}"),
        ("Audit log", f"{proof.events:,} events, proven whole; head {proof.hash}"),
        ("Ledger", f"{proof.ledger_id}; {proof.rows:,} rows, proven to be the ones written"),
        ("Signed with", f"Ed25519 key {proof.fingerprint} (fingerprint of the public key)"),
        ("To check", "./perio audit verify --report FILE"),
    ]


def _sections(store: Store, proof: Proof) -> list[Section]:
    results = _results(store)
    newest = next((each for kind, each in results.items() if kind in _PROVING), {})
    return [
        _moved(newest),
        _compared(newest),
        _conserved(store),
        _set_aside(results),
        _signatures(store),
        _runs(store),
        Section(
            "Proof of the audit log",
            ("What", "Value"),
            [
                ("Events", proof.events),
                ("Hash of the last event", proof.hash),
                ("Rows in the ledger's tables", proof.rows),
                ("Checkpoints in the second place", proof.checkpoints),
            ],
            "Keep the report apart from the migration: it shows later whether events were cut off.",
        ),
    ]


def _results(store: Store) -> dict[str, dict[str, Any]]:
    """The newest result of each kind of run, the newest kind first."""
    results: dict[str, dict[str, Any]] = {}
    for kind, result in shelf.runs(store).select("kind", "result").iter_rows():
        results.setdefault(kind, json.loads(result))
    return results


def _moved(result: Mapping[str, Any]) -> Section:
    names = ("source", "rejected", "created", "updated", "unchanged", "verified", "duplicates")
    rows = [
        (entity.replace("_", " "), *(int(counts.get(name) or 0) for name in names))
        for entity, counts in (result.get("records") or {}).items()
    ]
    note = "Every kind of record: how many the practice had, and what became of them in Pipedrive."
    return Section("What moved", ("Record", *(name.capitalize() for name in names)), rows, note)


def _compared(result: Mapping[str, Any]) -> Section:
    diff = result.get("diff") or {}
    words = {
        "cells": "Cells compared with what was intended",
        "loss": "Losses",
        "harmless": "Differences that lose nothing",
        "kept": "Left as people changed them since",
    }
    rows: list[tuple[object, ...]] = [
        (said, int(diff[name])) for name, said in words.items() if name in diff
    ]
    by_class = diff.get("by_class") or {}
    rows += [(f"of these: {name}", int(count)) for name, count in by_class.items() if count]
    note = "After the last step, everything was read back from Pipedrive and compared cell by cell."
    return Section("What was compared", ("What", "Cells"), rows, note)


def _conserved(store: Store) -> Section:
    names = ("table", "column", "total", "moved", "transformed", "left", "rejected", "why")
    rows = [
        tuple("" if value is None else value for value in row)
        for row in shelf.conservation(store).select(names).iter_rows()
    ]
    note = "Where every cell of every column of the practice's database went; the four add up."
    heads = tuple(name.capitalize() for name in names)
    return Section("Conservation sheet", heads, rows, note)


def _set_aside(results: Mapping[str, Mapping[str, Any]]) -> Section:
    lists: list[list[dict[str, Any]]] = [each.get("rejected") or [] for each in results.values()]
    found = next((each for each in lists if each), [])
    rows = [
        (each["table"], each["entity"] or "", each["rule"], int(each["rows"])) for each in found
    ]
    note = "Rows and cells that broke a rule; they are listed in the console, each with its key."
    return Section("What was set aside", ("Table", "Record", "Rule", "Rows"), rows, note)


def _signatures(store: Store) -> Section:
    rows = [
        (
            each.gate.value,
            each.user,
            each.role.value,
            f"{each.at:%Y-%m-%d %H:%M}",
            "yes" if each.is_used else "",
            each.bound_to[:16],
        )
        for each in gates.signatures(store)
    ]
    heads = ("Gate", "Who", "As", "When (UTC)", "Used", "Bound to")
    note = "Who decided what: each after a password, and for exactly what was shown."
    return Section("Signatures", heads, rows, note)


def _runs(store: Store) -> Section:
    rows = [
        (row["run_id"], row["kind"], f"{row['at']:%Y-%m-%d %H:%M}")
        for row in shelf.runs(store).sort("run_id").iter_rows(named=True)
    ]
    return Section("Runs", ("Run", "What", "When (UTC)"), rows)
