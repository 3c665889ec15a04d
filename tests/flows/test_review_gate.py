"""The sample's signature at the command line, while the review is not done."""

import pytest

from core.lifecycle import Stage
from core.migration.reviewed import Rules, set_rules
from core.migration.reviewing import Asked, Reason, Scope, Verdict, decide, record_key
from tests.migrations import PASSWORD


@pytest.fixture
def sample(at, monkeypatch):
    monkeypatch.setenv("PERIO_PASSWORD", PASSWORD)
    return at(Stage.SAMPLE_LOADED)


def test_the_command_line_signs_no_sample_with_a_standing_rejection(perio, sample):
    cell = sample.vault("review").row(0, named=True)
    key = record_key(cell["target"], cell["ref"])
    sign = ("sign", "sample", "--as", "carla", "--dir", sample.folder)
    with sample.opened(lock=False) as bench:
        wrong = Asked(Scope.RECORD, key, Verdict.REJECTED, Reason.WRONG_VALUE)
        decide(bench.ledger, bench.vault, wrong, reviewer="chen")
    said = perio(*sign)
    assert said.code == 30
    assert "1 rejection(s) of the sample stand" in " ".join(said.err.split())
    assert sample.stage() is Stage.SAMPLE_LOADED
    with sample.opened(lock=False) as bench:
        again = Asked(Scope.RECORD, key, Verdict.ACCEPTED, seen=1)
        decide(bench.ledger, bench.vault, again, reviewer="chen")
    assert perio(*sign).code == 0
    assert sample.stage() is Stage.SAMPLE_REVIEWED


def test_the_command_line_waits_for_a_second_reviewer_where_the_rules_say_so(perio, sample):
    with sample.opened(lock=False) as bench:
        set_rules(bench.ledger, Rules(needs_second=True))
    said = perio("sign", "sample", "--as", "carla", "--dir", sample.folder)
    assert said.code == 30
    assert "wait for two people" in " ".join(said.err.split())
    assert sample.stage() is Stage.SAMPLE_LOADED
