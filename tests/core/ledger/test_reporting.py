import json
import random
from pathlib import Path

import polars as pl
import pytest

from core.documents.run_report import Section, as_html, as_pdf
from core.errors import ChainBroken, SettingMissing
from core.ledger.accounts import CHEAP_HASHER
from core.ledger.ledger import SqlLedger, open_ledger
from core.ledger.reporting import Report
from core.ledger.shelf import SHEET
from core.ledger.signer import Signer, canonical, is_signed
from core.lifecycle import Gate, Stage
from tests.core.ledger.hands import PASSWORD, Clock, bring_to, opened, settle_people

RESULT = {
    "records": {"patient": {"source": 24, "rejected": 1, "created": 23, "verified": 23}},
    "diff": {"cells": 1200, "loss": 0, "harmless": 2, "by_class": {"padding": 2, "encoding": 0}},
    "rejected": [{"table": "Visit", "entity": "visit", "rule": "orphan", "rows": 1}],
}


@pytest.fixture
def told(ledger: SqlLedger) -> SqlLedger:
    """A ledger with something to report."""
    bring_to(ledger, Stage.SAMPLE_LOADED)
    ledger.present(Gate.SAMPLE, "seen")
    ledger.sign(Gate.SAMPLE, user="carla", password=PASSWORD)
    texts = {"table": "Patient", "column": "SSN <b>", "why": "nobody asked"}
    ledger.record_conservation(
        "run-1", pl.DataFrame({name: [texts.get(name, 6)] for name in SHEET})
    )
    ledger.record_run("verify", RESULT)
    return ledger


def report_of(ledger: SqlLedger) -> Report:
    return ledger.make_report(migration_id="clinic", code_version="1.0")


def test_a_report_says_what_moved_who_signed_and_how_far_the_log_reaches(told: SqlLedger):
    made = report_of(told)
    text = made.html.decode()
    head = told.events(newest=1).row(0, named=True)
    wanted = ["carla", "clinician", "1,200", "Patient", "SSN &lt;b&gt;", "padding", "orphan"]
    for said in (*wanted, head["hash"], f"{head['seq']} events"):
        assert said in text, said
    assert "<script" not in text
    assert "://" not in text
    assert made.pdf.startswith(b"%PDF-")


def test_a_report_on_paper_says_the_same(told: SqlLedger, tmp_path: Path):
    pypdf = pytest.importorskip("pypdf")
    file = tmp_path / "report.pdf"
    file.write_bytes(report_of(told).pdf)
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    for said in ("carla", "1,200", "SSN <b>", "Conservation sheet", "orphan"):
        assert said in text, said


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_a_report_is_known_again_later(told: SqlLedger, clock: Clock, kind: str):
    made = report_of(told)
    clock.go(days=30)
    told.audit("look", actor="ada")
    vouched = told.check_report(getattr(made, kind))
    assert (vouched.kind, vouched.events) == (kind, made.events)
    assert vouched.made_at == "2026-11-02T12:00:00Z"


@pytest.mark.parametrize("kind", ["pdf", "html"])
def test_a_report_with_any_byte_changed_is_not_ours(told: SqlLedger, kind: str):
    content = getattr(report_of(told), kind)
    chance = random.Random(1)  # noqa: S311 - where to change is no secret
    for _ in range(200):
        place, bit = chance.randrange(len(content)), 1 << chance.randrange(7)
        changed = content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :]
        with pytest.raises(ChainBroken):
            told.check_report(changed)
    for changed in (content[:-1], content + b"\n", b"", b"%PDF-1.4", content[:500]):
        with pytest.raises(ChainBroken):
            told.check_report(changed)


def test_a_report_of_another_key_or_ledger_is_not_ours(told: SqlLedger, tmp_path: Path):
    content = report_of(told).html
    elsewhere = tmp_path / "elsewhere"
    with opened(elsewhere) as other:
        settle_people(other)
        for number in range(60):
            other.audit(f"look {number}", actor="ada")
        with pytest.raises(ChainBroken, match="the report vouches"):
            other.check_report(content)
    place = f"sqlite:///{elsewhere / 'ledger.sqlite'}"
    with (
        open_ledger(place, lock=False, key=b"x" * 32, hasher=CHEAP_HASHER) as other,
        pytest.raises(ChainBroken, match="not signed by this migration's key"),
    ):
        other.check_report(content)


def test_a_report_shows_later_that_the_log_was_cut_off(in_file: SqlLedger, tmp_path: Path):
    older = (tmp_path / "ledger.sqlite").read_bytes(), (tmp_path / "ledger.head").read_bytes()
    in_file.audit("look", actor="ada")
    content = report_of(in_file).pdf
    in_file.close()
    (tmp_path / "ledger.sqlite").write_bytes(older[0])
    (tmp_path / "ledger.head").write_bytes(older[1])
    with opened(tmp_path, lock=False) as ledger:
        assert ledger.verify_chain()  # file and head record fit each other
        with pytest.raises(ChainBroken, match="the report vouches"):
            ledger.check_report(content)


def test_there_is_no_report_of_a_ledger_that_was_altered(told: SqlLedger):
    with told.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE runs SET result = '{}'")
    with pytest.raises(ChainBroken, match="runs"):
        report_of(told)


def test_a_ledger_without_a_key_signs_no_report():
    with open_ledger("sqlite://", hasher=CHEAP_HASHER) as ledger, pytest.raises(SettingMissing):
        report_of(ledger)


def test_a_new_migration_has_a_report_too(ledger: SqlLedger):
    assert b"Conservation sheet" in report_of(ledger).html


def test_a_wide_row_is_broken_and_not_cut():
    long = "x" * 300
    section = Section("Wide", ("A", "B"), [(long, 1_234_567)])
    page, paper = as_html([section], []), as_pdf([section], [])
    assert long.encode() in page
    assert paper.startswith(b"%PDF-")


def test_a_signature_is_of_every_field():
    signer = Signer(bytes(range(32)))
    line = signer.signed({"count": 3, "hash": "aa"})
    assert signer.is_ours(line)
    assert is_signed(json.loads(canonical(line)))
    assert not signer.is_ours(line | {"count": 4})
    assert not signer.is_ours(line | {"more": 1})
    assert not Signer(bytes(32)).is_ours(line)
    assert not is_signed({})
    assert not is_signed(line | {"public_key": "zz"})
    assert len(signer.fingerprint) == 24
