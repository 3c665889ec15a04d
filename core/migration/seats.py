"""Which provider of the practice is which user of the destination, by e-mail or by hand.

Rule of the house: no seat is made for anyone; a provider without a user stays named on the deals.
"""

from collections.abc import Mapping
from dataclasses import replace

import polars as pl

from core.crosswalk.mapping import SchemaMap
from core.ports import Standing, Vault

PROVIDERS, USERS = "providers", "users"
"""Frames of the vault: providers as the map was proposed, and the destination's users."""

ACCEPTED = "vocabulary/provider"
"""The providers once the practice was read by a confirmed map."""

_SHOWN = ("provider_key", "last_name", "first_name", "specialty", "email", "is_active")
PROVIDER_SCHEMA = dict.fromkeys(_SHOWN, pl.String())
SEATS_SCHEMA = {
    "provider_key": pl.String(),
    "name": pl.String(),
    "specialty": pl.String(),
    "email": pl.String(),
    "how": pl.String(),
}
"""One row a provider; `email` is the matching user's, `how` is by e-mail, by hand or nobody."""

_USER_SCHEMA = {
    "user_id": pl.Int64(),
    "name": pl.String(),
    "email": pl.String(),
    "is_active": pl.Boolean(),
    "is_admin": pl.Boolean(),
}

BY_EMAIL, BY_HAND, NOBODY = "by e-mail", "by hand", "nobody"
_NO = ("0", "N", "NO", "F", "FALSE")


def keep_users(vault: Vault, standing: Standing) -> None:
    """Keep the destination's users, encrypted, for who matches them."""
    rows = [{name: getattr(user, name) for name in _USER_SCHEMA} for user in standing.users]
    vault.put(USERS, pl.DataFrame(rows, schema=_USER_SCHEMA))


def provider_rows(schema_map: SchemaMap, frames: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """The providers as a proposed map finds them, as text.

    Shape:
        -> (providers, PROVIDER_SCHEMA)
    """
    parts = [pl.DataFrame(schema=PROVIDER_SCHEMA)]
    for table in schema_map.of_entity("provider"):
        places = {column.field: column.name for column in table.columns if column.field}
        parts.append(
            frames[table.name].select(
                (pl.col(places[name]) if name in places else pl.lit(None, pl.String())).alias(name)
                for name in _SHOWN
            )
        )
    return pl.concat(parts).filter(pl.col("provider_key").is_not_null())


def known_providers(vault: Vault) -> pl.DataFrame | None:
    """The providers as they are known now: as accepted, else as proposed; None before that."""
    for name in (ACCEPTED, PROVIDERS):
        if vault.has(name):
            return vault.get(name).select(pl.col(list(_SHOWN)).cast(pl.String))
    return None


def seats(providers: pl.DataFrame, users: pl.DataFrame, by_hand: Mapping[str, str]) -> pl.DataFrame:
    """Who is who, those without a user first.

    Args:
        providers: `known_providers`.
        users: The destination's users.
        by_hand: Provider key -> e-mail, as the map has it.

    Shape:
        -> (providers, SEATS_SCHEMA)
    """
    active = users.filter("is_active")["email"]
    emails = {str(email).lower(): str(email) for email in active}
    rows = [_seat(row, emails, by_hand) for row in providers.iter_rows(named=True)]
    frame = pl.DataFrame(rows, schema=SEATS_SCHEMA, orient="row")
    return frame.sort(pl.col("how") != NOBODY, "name")


def _seat(
    row: Mapping[str, str | None], emails: Mapping[str, str], by_hand: Mapping[str, str]
) -> tuple[str, str, str, str, str]:
    key = str(row["provider_key"])
    name = " ".join(part for part in (row["first_name"], row["last_name"]) if part) or key
    told = (key, name, row["specialty"] or "")
    if found := emails.get(by_hand.get(key, "").lower()):
        return (*told, found, BY_HAND)
    is_here = (row["is_active"] or "").upper() not in _NO
    if is_here and (found := emails.get((row["email"] or "").lower())):
        return (*told, found, BY_EMAIL)
    return (*told, "", NOBODY)


def with_users(schema_map: SchemaMap, chosen: Mapping[str, str]) -> SchemaMap:
    """The map with users matched by hand; an empty e-mail takes a match back."""
    users = {**schema_map.users, **chosen}
    return replace(schema_map, users={key: email for key, email in users.items() if email})
