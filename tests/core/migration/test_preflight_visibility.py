"""What visibility hides, from what the account tells of its users."""

from dataclasses import replace

import pytest

from core.lifecycle import Stage
from core.migration import preparing
from core.migration.preflight import PREFLIGHT, Severity, findings_of
from core.migration.preflight_visibility import VISIBILITY, visibility_findings
from core.ports import Standing, User

ANNA = User(1, "Anna", "anna@example.com", True, True, sees_all=True, group_id=1)  # noqa: FBT003
BEN = User(2, "Ben", "ben@example.com", True, False, group_id=2)  # noqa: FBT003
GONE = User(3, "Gone", "gone@example.com", False, False, group_id=3)  # noqa: FBT003
STANDING = Standing("Bright Smiles", "bright", ANNA, (ANNA, BEN, GONE), 0, 20, 30_000, 29_000)


def test_nothing_is_hidden_from_an_admin_of_the_records():
    hidden, ours = visibility_findings(STANDING)
    assert (hidden.about, hidden.severity) == (VISIBILITY, Severity.GOOD)
    assert ours.severity is Severity.NOTE
    assert "in 2 visibility groups" in ours.said
    assert ours.next_step


@pytest.mark.parametrize(
    ("user", "users", "words"),
    [
        (BEN, (ANNA, BEN, GONE), "one of the 1 other visibility groups"),
        (replace(ANNA, sees_all=False), (ANNA, GONE), "no other group hides more"),
        (replace(BEN, group_id=None), (ANNA, BEN), "so may those be"),
    ],
)
def test_what_is_hidden_from_another_user_is_a_warning_with_the_groups_in_use(user, users, words):
    hidden, _ = visibility_findings(replace(STANDING, user=user, users=users))
    assert hidden.severity is Severity.WARNING
    assert words in hidden.said
    assert "admin of Deals" in hidden.next_step
    assert not [one for one in users if one.name in hidden.said or one.email in hidden.said]


def test_an_admin_of_another_part_and_a_regular_user_are_told_apart():
    other = visibility_findings(replace(STANDING, user=replace(ANNA, sees_all=False)))[0]
    assert "other parts of the account alone" in other.said
    assert "a regular user" in visibility_findings(replace(STANDING, user=BEN))[0].said


def test_what_is_kept_of_the_account_names_nobody_and_holds_what_a_regular_user_may(at):
    migration = at(Stage.CREATED)
    regular = replace(STANDING, user=BEN, permissions=frozenset({"can_use_api", "can_a"}))
    with migration.opened(lock=False) as bench:
        preparing.keep_standing(bench.passage(), regular)
    kept = migration.kept("standing")
    assert kept["permissions"] == ["can_a", "can_use_api"]
    assert "Ben" not in str(kept)


def test_a_check_says_what_visibility_hides(at):
    migration = at(Stage.CREATED)
    migration.take(preparing.check)
    kept = {each.about: each for each in findings_of(migration.kept(PREFLIGHT))}
    assert kept[VISIBILITY].severity is Severity.GOOD
    assert kept["who sees ours"].next_step
