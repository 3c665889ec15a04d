import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from core.migration.observation import View, merkle_root, snapshot_roots
from core.vocabulary.field import CrmObject


def digests(rows):
    """record_id, ref, digest of live records."""
    schema = {"record_id": pl.Int64, "ref": pl.String, "digest": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def view_of(rows):
    return View({}, {name: digests(rows if name is CrmObject.DEAL else []) for name in CrmObject})


LEAVES = st.lists(
    st.tuples(st.integers(1, 99), st.text("0123456789abcdef", max_size=4)), max_size=9
)


@settings(deadline=None)
@given(LEAVES)
def test_equal_records_have_an_equal_root(leaves):
    rows = [(record_id, None, digest) for record_id, digest in leaves]
    assert merkle_root(digests(rows)) == merkle_root(digests(rows))


@settings(deadline=None)
@given(LEAVES, LEAVES)
def test_other_records_have_another_root(one, two):
    first, second = (
        merkle_root(digests([(record_id, None, digest) for record_id, digest in leaves]))
        for leaves in (one, two)
    )
    assert (first == second) == (one == two)


def test_no_records_have_no_root():
    assert merkle_root(digests([])) == ""


def test_a_node_never_passes_for_a_leaf():
    one = merkle_root(digests([(1, None, "a"), (2, None, "b")]))
    assert one != merkle_root(digests([(1, None, "a"), (2, None, "b"), (2, None, "b")]))


def test_a_snapshot_leaves_out_what_is_ours_and_the_order_of_the_walk():
    theirs = [(1, None, "a"), (3, None, "c")]
    with_ours = [(3, None, "c"), (2, "m" + "0" * 24, "b"), (1, None, "a")]
    assert snapshot_roots(view_of(theirs)) == snapshot_roots(view_of(with_ours))
    assert snapshot_roots(view_of(theirs))["deal"][0] == 2


def test_a_search_may_stop_at_the_largest_id_that_was_seen():
    floors = view_of([(7, None, "a"), (3, None, "b")]).floors()
    assert floors["deal"] == 7
    assert floors["person"] == 0
