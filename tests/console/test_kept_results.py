"""What the console keeps of a frame, and when it looks again."""

import polars as pl

from console import desk, warming
from console.parts import review_rows
from console.shaping.review import Filter
from tests.console import factories


def test_a_result_is_worked_out_once_and_again_when_the_frame_was_put_again(place):
    asked: list[int] = []

    def height(rows: pl.DataFrame) -> int:
        asked.append(rows.height)
        return rows.height

    assert desk.worked("changes", height, "height") is None
    place.vault.put("changes", factories.changes())
    assert [desk.worked("changes", height, "height") for _ in range(3)] == [5, 5, 5]
    place.vault.put("changes", factories.changes().head(2))
    assert desk.worked("changes", height, "height") == 2
    assert asked == [5, 2]


def test_an_event_alone_makes_nothing_be_read_again(place):
    place.vault.put("changes", factories.changes())
    first = desk.frame("changes")
    place.ledger.audit("sign in", actor="clara")
    assert desk.frame("changes") is first


def test_no_more_than_a_few_results_are_kept(place):
    place.vault.put("changes", factories.changes())
    asked: list[int] = []

    def noted(rows: pl.DataFrame) -> int:
        asked.append(rows.height)
        return rows.height

    for turn in (0, 1):
        for number in range(desk.KEPT_RESULTS + 1):
            assert desk.worked("changes", noted, number) == 5
        assert len(asked) == (turn + 1) * (desk.KEPT_RESULTS + 1)


def test_the_first_screen_is_ready_before_somebody_asks(place):
    factories.furnish(place, patients=3)
    warming.begin().join()
    clara = review_rows.reader("clara")
    records = review_rows.rows(clara, review_rows.RECORDS, Filter())
    assert records is review_rows.rows(clara, review_rows.RECORDS, Filter())
    assert records.height == 9


def test_a_console_without_a_sample_starts_all_the_same(place):
    warming.begin().join()
    clara = review_rows.reader("clara")
    assert review_rows.cells(clara) is None
