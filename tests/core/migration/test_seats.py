"""Which provider is which user."""

import polars as pl

from core.crosswalk.mapping import ColumnMap, SchemaMap, TableMap
from core.lifecycle import Stage
from core.migration import seats
from core.ports import Standing, User

USERS = pl.DataFrame(
    {
        "name": ["Anna", "Gone"],
        "email": ["Anna@example.com", "gone@example.com"],
        "is_active": [True, False],
    }
)
PROVIDERS = pl.DataFrame(
    [
        ("D1", "Alder", "Anna", "Periodontics", "anna@example.com", "1"),
        ("D2", "Birch", "Bo", None, "bo@example.com", "true"),
        ("H1", "Cedar", None, "Dental hygiene", "gone@example.com", None),
        ("H2", None, None, None, "anna@example.com", "false"),
    ],
    schema=seats.PROVIDER_SCHEMA,
    orient="row",
)


def test_active_users_are_matched_by_email_and_the_others_by_hand_or_not():
    found = seats.seats(PROVIDERS, USERS, {"D2": "anna@example.com", "H1": "gone@example.com"})
    assert {row["provider_key"]: (row["email"], row["how"]) for row in found.to_dicts()} == {
        "H1": ("", "nobody"),
        "H2": ("", "nobody"),
        "D1": ("Anna@example.com", "by e-mail"),
        "D2": ("Anna@example.com", "by hand"),
    }
    assert found["how"].to_list()[:2] == ["nobody", "nobody"]
    assert found.filter(pl.col("provider_key") == "H2")["name"][0] == "H2"


def test_a_match_by_hand_is_kept_in_the_map_and_taken_back():
    one = seats.with_users(SchemaMap(), {"D2": "anna@example.com"})
    assert one.users == {"D2": "anna@example.com"}
    assert one.digest() != SchemaMap().digest()
    assert seats.with_users(one, {"D2": ""}).users == {}


def test_providers_are_found_as_the_map_was_proposed():
    table = TableMap(
        "PROV",
        "provider",
        columns=(ColumnMap("ID", "provider_key"), ColumnMap("LN", "last_name"), ColumnMap("X")),
    )
    frame = pl.DataFrame({"ID": ["D1", None], "LN": ["Alder", "Nobody"], "X": ["", ""]})
    found = seats.provider_rows(SchemaMap(tables=(table,)), {"PROV": frame})
    assert found.rows() == [("D1", "Alder", None, None, None, None)]
    assert seats.provider_rows(SchemaMap(), {}).is_empty()


def test_users_and_providers_are_kept_for_who_matches_them(at):
    migration = at(Stage.MAP_PROPOSED)
    assert migration.vault(seats.USERS)["email"].len() > 1
    assert migration.vault(seats.PROVIDERS).height == 5
    with migration.opened(lock=False) as bench:
        known = seats.known_providers(bench.vault)
        assert known is not None
        assert known.height == 5


def test_no_provider_is_known_before_a_map_was_proposed(at):
    with at(Stage.DISCOVERED).opened(lock=False) as bench:
        assert seats.known_providers(bench.vault) is None


def test_a_company_without_users_has_none(at):
    alone = User(1, "A", "a@example.com", is_active=True, is_admin=True)
    with at(Stage.CREATED).opened(lock=False) as bench:
        seats.keep_users(bench.vault, Standing("C", "", alone, (), 0, 20, None, None))
        assert bench.vault.get(seats.USERS).is_empty()
