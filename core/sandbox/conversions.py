"""Leads that become deals, and deals that become leads, v2.

Rule of the house: the client is given a job to ask after; what hung on the old record hangs on the
new one, and the old one is deleted.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import shapes
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.deals import DEAL, require_room
from core.sandbox.entities import bury, new_record
from core.sandbox.leads import new_lead
from core.sandbox.refusals import Refused
from core.sandbox.store import Kind, Shelf, Stored
from core.sandbox.uuids import number_of, uuid_of

_MOVED: Final = (Kind.ACTIVITY, Kind.NOTE, Kind.FILE)
_RULES: Final[Mapping[str, shapes.Rule]] = {
    "stage_id": shapes.integer,
    "pipeline_id": shapes.integer,
}


def _missing() -> Refused:
    return Refused(
        404,
        {
            "success": False,
            "error": "Entity was not found",
            "error_info": "Object was not found.",
            "data": None,
            "additional_data": None,
            "code": "ERR_NOT_FOUND",
        },
    )


def lead_to_deal(call: Call) -> Answer:
    """POST /api/v2/leads/{id}/convert/deal."""
    account = call.account
    body = call.sent() if call.body else {}
    shapes.require(body, _RULES)
    number = number_of(account, Kind.LEAD, call.parts[0])
    lead = None if number is None else account.store.fetch(Kind.LEAD, number)
    if lead is None or lead.shelf is not Shelf.LIVE:
        raise _missing()
    lead_id = uuid_of(account, Kind.LEAD, lead.record["id"])
    value = lead.record["value"] or {}
    sent = {
        "title": lead.record["title"],
        "owner_id": lead.record["owner_id"],
        "person_id": lead.record["person_id"],
        "org_id": lead.record["org_id"],
        "value": value.get("amount", 0),
        **({"currency": value["currency"]} if value else {}),
        **body,
    }
    with account.store.together():
        gone = Stored(lead.record, lead.custom, Shelf.DELETED)
        account.keep(Kind.LEAD, lead, gone)
        require_room(account)
        deal = new_record(DEAL, account, sent)
        deal |= {"source_lead_id": lead_id, "visible_to": int(lead.record["visible_to"])}
        deal_id = account.store.insert(Kind.DEAL, deal, lead.custom)
        _move(account, "lead_id", lead_id, {"lead_id": None, "deal_id": deal_id})
        return _begun(account, lead_id=lead_id, deal_id=deal_id)


def deal_to_lead(call: Call) -> Answer:
    """POST /api/v2/deals/{id}/convert/lead."""
    account, wanted = call.account, call.record_id()
    deal = None if wanted is None else account.store.fetch(Kind.DEAL, wanted)
    if deal is None or deal.shelf is not Shelf.LIVE:
        raise _missing()
    DEAL.check_stored(deal, {})
    record = deal.record
    if record["person_id"] is None and record["org_id"] is None:
        return _begun(account, status="failed", deal_id=record["id"])
    lead = new_lead(account, record["title"]) | {
        key: record[key] for key in ("owner_id", "person_id", "org_id")
    }
    lead |= {
        "source_deal_id": record["id"],
        "source_name": "Deal",
        "value": {"amount": record["value"], "currency": record["currency"]},
        "visible_to": str(record["visible_to"]),
    }
    with account.store.together():
        lead_id = uuid_of(account, Kind.LEAD, account.store.insert(Kind.LEAD, lead, deal.custom))
        _move(account, "deal_id", record["id"], {"deal_id": None, "lead_id": lead_id})
        bury(account, Kind.DEAL, deal)
        return _begun(account, lead_id=lead_id, deal_id=record["id"])


def lead_status(call: Call) -> Answer:
    """GET /api/v2/leads/{id}/convert/status/{conversion_id}."""
    job = _job(call)
    if job["lead_id"] != call.parts[0]:
        raise _missing()
    return _told(job, "deal_id")


def deal_status(call: Call) -> Answer:
    """GET /api/v2/deals/{id}/convert/status/{conversion_id}."""
    job = _job(call)
    if job["from_deal"] != call.record_id():
        raise _missing()
    return _told(job, "lead_id")


def _move(account: Account, key: str, value: object, links: dict[str, Any]) -> None:
    inside = f"json_extract(CAST(body AS TEXT), '$.{key}') = ?"
    for kind in _MOVED:
        for stored in account.store.stored(kind, [inside], [value]):
            moved = Stored(stored.record | links, stored.custom, stored.shelf)
            account.store.replace(kind, moved, was=stored.shelf)


def _begun(
    account: Account, *, deal_id: int, lead_id: str | None = None, status: str = "completed"
) -> Answer:
    job: dict[str, Any] = {
        "id": 0,
        "status": status,
        "lead_id": lead_id,
        # Not `deal_id`, which would link the job to the deal as an activity is linked.
        "from_deal": deal_id,
    }
    number = account.store.insert(Kind.CONVERSION, job)
    conversion_id = uuid_of(account, Kind.CONVERSION, number)
    return succeeded({"conversion_id": conversion_id}, additional_data=None)


def _job(call: Call) -> dict[str, Any]:
    number = number_of(call.account, Kind.CONVERSION, call.parts[1])
    stored = None if number is None else call.account.store.fetch(Kind.CONVERSION, number)
    if stored is None:
        raise _missing()
    return stored.record | {"conversion_id": call.parts[1]}


def _told(job: Mapping[str, Any], made: str) -> Answer:
    told = {"conversion_id": job["conversion_id"], "status": job["status"]}
    if job["status"] == "completed":
        told[made] = job["from_deal"] if made == "deal_id" else job["lead_id"]
    return succeeded(told, additional_data=None)
