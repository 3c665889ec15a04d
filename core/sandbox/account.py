"""The emulated account: who is in it, what it has defined, and its clock.

Rule of the house: keys, tokens and ids that differ between real accounts differ here too; they are
drawn once, on the first start, and derived from the seed when one is given.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import catalogue
from core.sandbox.copies import Copies
from core.sandbox.fieldbook import FieldBook, builtin_record
from core.sandbox.history import History
from core.sandbox.keys import Keyring
from core.sandbox.moments import v1_now, v2_now
from core.sandbox.refusals import against_rule, forbidden
from core.sandbox.settings import SandboxSettings
from core.sandbox.store import Kind, Shelf, Sight, Store, Stored

DEFAULT_CURRENCY: Final = "USD"
TIMEZONE: Final = "America/New_York"
_DAY_S: Final = 86_400
_PURGED: Final = (
    Kind.PERSON,
    Kind.ORGANIZATION,
    Kind.DEAL,
    Kind.PRODUCT,
    Kind.ACTIVITY,
    Kind.FILE,
)
"""What Pipedrive says it deletes for good."""


class Account:
    """One company on one plan.

    Args:
        settings: What kind of account it is.
    """

    def __init__(self, settings: SandboxSettings) -> None:
        """Open the account, founding it when the state file is new."""
        self.settings = settings
        self.store = Store(settings.state_file)
        self._secret = self.store.fact("secret") or ""
        if not self._secret:
            self._found()
        self.domain = f"perio-sandbox-{self.derived('domain')[:6]}"
        self.company_id = 1_000_000 + int(self.derived("company")[:6], 16)
        self.fields = FieldBook(self.store, self.derived)
        self.history = History(self.store)
        lags_s = {
            Sight.GET: settings.get_lag_s,
            Sight.LIST: settings.list_lag_s,
            Sight.SEARCH: settings.search_lag_s,
        }
        self.copies = Copies(self.store, lags_s, settings.clock)
        self.is_closed_by_pipedrive = False
        """Whether the company did not pay; everything is answered 402."""
        self.users: dict[int, dict[str, Any]] = {}
        self.pipelines: dict[int, dict[str, Any]] = {}
        self.stages: dict[int, dict[str, Any]] = {}
        self.activity_types: dict[str, dict[str, Any]] = {}
        self._next_purge = 0.0
        self._acting = 0
        self.recall()
        self.keys = Keyring(self)
        self.token = self.keys.token(self.admin["id"])

    def recall(self) -> None:
        """Read again what every request needs at hand: users, pipelines, stages, types."""
        self.users = self._by_id(Kind.USER)
        self.pipelines = self._by_id(Kind.PIPELINE)
        self.stages = self._by_id(Kind.STAGE)
        types = self._by_id(Kind.ACTIVITY_TYPE).values()
        self.activity_types = {each["key_string"]: each for each in types}
        self.admin = next(each for each in self.users.values() if each["is_you"])
        self.act_as(self._acting or self.admin["id"])

    def act_as(self, user_id: int) -> None:
        """Let a user be the one who asks; requests come one at a time."""
        self._acting = user_id
        self.me = self.users[user_id]

    @property
    def is_admin(self) -> bool:
        """Whether whoever asks is an administrator."""
        return any(each["admin"] for each in self.me["access"])

    def require_admin(self) -> None:
        """Refuse set-up by others, where it takes an administrator."""
        if self.settings.admin_only_setup and not self.is_admin:
            raise forbidden()

    def tick(self) -> None:
        """Let time do its work: copies catch up, and what was deleted long ago goes for good."""
        self.copies.catch_up()
        now = self.settings.clock()
        if now < self._next_purge:
            return
        self._next_purge = now + 3_600
        end = now - self.settings.purge_after_days * _DAY_S
        for kind in _PURGED:
            before = v1_now(end) if kind is Kind.FILE else v2_now(end)
            clauses = ["shelf = ?", "update_time < ?"]
            gone = self.store.rows(kind, clauses, [Shelf.DELETED, before])
            if gone:
                with self.store.together():
                    self.store.remove(kind, [row[0] for row in gone])

    def keep(self, kind: Kind, before: Stored, after: Stored) -> None:
        """Keep a record again after a change, and who changed what."""
        with self.store.together():
            self.store.replace(kind, after, was=before.shelf)
            self.history.add(kind, self.me["id"], self.v1_now(), before, after)

    def close(self) -> None:
        """Close the state file."""
        self.store.close()

    def derived(self, what: str) -> str:
        """Forty hexadecimal digits that belong to this account and to `what`."""
        return hashlib.sha256(f"{self._secret}|{what}".encode()).hexdigest()[:40]

    def now(self) -> float:
        """Seconds since 1970."""
        return self.settings.clock()

    def v2_now(self) -> str:
        """The present time as v2 writes it."""
        return v2_now(self.settings.clock())

    def v1_now(self) -> str:
        """The present time as v1 writes it."""
        return v1_now(self.settings.clock())

    @property
    def base_url(self) -> str:
        """The address the account would have; links to downloads begin with it."""
        return f"https://{self.domain}.pipedrive.com"

    def require_owner(self, owner_id: int) -> None:
        """Refuse an owner who does not exist or may not own records."""
        user = self.users.get(owner_id)
        if user is None:
            msg = "owner_id: User was not found"
            raise against_rule(msg)
        if not user["active_flag"] and not self.settings.accepts_inactive_owners:
            msg = "owner_id: User is deactivated"
            raise against_rule(msg)

    def require_live(self, kind: Kind, record: Mapping[str, Any], key: str, name: str) -> None:
        """Refuse a link to a record that does not exist or is deleted."""
        linked = record.get(key)
        if linked is not None and not self.store.has_live(kind, linked):
            msg = f"{key}: {name} was not found"
            raise against_rule(msg)

    def _by_id(self, kind: Kind) -> dict[int, dict[str, Any]]:
        return {each.record["id"]: each.record for each in self.store.all_live(kind)}

    def _found(self) -> None:
        seed = self.settings.seed
        drawn = secrets.token_hex(20) if seed is None else f"seed {seed}"
        self._secret = hashlib.sha256(drawn.encode()).hexdigest()
        with self.store.together():
            self.store.set_fact("secret", self._secret)
            self._hire()
            self._furnish()

    def _hire(self) -> None:
        self.store.start_ids_at(Kind.USER, 10_000 + int(self.derived("users")[:4], 16))
        hired = self.v1_now()
        for name, email, is_admin, is_active in catalogue.USERS:
            apps = ("sales", "global", "account_settings") if is_admin else ("sales", "global")
            user: dict[str, Any] = {
                "id": 0,
                "name": name,
                "default_currency": DEFAULT_CURRENCY,
                "locale": "en_US",
                "lang": 1,
                "email": email,
                "phone": None,
                "activated": is_active,
                "last_login": hired,
                "created": hired,
                "modified": hired,
                "has_created_company": is_admin,
                "access": [
                    {
                        "app": app,
                        "admin": is_admin,
                        "permission_set_id": self.derived(f"set {app} {is_admin}")[:36],
                    }
                    for app in apps
                ],
                "active_flag": is_active,
                "timezone_name": TIMEZONE,
                "timezone_offset": "-05:00",
                "role_id": 1,
                "icon_url": None,
                "is_you": is_admin,
                "is_deleted": False,
            }
            self.store.insert(Kind.USER, user)

    def _furnish(self) -> None:
        now, now_v1 = self.v2_now(), self.v1_now()
        pipeline = {
            "id": 0,
            "name": "Pipeline",
            "order_nr": 1,
            "is_deleted": False,
            "is_deal_probability_enabled": True,
            "add_time": now,
            "update_time": now,
        }
        pipeline_id = self.store.insert(Kind.PIPELINE, pipeline)
        for order, (name, probability) in enumerate(catalogue.STAGES, 1):
            stage = stage_record(name, pipeline_id, order, now) | {"deal_probability": probability}
            self.store.insert(Kind.STAGE, stage)
        for order, name in enumerate(catalogue.ACTIVITY_TYPES, 1):
            key = name.lower()
            built_in = activity_type_record(name, key, key, order, now_v1)
            self.store.insert(Kind.ACTIVITY_TYPE, built_in | {"is_custom_flag": False})
        option_id = 1 + int(self.derived("options")[:3], 16)
        for kind, fields in catalogue.BUILT_IN.items():
            for field in fields:
                ids = range(option_id, option_id + len(field.labels))
                option_id += len(field.labels)
                self.store.insert(kind, builtin_record(field, tuple(ids), now))
            self.store.start_ids_at(kind, 12_000 + int(self.derived(kind)[:3], 16))
        self.store.set_fact("next_option_id", str(option_id + 10))


def stage_record(name: str, pipeline_id: int, order_nr: int, now: str) -> dict[str, Any]:
    """A new stage."""
    return {
        "id": 0,
        "order_nr": order_nr,
        "name": name,
        "is_deleted": False,
        "deal_probability": 100,
        "pipeline_id": pipeline_id,
        "is_deal_rot_enabled": False,
        "days_to_rotten": None,
        "add_time": now,
        "update_time": now,
    }


def activity_type_record(name: str, key: str, icon: str, order: int, now: str) -> dict[str, Any]:
    """A new activity type."""
    return {
        "id": 0,
        "name": name,
        "icon_key": icon,
        "color": None,
        "order_nr": order,
        "key_string": key,
        "active_flag": True,
        "is_custom_flag": True,
        "add_time": now,
        "update_time": now,
    }


def shelf_of(record: Mapping[str, Any]) -> Shelf:
    """The shelf a record that is not deleted belongs on."""
    return Shelf.ARCHIVED if record.get("is_archived") else Shelf.LIVE
