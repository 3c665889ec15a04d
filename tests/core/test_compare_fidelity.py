"""A loss is never called harmless, and a value that is only written otherwise never a loss."""

import html
import json
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.compare import Charts, DiffClass, classify, compare_charts, same, unequal_cells
from core.compare.classes import HARMLESS
from core.destinations.pipedrive.custom import Custom
from core.destinations.pipedrive.dialect import Dialect
from core.destinations.pipedrive.parse import parse
from core.destinations.pipedrive.places import Site
from core.vocabulary import CrmObject, Field, Reads, SiteReading, ToothFinding
from core.vocabulary.record import link_fields, record_fields
from deployments.bench import fidelity
from deployments.bench.fidelity_case import record

LAW = settings(deadline=None, max_examples=25)
TEXT = Field("A text.", pl.String())
LIST = Field("A list.", pl.String(), reads=Reads.LIST)
CODE = Field("A code.", pl.String(), reads=Reads.CODE)
EMAIL = Field("An address.", pl.String(), reads=Reads.EMAIL, is_empty_null=True)
PHONE = Field("A phone.", pl.String(), reads=Reads.PHONE, is_empty_null=True)
JSON = Field("A record.", pl.String(), reads=Reads.JSON)
TOOTH = Field("A tooth.", pl.String(), reads=Reads.TOOTH)
COUNT = Field("A count.", pl.Int64())
STAGE = Field("A stage.", pl.Int64(), reads=Reads.CODE)
AMOUNT = Field("An amount.", pl.Decimal(38, 4))
MARK = Field("A mark.", pl.Boolean())
DAY = Field("A day.", pl.Date())
CLOCK = Field("A time.", pl.Time())
EVERY_TEXT = (TEXT, LIST, CODE, EMAIL, PHONE, JSON, TOOTH)

LETTERS = "abcdefghijklmnopqrstuvwxyzäöüéñłŁÅ"
WORD = st.text(LETTERS, min_size=1, max_size=8)
WORDS = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
LINES = st.lists(WORDS, min_size=1, max_size=4).map("\n".join)
ANY_LINES = st.lists(
    st.text(LETTERS + "<>&\"' .,-0123456789", min_size=1, max_size=12), min_size=1, max_size=4
).map("\n".join)
DIGITS = st.text("0123456789", min_size=10, max_size=10).filter(lambda text: text[0] not in "01")


def kind_of(field, found, wanted):
    """What the comparison says of one cell; None when it calls it equal."""
    here, there = (
        pl.DataFrame({"ref": ["m1"], "cell": pl.Series([value], dtype=field.dtype)})
        for value in (found, wanted)
    )
    cells = unequal_cells(here, there, {"cell": field})
    return DiffClass(cells["diff_class"][0]) if cells.height else None


def is_loss(field, found, wanted):
    kind = kind_of(field, found, wanted)
    return kind is not None and kind not in HARMLESS


@pytest.mark.parametrize("case", fidelity.LOSSES, ids=lambda case: case.name)
def test_a_loss_is_caught_and_named(case):
    assert case.said() is case.diff_class
    assert fidelity.is_loss(case.said())


@pytest.mark.parametrize("case", fidelity.HARMLESS, ids=lambda case: case.name)
def test_a_value_written_otherwise_raises_no_alarm(case):
    assert case.said() is case.diff_class
    assert not fidelity.is_loss(case.said())


def test_the_figures_count_what_the_cases_say():
    assert fidelity.figures() == {
        "losses": 16,
        "caught": 16,
        "right_class": 16,
        "harmless": 15,
        "false_alarms": 0,
    }


MORE_LOSSES = [
    (PHONE, "555-0124", "555-0123", DiffClass.WRONG_VALUE),
    (PHONE, "503 555 0123", "503 555 0123 x4", DiffClass.TRUNCATED),
    (PHONE, "503 555 0123", "503 555 0123 ask for Ann", DiffClass.TRUNCATED),
    (PHONE, "+44 20 7946 0123", "20 7946 0123", DiffClass.WRONG_VALUE),
    (EMAIL, "ann@example.org", "ann@example.com", DiffClass.WRONG_VALUE),
    (EMAIL, None, "ann@example.com", DiffClass.VALUE_LOST),
    (CODE, "4341", "04341", DiffClass.WRONG_CODE),
    (CODE, "523.4", "523.40", DiffClass.TRUNCATED),
    (CODE, "d4341", "D4341", DiffClass.LETTER_CASE),
    (CODE, "10.10", "10.1", DiffClass.WRONG_CODE),
    (TEXT, None, "0", DiffClass.NULL_OR_ZERO),
    (TEXT, "0", None, DiffClass.NULL_OR_ZERO),
    (TEXT, "", None, DiffClass.VALUE_ADDED),
    (TEXT, None, "", DiffClass.VALUE_LOST),
    (TEXT, "None", None, DiffClass.SENTINEL),
    (TEXT, "-2", "2", DiffClass.SIGN),
    (TEXT, "12.5", "12.75", DiffClass.WRONG_VALUE),
    (TEXT, "7.50", "007.5", DiffClass.WRONG_VALUE),
    (TEXT, "Depth was ...", "Depth was taken", DiffClass.TRUNCATED),
    (TEXT, "Depth was…", "Depth was taken", DiffClass.TRUNCATED),
    (TEXT, "2024-03-04T09:30:00Z", "2024-03-04T17:30:00Z", DiffClass.TIME_ZONE),
    (TEXT, "2024-03-04T17:31:00Z", "2024-03-04T17:30:00Z", DiffClass.WRONG_VALUE),
    (TEXT, "&amp;lt;", "<", DiffClass.MARKUP),
    (TEXT, "a  b", "a b", DiffClass.WRONG_VALUE),
    (TEXT, "  a\n  b", "  a\nb", DiffClass.WRONG_VALUE),
    (LIST, "a\na\nb", "a\nb\nb", DiffClass.WRONG_VALUE),
    (LIST, "b, a | 1\nc", "a, b | 1\nc", DiffClass.WRONG_VALUE),
    (JSON, '{"pd":[2,3]}', '{"pd":[3,2]}', DiffClass.WRONG_VALUE),
    (JSON, '{"pd":3}', '{"pd":"3"}', DiffClass.WRONG_VALUE),
    (JSON, '{"n":9007199254740992}', '{"n": 9007199254740993}', DiffClass.WRONG_VALUE),
    (JSON, '{"n":1,"n":2}', '{"n":2}', DiffClass.WRONG_VALUE),
    (JSON, "not JSON", "{}", DiffClass.WRONG_VALUE),
    (TOOTH, "18", "1", DiffClass.NUMBERING),
    (TOOTH, "1", "18", DiffClass.NUMBERING),
    (TOOTH, "2", "1", DiffClass.WRONG_VALUE),
    (COUNT, -1, None, DiffClass.SENTINEL),
    (COUNT, 99, None, DiffClass.SENTINEL),
    (COUNT, 0, None, DiffClass.NULL_OR_ZERO),
    (COUNT, None, 0, DiffClass.NULL_OR_ZERO),
    (COUNT, 105, -5, DiffClass.SENTINEL),
    (COUNT, 3, -3, DiffClass.SIGN),
    (COUNT, 4, 3, DiffClass.WRONG_VALUE),
    (STAGE, 3, 4, DiffClass.WRONG_CODE),
    (STAGE, -3, 3, DiffClass.WRONG_CODE),
    (MARK, None, False, DiffClass.NULL_OR_ZERO),
    (MARK, False, None, DiffClass.NULL_OR_ZERO),
    (MARK, True, False, DiffClass.WRONG_VALUE),
    (MARK, None, True, DiffClass.VALUE_LOST),
    (DAY, date(1900, 1, 1), None, DiffClass.SENTINEL),
    (DAY, date(1900, 1, 1), date(1961, 4, 1), DiffClass.SENTINEL),
    (DAY, date(1961, 1, 4), date(1961, 4, 1), DiffClass.WRONG_VALUE),
    (CLOCK, time(1, 30), time(23, 30), DiffClass.TIME_ZONE),
    (CLOCK, time(9, 31), time(17, 30), DiffClass.WRONG_VALUE),
]


@pytest.mark.parametrize(("field", "found", "wanted", "kind"), MORE_LOSSES)
def test_a_changed_value_is_a_loss_of_its_kind(field, found, wanted, kind):
    assert kind_of(field, found, wanted) is kind
    assert kind not in HARMLESS


@pytest.mark.parametrize(
    ("text", "shortest"),
    [
        ('{"b": 1.0, "a": [1, null]}', '{"a": [{"number": "1"}, null], "b": {"number": "1.0"}}'),
        ('{"a": 1, "a": 2}', None),
        ("[" * 100_000, None),
        ("not JSON", None),
    ],
)
def test_a_json_text_is_read_without_a_float_or_not_at_all(text, shortest):
    assert same.canonical(text) == shortest


@pytest.mark.parametrize(
    ("field", "found", "wanted"),
    [
        (PHONE, "15035550123", "(503) 555-0123"),
        (PHONE, "(503) 555\u20110123 Ext 4", "503-555-0123x4"),
        (PHONE, "", None),
        (EMAIL, None, " "),
        (CODE, "D4341 ", "D4341"),
        (TEXT, "\ufeffS: bleeds", "S: bleeds"),
        (TEXT, "a \nb", "a\nb"),
        (TEXT, "Zoe\u0308 &amp; Bo\r\n", "Zoë & Bo"),
        (TEXT, "&#246;", "ö"),
        (TEXT, "<", "&lt;"),
        (TEXT, "12", "12.0"),
        (TEXT, "2024-03-04 17:30Z", "2024-03-04T17:30:00.000+00:00"),
        (LIST, "Tori; Abfraction", "Abfraction;Tori"),
        (JSON, '{"b": 1, "a": [1, 2]}', '{"a":[1,2],"b":1}'),
    ],
)
def test_what_says_the_same_is_harmless_both_ways(field, found, wanted):
    assert kind_of(field, found, wanted) in HARMLESS
    assert kind_of(field, wanted, found) in HARMLESS


@pytest.mark.parametrize("field", EVERY_TEXT)
@LAW
@given(ANY_LINES, st.data())
def test_a_text_that_lost_a_letter_or_a_digit_is_a_loss(field, text, pick):
    spots = [place for place, sign in enumerate(text) if sign.isalnum()]
    assume(spots)
    spot = pick.draw(st.sampled_from(spots))
    cut = text[:spot] + text[spot + 1 :]
    # a nought behind a decimal point, or a 1 before a number, says nothing
    assume(not (text[spot] in "01" and field.reads in {Reads.TEXT, Reads.PHONE}))
    assert is_loss(field, cut, text)
    assert is_loss(field, text, cut)


@pytest.mark.parametrize("field", EVERY_TEXT)
@LAW
@given(LINES, st.data())
def test_a_text_with_another_letter_is_a_loss(field, text, pick):
    spot = pick.draw(st.sampled_from([n for n, sign in enumerate(text) if sign.isalpha()]))
    other = pick.draw(st.sampled_from("qzx").filter(lambda sign: sign != text[spot]))
    assert is_loss(field, text[:spot] + other + text[spot + 1 :], text)


@pytest.mark.parametrize("field", EVERY_TEXT)
@LAW
@given(LINES, st.integers(1, 20))
def test_a_text_cut_short_is_a_loss(field, text, by):
    kept = text[: max(0, len(text) - by)]
    assume(kept.strip() != text.strip())
    assert is_loss(field, kept, text)
    assert is_loss(field, f"{kept}…", text)


@LAW
@given(st.lists(WORDS, min_size=2, max_size=5, unique=True), st.randoms())
def test_lines_in_another_order_are_a_loss_but_in_a_list(lines, chance):
    turned = lines[:]
    chance.shuffle(turned)
    assume(turned != lines)
    found, wanted = "\n".join(turned), "\n".join(lines)
    assert kind_of(TEXT, found, wanted) is DiffClass.ORDER_LOST
    assert kind_of(LIST, found, wanted) is DiffClass.ORDER


ENCODINGS = {
    "padded": lambda text: f"  {text} ",
    "lines": lambda text: text.replace("\n", "\r\n"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "named": html.escape,
    "blanks": lambda text: text.replace(" ", "\u00a0"),
    "ends": lambda text: text.replace("\n", "  \n"),
}


@pytest.mark.parametrize("field", EVERY_TEXT)
@LAW
@given(ANY_LINES, st.lists(st.sampled_from(sorted(ENCODINGS)), min_size=1, max_size=4, unique=True))
def test_a_text_encoded_otherwise_is_no_loss(field, text, names):
    found = text
    for name in sorted(names):
        found = ENCODINGS[name](found)
    assert not is_loss(field, found, text)


@LAW
@given(DIGITS, st.sampled_from(["({}) {}-{}", "{}.{}.{}", "+1 {} {} {}", "1-{}-{}-{}", "{}{}{}"]))
def test_a_phone_set_otherwise_is_no_loss_and_another_number_is(digits, form):
    parts = digits[:3], digits[3:6], digits[6:]
    assert not is_loss(PHONE, form.format(*parts), digits)
    other = str((int(digits) + 1) % 10**10).zfill(10)
    assert is_loss(PHONE, form.format(other[:3], other[3:6], other[6:]), digits)


@LAW
@given(
    st.integers(0, 2**31).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(-14, 14),
    st.integers(-14, 14),
)
def test_an_instant_told_in_another_zone_is_no_loss_and_a_shifted_one_is(moment, hours, shift):
    wanted = moment.isoformat()
    there = moment.astimezone(timezone(timedelta(hours=hours)))
    assert not is_loss(TEXT, there.isoformat(), wanted)
    assert not is_loss(TEXT, there.isoformat(sep=" "), wanted)
    if shift:
        shifted = (there + timedelta(hours=shift)).isoformat()
        assert kind_of(TEXT, shifted, wanted) is DiffClass.TIME_ZONE


@LAW
@given(
    st.dictionaries(WORD, st.integers() | st.none() | WORD | st.lists(st.integers()), min_size=1)
)
def test_a_json_written_otherwise_is_no_loss_and_another_one_is(record):
    turned = json.dumps(dict(reversed(record.items())), indent=1, ensure_ascii=True)
    assert not is_loss(JSON, turned, json.dumps(record))
    name = next(iter(record))
    assert is_loss(JSON, json.dumps({**record, name: "another"}), json.dumps(record))


@LAW
@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_unequal_integers_are_never_called_equal(found, wanted):
    assert (kind_of(COUNT, found, wanted) is None) == (found == wanted)
    assert found == wanted or is_loss(COUNT, found, wanted)


@LAW
@given(
    st.integers(-(10**33), 10**33), st.sampled_from([1, -1, 2, 2**10]), st.sampled_from([0, 1, 4])
)
def test_unequal_decimals_beyond_64_bits_are_never_called_equal(number, apart, places):
    wanted, found = Decimal(f"{number}e-{places}"), Decimal(f"{number + apart}e-{places}")
    assert is_loss(AMOUNT, found, wanted)
    assert kind_of(AMOUNT, wanted, wanted) is None


@LAW
@given(st.integers(2**53, 2**63 - 2048), st.integers(0, 3))
def test_an_integer_that_came_as_a_float_is_told_from_its_neighbours(number, more):
    found = pl.DataFrame({"ref": ["m1"], "cell": [float(number)]})
    wanted = pl.DataFrame({"ref": ["m1"], "cell": [number + more]})
    cells = unequal_cells(found, wanted, {"cell": COUNT})
    assert cells.is_empty() == (int(float(number)) == number + more)


def test_a_number_of_another_type_is_equal_only_when_it_is_the_same_number():
    refs = ["m1", "m2", "m3", "m4", "m5"]
    found = pl.DataFrame({"ref": refs, "cell": [12.5, 3.0, None, 1e300, 0.1]})
    exact = [Decimal("12.50"), Decimal("3.01"), None, Decimal(0), Decimal("0.10")]
    wanted = pl.DataFrame({"ref": refs, "cell": pl.Series(exact, dtype=pl.Decimal(12, 2))})
    cells = unequal_cells(found, wanted, {"cell": Field("An amount.", pl.Decimal(12, 2))})
    assert cells["ref"].to_list() == ["m2", "m4"]


@pytest.mark.parametrize("field", [*EVERY_TEXT, COUNT, AMOUNT, MARK, DAY, CLOCK])
def test_nothing_is_not_equal_to_a_value(field):
    value = {pl.Boolean(): True, pl.Date(): date(2024, 5, 6), pl.Time(): time(9)}.get(field.dtype)
    value = ("12" if field.dtype == pl.String else 12) if value is None else value
    assert kind_of(field, None, value) is DiffClass.VALUE_LOST
    assert kind_of(field, value, None) is DiffClass.VALUE_ADDED


@pytest.mark.parametrize("field", [TEXT, CODE, LIST, JSON, TOOTH])
def test_an_empty_text_is_none_only_where_the_vocabulary_says_so(field):
    assert is_loss(field, None, "")
    assert is_loss(field, "", None)
    assert kind_of(PHONE, "", None) is DiffClass.EMPTY


@LAW
@given(
    st.none() | st.text(),
    st.none() | st.text(),
    st.sampled_from([*EVERY_TEXT, COUNT, MARK, DAY, CLOCK]),
)
def test_any_two_texts_have_one_class_of_the_closed_list(found, wanted, field):
    frame = pl.DataFrame(
        {"before": [found], "after": [wanted]},
        schema={"before": pl.String(), "after": pl.String()},
    )
    classed = classify(frame, field)
    assert classed.height == 1
    assert DiffClass(classed["diff_class"][0])


@pytest.mark.parametrize("crm_object", CrmObject)
def test_what_a_link_points_to_is_never_harmless(crm_object):
    for path in link_fields(crm_object):
        field = record_fields(crm_object)[path]
        assert kind_of(field, "m1 ", "m1") is DiffClass.WRONG_LINK
        assert kind_of(field, "", None) is DiffClass.WRONG_LINK


OPTION = Custom("deal", "Plan Status", "enum", "k1", {"accepted": 37, "declined": 38})
REF = Custom("deal", "Migration Ref", "varchar", "k0")
ACCOUNT = Dialect(
    Site("https://example.pipedrive.com"),
    {CrmObject.DEAL: {"Plan Status": OPTION, "Migration Ref": REF}},
    "visit",
)


@pytest.mark.parametrize(
    ("crm_object", "path", "raw", "wanted", "is_equal"),
    [
        (CrmObject.DEAL, "treatment_plan.status", {"custom_fields": {"k1": 37}}, "accepted", True),
        (CrmObject.DEAL, "treatment_plan.status", {"custom_fields": {"k1": 38}}, "accepted", False),
        (CrmObject.DEAL, "treatment_plan.estimated_value", {"value": 12.5}, Decimal("12.50"), True),
        (CrmObject.DEAL, "treatment_plan.estimated_value", {"value": 12}, Decimal("12.50"), False),
        (CrmObject.ACTIVITY, "visit.due_at", {"due_time": "09:30"}, time(9, 30), True),
        (CrmObject.ACTIVITY, "visit.due_at", {"due_time": "01:30"}, time(9, 30), False),
    ],
)
def test_an_id_a_number_or_a_time_is_compared_as_what_it_means(
    crm_object, path, raw, wanted, is_equal
):
    found = parse(crm_object, [{"id": 1, **raw}], ACCOUNT, {}).with_columns(ref=pl.lit("m1"))
    case = record(crm_object, {path: wanted})
    fields = {path: record_fields(crm_object)[path]}
    assert unequal_cells(found, case, fields).is_empty() == is_equal


def chart(tooth=3, **readings):
    """Six readings of one tooth, or of several."""
    sites = ["MB", "B", "DB", "ML", "L", "DL"]
    columns = {"exam_key": ["e1"] * 6, "tooth": [tooth] * 6, "site": sites, **readings}
    rows = [
        pl.Series(name, columns.get(name, [None] * 6), dtype=dtype)
        for name, dtype in SiteReading.schema().items()
    ]
    return Charts(pl.DataFrame(rows), pl.DataFrame(schema=ToothFinding.schema()))


DEPTHS = st.lists(st.none() | st.integers(0, 12), min_size=6, max_size=6)


@LAW
@given(DEPTHS, DEPTHS)
def test_two_charts_differ_where_their_readings_do(found, wanted):
    cells = compare_charts(chart(probing_depth_mm=found), chart(probing_depth_mm=wanted))
    assert cells.height == sum(one != other for one, other in zip(found, wanted, strict=True))
    assert not set(cells["diff_class"]) & {name.value for name in HARMLESS}


@LAW
@given(DEPTHS, st.permutations(range(6)))
def test_readings_at_other_sites_are_the_order_and_no_sum_of_values(depths, order):
    turned = [depths[place] for place in order]
    cells = compare_charts(chart(probing_depth_mm=turned), chart(probing_depth_mm=depths))
    assert set(cells["diff_class"]) <= {DiffClass.ORDER_LOST.value}
    assert cells.is_empty() == (turned == depths)


@given(st.sampled_from([18, 11, 21, 31, 32, 36, 47, 26]))
@LAW
def test_a_tooth_under_its_other_number_is_said_for_each_of_its_sites(fdi):
    wanted = 1 + 8 * (fdi // 10 - 1) + (8 - fdi % 10 if fdi // 10 in {1, 3} else fdi % 10 - 1)
    depths = [3, 2, 4, 3, 2, 5]
    cells = compare_charts(
        chart(fdi, probing_depth_mm=depths), chart(wanted, probing_depth_mm=depths)
    )
    named = cells.filter(diff_class=DiffClass.NUMBERING.value)
    assert named["before"].to_list() == [str(fdi)] * 6
    assert named["after"].to_list() == [str(wanted)] * 6
    assert cells.filter(diff_class=DiffClass.MISSING_RECORD.value).height == 6


def test_equal_charts_differ_in_nothing():
    one = chart(probing_depth_mm=[3, 2, 4, 3, 2, 5])
    assert compare_charts(one, one).is_empty()


def test_a_finding_of_a_tooth_is_compared_too():
    schema = ToothFinding.schema()
    finding = {"exam_key": "e1", "tooth": 3, "mobility": "2", "is_missing": False}
    frames = [
        pl.DataFrame([{**finding, **more}], schema=schema)
        for more in ({}, {"mobility": "1", "is_missing": None})
    ]
    empty = pl.DataFrame(schema=SiteReading.schema())
    cells = compare_charts(Charts(empty, frames[1]), Charts(empty, frames[0]))
    assert cells.select("tooth", "site", "field", "diff_class").rows() == [
        (3, None, "tooth_finding.is_missing", DiffClass.NULL_OR_ZERO),
        (3, None, "tooth_finding.mobility", DiffClass.WRONG_VALUE),
    ]
