"""What a language model would be asked, and what its answer may do."""

import json

import pytest

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.matching.answers import TICKED
from core.matching.asking import MOST_CANDIDATES, advised, answers_in, requests_for

ASKED = SchemaMap(
    tables=(
        TableMap(
            "P",
            "patient",
            columns=(
                ColumnMap("A", "last_name", score=0.8, reasons="r", alternatives=("first_name",)),
                ColumnMap("B", reasons="r", alternatives=("city", "state")),
                ColumnMap("C", "email", score=0.99, reasons="r", decided_by="ada"),
            ),
        ),
    )
)


def columns(proposal: SchemaMap) -> dict[str, ColumnMap]:
    return {one.name: one for one in proposal.tables[0].columns}


@pytest.fixture(scope="module")
def asked(panda):
    return panda.inventory(), panda.proposal()


def test_a_request_names_every_unsure_column_and_no_sure_one(asked):
    inventory, proposal = asked
    requests = {one.table: json.loads(one.text) for one in requests_for(inventory, proposal)}
    for table in proposal.tables:
        unsure = [c.name for c in table.columns if not c.is_answered or c.score < TICKED]
        if table.entity and unsure:
            assert [one["column"] for one in requests[table.name]["columns"]] == unsure
        else:
            assert table.name not in requests
    for request in requests.values():
        for column in request["columns"]:
            assert column["candidates"][-1] == "NONE"
            assert len(column["candidates"]) <= MOST_CANDIDATES + 1


def test_no_value_and_no_count_of_the_practice_is_in_a_request(panda, asked):
    inventory, proposal = asked
    for request in requests_for(inventory, proposal):
        said = json.loads(request.text)
        known = {word for one in said["columns"] for word in one["candidates"]}
        told = " ".join(str(part) for one in said["columns"] for part in one.values())
        for name, cells in panda.frames[request.table].to_dict(as_series=False).items():
            values = {text for text in cells if text and len(text) > 3} - known
            assert not [text for text in values if text in told and text not in name], name
        assert set(said) == {"task", "table", "holds", "columns"}
        assert {key for one in said["columns"] for key in one} == {
            *("column", "type", "values are", "is key", "refers to", "filled", "different"),
            "candidates",
        }


@pytest.mark.parametrize("reply", ["", "no JSON", "[1]", '{"B": "patient_key"}', '{"B": 3}'])
def test_an_answer_that_was_not_offered_is_no_answer(reply):
    assert answers_in(reply, ASKED, "P") == {}


def test_an_answer_becomes_the_first_alternative_and_never_a_proposal():
    answers = answers_in('{"A": "first_name", "B": "state", "X": "city"}', ASKED, "P")
    made = advised(ASKED, "P", answers)
    assert made.digest() == ASKED.digest()
    found = columns(made)
    assert (found["A"].field, found["A"].alternatives) == ("last_name", ("first_name",))
    assert (found["B"].field, found["B"].alternatives) == ("", ("state", "city"))
    assert found["B"].reasons.endswith("a language model suggests state")
    assert not [one for one in found.values() if one.score >= TICKED and not one.decided_by]


def test_an_answer_that_agrees_is_a_reason_and_raises_no_score():
    found = columns(advised(ASKED, "P", {"A": "last_name", "B": "NONE", "C": "city"}))
    assert found["A"].score == 0.8
    assert found["A"].reasons == "r; a language model says so too"
    assert (found["B"], found["C"]) == (columns(ASKED)["B"], columns(ASKED)["C"])
