"""Deals of v2.

Rule of the house: a deal's times follow its status, an archived deal is not edited, and the plan's
cap counts every deal that is neither archived nor deleted.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import moments, shapes
from core.sandbox.account import DEFAULT_CURRENCY, Account
from core.sandbox.catalogue import CURRENCY_CODES
from core.sandbox.entities import Noun
from core.sandbox.labels import require_labels, require_visibility
from core.sandbox.pages import Listing, column, inside
from core.sandbox.refusals import against_rule, invalid, over_cap
from core.sandbox.store import Kind, Shelf, Stored

_STATUSES: Final = ("open", "won", "lost")


def _close_date(value: object) -> str | None:
    # The real API takes an empty text here and keeps the impossible date for it.
    if value is None:
        return "The value is not a valid 'string'"
    return None if value == "" else shapes.day(value)


_RULES: Final[dict[str, shapes.Rule]] = {
    "title": shapes.name,
    "owner_id": shapes.integer,
    "person_id": shapes.integer,
    "org_id": shapes.integer,
    "pipeline_id": shapes.integer,
    "stage_id": shapes.integer,
    "value": shapes.number,
    "currency": shapes.text,
    "is_deleted": shapes.flag,
    "is_archived": shapes.flag,
    "archive_time": shapes.any_moment,
    "status": shapes.one_of(_STATUSES),
    "probability": shapes.number,
    "lost_reason": shapes.short,
    "visible_to": shapes.integer,
    "close_time": shapes.any_moment,
    "won_time": shapes.any_moment,
    "lost_time": shapes.any_moment,
    "expected_close_date": _close_date,
    "label_ids": shapes.ids,
}

_BLANK: Final[dict[str, object]] = {
    "id": 0,
    "title": None,
    "creator_user_id": 0,
    "owner_id": 0,
    "value": 0,
    "person_id": None,
    "org_id": None,
    "stage_id": 0,
    "pipeline_id": 0,
    "currency": DEFAULT_CURRENCY,
    "archive_time": None,
    "add_time": None,
    "update_time": None,
    "stage_change_time": None,
    "status": "open",
    "is_archived": False,
    "is_deleted": False,
    "probability": None,
    "lost_reason": None,
    "visible_to": 0,
    "close_time": None,
    "won_time": None,
    "lost_time": None,
    "local_won_date": None,
    "local_lost_date": None,
    "local_close_date": None,
    "expected_close_date": None,
    "label_ids": [],
    "origin": "API",
    "origin_id": None,
    "channel": None,
    "channel_id": None,
    "source_lead_id": None,
    "acv": None,
    "arr": None,
    "mrr": None,
}

_INCLUDE: Final = frozenset(
    [
        "next_activity_id",
        "last_activity_id",
        "first_won_time",
        "products_count",
        "files_count",
        "notes_count",
        "followers_count",
        "email_messages_count",
        "activities_count",
        "done_activities_count",
        "undone_activities_count",
        "participants_count",
        "last_incoming_mail_time",
        "last_outgoing_mail_time",
        "smart_bcc_email",
        "source_lead_id",
    ]
)


def require_room(account: Account) -> Shelf | None:
    """Refuse a deal or a lead more than the plan takes, or say that it has to wait."""
    settings, count = account.settings, account.store.count
    deals = count.get((Kind.DEAL, Shelf.LIVE), 0)
    taken = deals + count.get((Kind.LEAD, Shelf.LIVE), 0)
    if taken < settings.deals_cap:
        return None
    if settings.counts_open_deals_only:
        clauses = ["shelf = ?", "json_extract(CAST(body AS TEXT), '$.status') = 'open'"]
        if account.store.count_where(Kind.DEAL, clauses, [Shelf.LIVE]) < settings.deals_cap:
            return None
    if settings.over_cap == "wait":
        return Shelf.WAITING
    msg = "Couldn't add the deal. Open deals limit reached."
    raise over_cap(msg, "feature_capping_deals_limit")


def _further_rules(account: Account) -> Mapping[str, shapes.Rule]:
    return {"add_time": shapes.moment} if account.settings.takes_deal_add_time else {}


def _check_stored(stored: Stored, body: Mapping[str, Any]) -> None:
    if stored.shelf is Shelf.ARCHIVED and dict(body) != {"is_archived": False}:
        msg = "Archived deals can not be changed"
        raise against_rule(msg, "ERR_DEAL_ARCHIVED")


def _settle(
    account: Account, record: dict[str, Any], body: Mapping[str, Any], before: Stored | None
) -> None:
    now = account.v2_now()
    if before is None:
        record["creator_user_id"] = account.me["id"]
        if "add_time" in body:
            record["add_time"] = moments.as_moment(body["add_time"])
    if body.get("is_deleted"):
        msg = "is_deleted: use DELETE to delete a deal"
        raise against_rule(msg)
    require_visibility(account, record, body)
    require_labels(account, Kind.DEAL_FIELD, body)
    account.require_live(Kind.PERSON, body, "person_id", "Person")
    account.require_live(Kind.ORGANIZATION, body, "org_id", "Organization")
    if record["currency"] not in CURRENCY_CODES:
        msg = "currency: Currency was not found"
        raise against_rule(msg)
    if record["expected_close_date"] == "":
        record["expected_close_date"] = "0000-00-00"
    _settle_stage(account, record, body, before, now)
    _settle_status(record, body, before, now)
    _settle_archive(record, body, now)


def _settle_stage(
    account: Account,
    record: dict[str, Any],
    body: Mapping[str, Any],
    before: Stored | None,
    now: str,
) -> None:
    if "stage_id" in body:
        stage = account.stages.get(body["stage_id"])
        if stage is None:
            msg = "stage_id: Stage was not found"
            raise against_rule(msg)
        # The stage decides: a pipeline beside it is not looked at.
        record["pipeline_id"] = stage["pipeline_id"]
    elif before is None or "pipeline_id" in body:
        pipeline_id = body.get("pipeline_id", min(account.pipelines, default=0))
        if pipeline_id not in account.pipelines:
            msg = "pipeline_id: Pipeline was not found"
            raise against_rule(msg)
        if before is None or before.record["pipeline_id"] != pipeline_id:
            record["stage_id"] = _first_stage(account, pipeline_id)
        record["pipeline_id"] = pipeline_id
    if before is not None and before.record["stage_id"] != record["stage_id"]:
        record["stage_change_time"] = now


def _first_stage(account: Account, pipeline_id: int) -> int:
    stages = [each for each in account.stages.values() if each["pipeline_id"] == pipeline_id]
    if not stages:
        msg = "pipeline_id: Pipeline has no stage"
        raise against_rule(msg)
    return int(min(stages, key=lambda each: (each["order_nr"], each["id"]))["id"])


def _settle_status(
    record: dict[str, Any], body: Mapping[str, Any], before: Stored | None, now: str
) -> None:
    status = record["status"]
    for key, wanted in (
        ("won_time", ("won",)),
        ("lost_time", ("lost",)),
        ("lost_reason", ("lost",)),
        ("close_time", ("won", "lost")),
    ):
        if body.get(key) is not None and status not in wanted:
            msg = f"{key}: can only be set if the deal status is {' or '.join(wanted)}"
            raise against_rule(msg)
    for key in ("won_time", "lost_time", "close_time"):
        if body.get(key) is not None:
            record[key] = _utc(body[key])
    if before is not None and status == before.record["status"] and not _TIMES & body.keys():
        return
    for key, own in (("won_time", "won"), ("lost_time", "lost")):
        record[key] = (record[key] or record["close_time"] or now) if status == own else None
    closing = {"won": record["won_time"], "lost": record["lost_time"]}
    sent = record["close_time"] if body.get("close_time") is not None else None
    record["close_time"] = sent or closing.get(status)
    if status != "lost":
        record["lost_reason"] = None
    for key in ("won", "lost", "close"):
        moment = record[f"{key}_time"]
        record[f"local_{key}_date"] = moment[:10] if moment else None


_TIMES: Final = frozenset({"won_time", "lost_time", "close_time"})


def _settle_archive(record: dict[str, Any], body: Mapping[str, Any], now: str) -> None:
    if body.get("archive_time") is not None and not body.get("is_archived"):
        raise invalid(["archive_time: can only be set together with is_archived"])
    # A deal that was archived before does not come here unless it is taken out again.
    is_archived = record["is_archived"]
    record["archive_time"] = _utc(body.get("archive_time") or now) if is_archived else None


def _utc(text: str) -> str:
    return moments.as_moment(text) or text.replace(" ", "T") + "Z"


_FILTERS: Final = {
    "owner_id": inside("owner_id"),
    "person_id": column("person_id"),
    "org_id": column("org_id"),
    "pipeline_id": inside("pipeline_id"),
    "stage_id": inside("stage_id"),
}

DEAL: Final = Noun(
    kind=Kind.DEAL,
    singular="Deal",
    rules=_RULES,
    post_only={},
    required=("title",),
    nullable=("person_id", "org_id", "archive_time", "probability", "lost_reason", "close_time"),
    blank=_BLANK,
    settle=_settle,
    before_create=require_room,
    further_rules=_further_rules,
    check_stored=_check_stored,
    listing=Listing(filters=_FILTERS, include_fields=_INCLUDE, has_status=True),
)

ARCHIVED: Final = Listing(
    filters=_FILTERS, include_fields=_INCLUDE, has_status=True, shelf=Shelf.ARCHIVED
)
