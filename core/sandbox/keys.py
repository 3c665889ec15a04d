"""The API tokens of the account: one for each active user.

Rule of the house: a token that was revoked, or whose user was deactivated, is a stranger's.
"""

import json
from typing import TYPE_CHECKING

from core.sandbox.store import Kind, Shelf

if TYPE_CHECKING:
    from core.sandbox.account import Account


class Keyring:
    """Who holds which token.

    Args:
        account: Whose users hold tokens.
    """

    def __init__(self, account: "Account") -> None:
        """Learn which tokens were revoked."""
        self._account = account
        self._revoked: set[int] = set(json.loads(account.store.fact("revoked") or "[]"))
        self._holders: dict[bytes, int] = {}
        self.recall()

    def recall(self) -> None:
        """Learn again who holds a token, after a change of users."""
        self._holders = {
            self.token(each["id"]).encode(): each["id"]
            for each in self._account.users.values()
            if each["active_flag"] and each["id"] not in self._revoked
        }

    def token(self, user_id: int) -> str:
        """The token a user has, or would have."""
        is_admin = user_id == self._account.admin["id"]
        return self._account.derived("token" if is_admin else f"token {user_id}")

    def holder(self, token: bytes) -> int | None:
        """The user whose valid token this is."""
        return self._holders.get(token)

    def by_email(self) -> dict[str, str]:
        """Every valid token, by the e-mail address of its user."""
        users = self._account.users
        return {users[holder]["email"]: token.decode() for token, holder in self._holders.items()}

    def revoke(self, user_id: int) -> None:
        """Make a user's token a stranger's."""
        self._revoked.add(user_id)
        self._account.store.set_fact("revoked", json.dumps(sorted(self._revoked)))
        self.recall()

    def set_active(self, user_id: int, *, is_active: bool) -> None:
        """Activate or deactivate a user."""
        account = self._account
        stored = account.store.fetch(Kind.USER, user_id)
        assert stored is not None, "users are never purged"
        stored.record |= {"active_flag": is_active, "modified": account.v1_now()}
        account.store.replace(Kind.USER, stored, was=Shelf.LIVE)
        account.recall()
        self.recall()
