"""Who may see which record.

Rule of the house: administrators and owners see everything of theirs; what others may not see is
left out of lists without a word.
"""

from typing import Final

from core.sandbox.account import Account
from core.sandbox.store import Kind, Stored

_OWNER_ONLY: Final = 1
_FOLLOWED: Final = {
    Kind.PERSON: "person_id",
    Kind.ORGANIZATION: "org_id",
    Kind.DEAL: "deal_id",
}
"""Kinds that have visibility, followers, and a link column of their own."""

_FOLLOWING: Final = (
    " OR id IN (SELECT {} FROM records WHERE kind = ? AND shelf = 'live'"
    " AND json_extract(CAST(body AS TEXT), '$.user_id') = ?)"
)


def _sees_all(account: Account, kind: Kind) -> bool:
    return account.is_admin or kind not in _FOLLOWED


def visible_clause(account: Account, kind: Kind) -> tuple[list[str], list[object]]:
    """What keeps a list to the records that whoever asks may see.

    All users of the account are in one visibility group, so that of all levels only "owner" hides
    anything; on the smaller plans it reads "owner and followers".
    """
    if _sees_all(account, kind):
        return [], []
    inside = "json_extract(CAST(body AS TEXT), '$.{}')"
    clause = f"({inside.format('visible_to')} <> ? OR {inside.format('owner_id')} = ?"
    values: list[object] = [_OWNER_ONLY, account.me["id"]]
    if has_followers_level(account):
        clause += _FOLLOWING.format(_FOLLOWED[kind])
        values += [Kind.FOLLOWER, account.me["id"]]
    return [f"{clause})"], values


def has_followers_level(account: Account) -> bool:
    """Whether the first level reads "owner and followers", as on the smaller plans."""
    return len(account.settings.plan.visibilities) == 2  # noqa: PLR2004 - owner or everyone


def is_visible(account: Account, kind: Kind, stored: Stored) -> bool:
    """Whether whoever asks may see a record."""
    if _sees_all(account, kind) or stored.record.get("visible_to") != _OWNER_ONLY:
        return True
    clauses, values = visible_clause(account, kind)
    return account.store.count_where(kind, ["id = ?", *clauses], [stored.record["id"], *values]) > 0
