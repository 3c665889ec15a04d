"""The users of the account, v1.

Rule of the house: every active user has a token, and reads as "you" to whoever asks with it.
"""

from collections.abc import Mapping
from typing import Any, Final

from core.sandbox import v1
from core.sandbox.account import Account
from core.sandbox.calls import Answer, Call, succeeded
from core.sandbox.refusals import Refused, forbidden

_PERMISSIONS: Final = (
    *("can_add_custom_fields", "can_add_products", "can_add_prospects_as_leads"),
    *("can_bulk_edit_items", "can_change_visibility_of_items", "can_convert_deals_to_leads"),
    *("can_create_own_workflow", "can_delete_activities", "can_delete_custom_fields"),
    *("can_delete_deals", "can_edit_custom_fields", "can_edit_deals_closed_date"),
    *("can_edit_products", "can_edit_shared_filters", "can_export_data_from_lists"),
    *("can_follow_other_users", "can_merge_deals", "can_merge_organizations", "can_merge_people"),
    *("can_modify_labels", "can_see_company_wide_statistics", "can_see_deals_list_summary"),
    *("can_see_hidden_items_names", "can_see_other_users", "can_see_other_users_statistics"),
    *("can_see_security_dashboard", "can_share_filters", "can_share_insights", "can_use_api"),
    *("can_use_email_tracking", "can_use_import"),
)
_OF_ADMINISTRATORS: Final = frozenset(
    {
        *("can_add_custom_fields", "can_delete_custom_fields", "can_edit_custom_fields"),
        *("can_modify_labels", "can_see_hidden_items_names", "can_see_security_dashboard"),
    }
)


def _shown(account: Account, user: Mapping[str, Any]) -> dict[str, Any]:
    return {**user, "is_you": user["id"] == account.me["id"]}


def list_users(call: Call) -> Answer:
    """GET /v1/users."""
    return succeeded([_shown(call.account, each) for each in call.account.users.values()])


def find_users(call: Call) -> Answer:
    """GET /v1/users/find."""
    asked = call.asked()
    key = "email" if asked.get("search_by_email") in {"1", "true"} else "name"
    term = asked.get("term", "").lower()
    if not term:
        msg = "Bad request: term"
        raise v1.bad_request(msg)
    users = call.account.users.values()
    found = [_shown(call.account, each) for each in users if term in each[key].lower()]
    return succeeded(found or None)


def get_me(call: Call) -> Answer:
    """GET /v1/users/me: the user of the token, and the company."""
    account = call.account
    company = {
        "company_id": account.company_id,
        "company_name": "Perio Sandbox",
        "company_domain": account.domain,
        "company_country": "US",
        "company_industry": "Health care",
        "language": {"language_code": "en", "country_code": "US"},
    }
    return succeeded(_shown(account, account.me) | company)


def get_user(call: Call) -> Answer:
    """GET /v1/users/{id}."""
    return succeeded(_shown(call.account, _find(call)))


def put_user(call: Call) -> Answer:
    """PUT /v1/users/{id}: activate or deactivate."""
    account = call.account
    if not account.is_admin:
        raise forbidden()
    user_id, wanted = _find(call)["id"], call.sent_loosely().get("active_flag")
    if not isinstance(wanted, bool):
        msg = "Bad request: active_flag"
        raise v1.bad_request(msg)
    account.keys.set_active(user_id, is_active=wanted)
    return succeeded(_shown(account, account.users[user_id]))


def list_permissions(call: Call) -> Answer:
    """GET /v1/users/{id}/permissions."""
    is_admin = any(each["admin"] for each in _find(call)["access"])
    return succeeded({each: is_admin or each not in _OF_ADMINISTRATORS for each in _PERMISSIONS})


def get_settings(_call: Call) -> Answer:
    """GET /v1/userSettings."""
    return succeeded(
        {
            "marketplace_team": False,
            "list_limit": v1.PAGE_DEFAULT,
            "beta_app": False,
            "prevent_salesphone_callto_override": False,
            "file_upload_destination": "s3",
            "callto_link_syntax": "callto:[number]",
            "autofill_deal_expected_close_date": False,
            "person_duplicate_condition": "name && (org_id || email || phone)",
        }
    )


def _find(call: Call) -> dict[str, Any]:
    user = call.account.users.get(call.record_id() or 0)
    if user is None:
        raise Refused(404, {"success": False, "error": "User not found or not accessible."})
    return user
