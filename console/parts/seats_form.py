"""Which provider is which user of the destination: shown where e-mail tells, asked where not.

Rule of the house: nobody is made a user; who has none stays named on the deals.
"""

import polars as pl
import streamlit as st

from console import desk
from console.parts.data_table import data_table
from console.parts.empty_state import empty_state
from console.parts.map_changes import save
from console.parts.markup import plain
from core.crosswalk.mapping import SchemaMap
from core.migration.seats import BY_EMAIL, NOBODY, USERS, known_providers, seats, with_users
from core.ports import ConsoleUser

_HEADS = {"name": "Provider", "specialty": "Specialty", "email": "User", "how": "Matched"}
_NOBODY = "(nobody: the token's user is in charge)"


def seats_form(user: ConsoleUser, schema_map: SchemaMap, *, seen: str, is_open: bool) -> None:
    """Show who is who, and ask for those whom e-mail does not tell."""
    providers, users = known_providers(desk.desk().vault), desk.frame(USERS)
    if providers is None or users is None:
        empty_state(
            "Providers or users are not known yet.", "Run `./perio check`, then `./perio propose`."
        )
        return
    found = seats(providers, users, schema_map.users)
    without = found.filter(pl.col("how") == NOBODY).height
    st.caption(
        "A record's owner is the user of the provider in charge; without one it is the token's "
        f"user. {without} of {found.height} providers have no user. No seat is made for anyone."
    )
    data_table(found, _HEADS)
    asked = found.filter(pl.col("how") != BY_EMAIL)
    if is_open and asked.height:
        _ask(user, asked, users, seen)


def _ask(user: ConsoleUser, asked: pl.DataFrame, users: pl.DataFrame, seen: str) -> None:
    able = {"": _NOBODY}
    for name, email in users.filter("is_active").select("name", "email").iter_rows():
        able[email] = f"{name} ({email})"
    emails = list(able)
    with st.form("map_seats"):
        chosen = {}
        sides = st.columns(2, gap="medium")
        for place, row in enumerate(asked.iter_rows(named=True)):
            specialty = f" · {row['specialty']}" if row["specialty"] else ""
            chosen[row["provider_key"]] = sides[place % 2].selectbox(
                plain(f"{row['name']}{specialty}"),
                emails,
                index=emails.index(row["email"]),
                format_func=lambda email: able[email],
                key=f"map_seat_{row['provider_key']}",
            )
        is_sent = st.form_submit_button("Save the users", type="primary", key="map_seats_save")
    if is_sent:
        save(lambda old: with_users(old, chosen), what="users", by=user.name, seen=seen)
