"""What each convention writes down reads back as what was found in the mouth.

Rule of the house: each decoder knows its convention from its description, not from its writer.
"""

from copy import deepcopy
from importlib import import_module

from core.practice.conventions.planted import ROLES
from tests.core.practice.conventions.mouths import expected, plant

ALL_TEETH = frozenset(range(1, 33))
WITHOUT_STRANGE_TEETH = {"i", "j", "k"}
WITHOUT_MGJ = {"b", "f", "g"}
WIDTHS = {"h": 3}
"""How much of a planted text a cell holds."""
SIGNS = {"j": {"depth": "?", "margin": "??"}}
"""What stands for any planted text in a cell of one sign or two."""


def decoded_by_itself(written):
    name = f"tests.core.practice.conventions.decode_{written.convention.name}"
    return import_module(name).decode(written.connection)


def stands_in(written, fault):
    """Whether the truth lists a planted cell, and not among what cannot be expressed."""
    key = "|".join(map(str, fault.key))
    return not any(
        (one["key"], one["site"], one["what"]) == (key, fault.site, fault.rule)
        for one in written.truth["not_expressible"]
    )


def test_a_chart_reads_back_as_what_was_found(written):
    name = written.convention.name
    teeth = ALL_TEETH if name in WITHOUT_STRANGE_TEETH else None
    wanted = deepcopy(expected(written.practice, teeth))
    if name in WITHOUT_MGJ:
        for exam in wanted.values():
            for said in exam.values():
                said.measures.pop("mgj", None)
    planted = 0
    for fault in written.practice.faults:
        is_cell = fault.entity == "site_reading" and fault.site and fault.rule != "duplicate"
        if is_cell and stands_in(written, fault):
            cell = fault.written[: WIDTHS.get(name)].strip()
            if name in SIGNS:
                cell = SIGNS[name][fault.key[2]]
            number = int(cell) if cell.isdigit() else cell
            plant(wanted, written.practice, fault, number)
            planted += 1
    found = decoded_by_itself(written)
    assert found.exams.keys() == wanted.keys()
    for exam, mouth in wanted.items():
        assert found.exams[exam] == mouth, exam
    listed = [e for e in written.truth["rejected"] if e["site"] is not None]
    assert len(listed) == planted
    charts = {table.name for table in written.convention.charts((), (), 1).tables()}
    repeats = [e for e in written.truth["rejected"] if e["rule"] == "duplicate"]
    assert found.repeats == sum(e["table"] in charts for e in repeats)


def test_a_planted_cell_is_listed_in_the_column_of_its_measure(written):
    columns = {
        (m.table, m.column): m.field for m in written.convention.charts((), (), 1).meanings()
    }
    allowed = {*ROLES.values(), "value"}
    for entry in written.truth["rejected"]:
        if entry["site"] is not None:
            assert columns[entry["table"], entry["column"]] in allowed
