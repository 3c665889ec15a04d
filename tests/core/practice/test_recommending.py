"""Letters mostly recommend what the plan lists; those that do not are in the truth."""

import polars as pl

from core.clinical.procedures import in_words, of_code
from core.practice.procedures import _IMPLANT, _MAINTENANCE, _NON_SURGICAL, _SURGICAL
from core.practice.recommending import _OTHERS, ANOTHER


def test_what_a_usual_line_is_called_says_what_its_code_says():
    items = [
        item for menu in (_NON_SURGICAL, _SURGICAL, _IMPLANT, _MAINTENANCE) for item in menu.values
    ]
    frame = pl.DataFrame({"code": [i.code for i in items], "words": [i.description for i in items]})
    told = frame.select(
        "code", code_says=of_code(pl.col("code")), words_say=in_words(pl.col("words"))
    )
    for code, code_says, words_say in told.iter_rows():
        assert code_says in words_say, code


def test_what_a_letter_may_recommend_besides_has_the_codes_of_its_words():
    for words, codes in _OTHERS:
        frame = pl.DataFrame({"code": sorted(codes)}).with_columns(words=pl.lit(words))
        assert (
            frame.select(in_words(pl.col("words")).list.contains(of_code(pl.col("code"))))
            .to_series()
            .all()
        ), words


def test_a_practice_has_letters_that_recommend_what_no_plan_has(practice):
    planted = [one for one in practice.truth["kept"] if one["kind"] == ANOTHER]
    assert {one["table"] for one in planted} == {"Letter"}
    assert 1 <= len(planted) < 30
