"""What every new account has: built-in fields, activity types, stages, currencies, people.

Rule of the house: tables only; `account` turns them into records on the first start.
"""

from dataclasses import dataclass
from typing import Final

from core.sandbox.store import Kind

LINKED_KIND: Final = {"org": Kind.ORGANIZATION, "people": Kind.PERSON, "user": Kind.USER}


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """One built-in field.

    Attributes:
        code: Its field code, which is the record's key.
        name: The name people see.
        field_type: Its type.
        is_writable: Whether an API client may set it.
        options: Ids and labels; ids of built-in options may be text.
        labels: Labels whose ids the account draws.
        is_optional: Whether records carry it only when asked to.
    """

    code: str
    name: str
    field_type: str
    is_writable: bool = True
    options: tuple[tuple[int | str, str], ...] = ()
    labels: tuple[str, ...] = ()
    is_optional: bool = False


_VISIBLE_TO: Final = BuiltIn(
    "visible_to",
    "Visible to",
    "visible_to",
    options=((1, "Owner"), (3, "Owner's group"), (5, "Group and below"), (7, "All users")),
)
_ADDED: Final = BuiltIn("add_time", "Created", "date", is_writable=False)
_UPDATED: Final = BuiltIn("update_time", "Updated", "date", is_writable=False)
_ID: Final = BuiltIn("id", "ID", "int", is_writable=False)
_OWNER: Final = BuiltIn("owner_id", "Owner", "user")
_FILES: Final = BuiltIn("files_count", "Files", "int", is_writable=False, is_optional=True)
_NOTES: Final = BuiltIn("notes_count", "Notes", "int", is_writable=False, is_optional=True)
_ACTIVITIES: Final = BuiltIn(
    "activities_count", "Total activities", "int", is_writable=False, is_optional=True
)
_STATUS: Final = (("open", "Open"), ("won", "Won"), ("lost", "Lost"), ("deleted", "Deleted"))

BUILT_IN: Final[dict[Kind, tuple[BuiltIn, ...]]] = {
    Kind.PERSON_FIELD: (
        _ID,
        BuiltIn("name", "Name", "varchar"),
        BuiltIn("first_name", "First name", "varchar"),
        BuiltIn("last_name", "Last name", "varchar"),
        BuiltIn("emails", "Email", "varchar"),
        BuiltIn("phones", "Phone", "phone"),
        BuiltIn("org_id", "Organization", "org"),
        _OWNER,
        BuiltIn(
            "label_ids",
            "Labels",
            "set",
            labels=("Customer", "Hot lead", "Warm lead", "Cold lead"),
        ),
        _VISIBLE_TO,
        BuiltIn("picture_id", "Profile picture", "picture", is_writable=False),
        _ADDED,
        _UPDATED,
        _FILES,
        _NOTES,
        _ACTIVITIES,
    ),
    Kind.ORGANIZATION_FIELD: (
        _ID,
        BuiltIn("name", "Name", "varchar"),
        _OWNER,
        BuiltIn("address", "Address", "address"),
        BuiltIn(
            "label_ids",
            "Labels",
            "set",
            labels=("Customer", "Hot lead", "Warm lead", "Cold lead"),
        ),
        BuiltIn("website", "Website", "varchar"),
        BuiltIn("linkedin", "LinkedIn profile", "varchar"),
        BuiltIn(
            "industry",
            "Industry",
            "enum",
            labels=("Dental practice", "Hospital and health care", "Insurance", "Other"),
        ),
        BuiltIn("annual_revenue", "Annual revenue", "double"),
        BuiltIn("employee_count", "Number of employees", "double"),
        _VISIBLE_TO,
        _ADDED,
        _UPDATED,
        _FILES,
        _NOTES,
        _ACTIVITIES,
    ),
    Kind.DEAL_FIELD: (
        _ID,
        BuiltIn("title", "Title", "varchar"),
        BuiltIn("value", "Value", "monetary"),
        _OWNER,
        BuiltIn("person_id", "Contact person", "people"),
        BuiltIn("org_id", "Organization", "org"),
        BuiltIn("pipeline_id", "Pipeline", "double"),
        BuiltIn("stage_id", "Stage", "stage"),
        BuiltIn("status", "Status", "status", options=_STATUS),
        BuiltIn("label_ids", "Labels", "set", labels=("Hot", "Warm", "Cold")),
        BuiltIn("probability", "Probability", "int"),
        BuiltIn("lost_reason", "Lost reason", "varchar_options"),
        BuiltIn("expected_close_date", "Expected close date", "date"),
        BuiltIn("won_time", "Won time", "date"),
        BuiltIn("lost_time", "Lost time", "date"),
        BuiltIn("close_time", "Deal closed on", "date"),
        BuiltIn("archive_time", "Archive time", "date"),
        BuiltIn("stage_change_time", "Last stage change", "date", is_writable=False),
        _VISIBLE_TO,
        _ADDED,
        _UPDATED,
        _FILES,
        _NOTES,
        _ACTIVITIES,
    ),
    Kind.PRODUCT_FIELD: (
        _ID,
        BuiltIn("name", "Name", "varchar"),
        BuiltIn("code", "Product code", "varchar"),
        BuiltIn("unit", "Unit", "varchar"),
        BuiltIn("tax", "Tax", "double"),
        BuiltIn("category", "Category", "enum", labels=("Treatment", "Home care")),
        BuiltIn("description", "Description", "text"),
        BuiltIn("is_linkable", "Active", "boolean"),
        _OWNER,
        _VISIBLE_TO,
        _ADDED,
        _UPDATED,
    ),
    Kind.ACTIVITY_FIELD: (
        _ID,
        BuiltIn("subject", "Subject", "varchar"),
        BuiltIn("type", "Type", "enum"),
        _OWNER,
        BuiltIn("due_date", "Due date", "date"),
        BuiltIn("due_time", "Due time", "time"),
        BuiltIn("duration", "Duration", "time"),
        BuiltIn("done", "Done", "boolean"),
        BuiltIn("busy", "Free/busy", "boolean"),
        BuiltIn("deal_id", "Deal", "deal"),
        BuiltIn("person_id", "Contact person", "people", is_writable=False),
        BuiltIn("org_id", "Organization", "org"),
        BuiltIn("participants", "Contacts", "json"),
        BuiltIn("location", "Location", "address"),
        BuiltIn("priority", "Priority", "enum", labels=("High", "Medium", "Low")),
        BuiltIn("public_description", "Public description", "text"),
        BuiltIn("note", "Note", "text"),
        _ADDED,
        _UPDATED,
        BuiltIn("attendees", "Guests", "json", is_optional=True),
    ),
}

ACTIVITY_TYPES: Final = ("Call", "Meeting", "Task", "Deadline", "Email", "Lunch")

STAGES: Final = (
    ("Qualified", 100),
    ("Contact Made", 100),
    ("Demo Scheduled", 100),
    ("Proposal Made", 100),
    ("Negotiations Started", 100),
)

CURRENCIES: Final = (
    ("AUD", "Australian Dollar", 2, "A$"),
    ("CAD", "Canadian Dollar", 2, "CA$"),
    ("CHF", "Swiss Franc", 2, "CHF"),
    ("EUR", "Euro", 2, "€"),
    ("GBP", "Pound Sterling", 2, "£"),
    ("JPY", "Japanese Yen", 0, "¥"),
    ("MXN", "Mexican Peso", 2, "MX$"),
    ("NZD", "New Zealand Dollar", 2, "NZ$"),
    ("SEK", "Swedish Krona", 2, "SEK"),
    ("USD", "US Dollar", 2, "$"),
)

CURRENCY_CODES: Final = frozenset(code for code, *_ in CURRENCIES)

USERS: Final = (
    ("Alex Admin", "alex.admin@example.com", True, True),
    ("Robin Reyes", "robin.reyes@example.com", False, True),
    ("Sam Sato", "sam.sato@example.com", False, True),
    ("Terry Turner", "terry.turner@example.com", False, False),
)
"""Name, e-mail, is administrator, is active. The first is the user whose token is used."""

ICON_KEYS: Final = frozenset(
    [
        "task",
        "email",
        "meeting",
        "deadline",
        "call",
        "lunch",
        "calendar",
        "downarrow",
        "document",
        "smartphone",
        "camera",
        "scissors",
        "cogs",
        "bubble",
        "uparrow",
        "checkbox",
        "signpost",
        "shuffle",
        "addressbook",
        "linegraph",
        "picture",
        "car",
        "world",
        "search",
        "clip",
        "sound",
        "brush",
        "key",
        "padlock",
        "pricetag",
        "suitcase",
        "finish",
        "plane",
        "loop",
        "wifi",
        "truck",
        "cart",
        "bulb",
        "bell",
        "presentation",
    ]
)

FIELD_TYPES: Final = frozenset(
    [
        "varchar",
        "text",
        "double",
        "phone",
        "date",
        "daterange",
        "time",
        "timerange",
        "set",
        "enum",
        "varchar_auto",
        "address",
        "monetary",
        "org",
        "people",
        "user",
    ]
)
"""Types a custom field may have."""
