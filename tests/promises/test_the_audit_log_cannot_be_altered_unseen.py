"""Nobody can alter the audit log without its being seen.

Every event (who did what, when, with what outcome) is bound to the one before it, and the last one
is vouched for beside the log under the migration's key. A changed word, a missing event, an event
that was put in, a log cut off at its end, or an older copy put in its place: each is noticed, and
the program stops until a person has looked.
"""

import contextlib
import shutil
import sqlite3

import pytest

from core.errors import ChainBroken
from core.lifecycle import Gate, Stage


def check(migration):
    with migration.opened() as bench:
        return bench.ledger.verify_chain()


def test_an_untouched_log_is_whole(at):
    migration = at(Stage.VERIFIED)
    with migration.opened(lock=False) as bench:
        events = bench.ledger.events()
        assert bench.ledger.verify_chain() == events.height > 50


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events SET actor = 'somebody else' WHERE action = 'sign'",
        "UPDATE events SET outcome = 'refused' WHERE action = 'sign'",
        "UPDATE events SET ts = '2020-01-01T00:00:00.000000Z' WHERE action = 'sign'",
        "UPDATE events SET subject = subject || ' ' WHERE action = 'sign'",
        "DELETE FROM events WHERE action = 'sign'",
        "DELETE FROM events WHERE seq > (SELECT max(seq) - 5 FROM events)",
        """INSERT INTO events
           SELECT seq + 1, ts, actor, action, subject, outcome, reason, state, hash, hash
           FROM events ORDER BY seq DESC LIMIT 1""",
    ],
    ids=["who", "outcome", "when", "a blank", "taken out", "cut off", "put in"],
)
def test_a_log_that_was_altered_is_noticed(at, statement):
    migration = at(Stage.VERIFIED)
    with contextlib.closing(sqlite3.connect(migration.folder / "ledger.sqlite")) as ledger:
        ledger.execute(statement)
        ledger.commit()
    with pytest.raises(ChainBroken) as broken:
        check(migration)
    assert broken.value.next_step
    assert broken.value.exit_code == 50


def test_an_older_copy_of_the_ledger_is_noticed(at, road):
    migration = at(Stage.VERIFIED)
    shutil.copy(road.at(Stage.LOAD_REQUESTED) / "ledger.sqlite", migration.folder)
    with pytest.raises(ChainBroken):
        check(migration)


def test_a_head_record_of_another_key_is_noticed(at, monkeypatch):
    migration = at(Stage.VERIFIED)
    monkeypatch.setenv("PERIO_KEY", "HyAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4=")
    with pytest.raises(ChainBroken):
        check(migration)


def test_every_signature_stands_in_the_log_with_who_and_when(at):
    migration = at(Stage.VERIFIED)
    with migration.opened(lock=False) as bench:
        signatures = bench.ledger.signatures()
        events = bench.ledger.events()
    said = {
        (row["actor"], row["subject"].split(" ")[0])
        for row in events.filter(events["action"] == "sign").iter_rows(named=True)
    }
    assert said == {(each.user, each.gate.value) for each in signatures}
    assert {each.gate for each in signatures} >= {Gate.MAP, Gate.SAMPLE, Gate.LOAD}
