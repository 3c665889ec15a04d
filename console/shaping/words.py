"""What people call the destination's own places.

Rule of the house: a screen never shows a key of the program where people have a word.
"""

import polars as pl

PLACES: dict[str, str] = {
    "address": "Address",
    "content": "Text",
    "currency": "Currency",
    "deal_id": "Deal",
    "description": "Description",
    "done": "Done",
    "due_date": "Date",
    "due_time": "Time",
    "duration": "Duration",
    "emails.home": "E-mail",
    "emails.work": "E-mail at work",
    "file_size": "File size",
    "first_name": "First name",
    "last_name": "Last name",
    "name": "Name",
    "note": "Note",
    "org_id": "Organization",
    "owner_id": "Owner",
    "participants": "Person",
    "person_id": "Person",
    "phones.home": "Home phone",
    "phones.mobile": "Mobile phone",
    "phones.other": "Other phone",
    "phones.work": "Work phone",
    "status": "Deal status",
    "subject": "Subject",
    "title": "Title",
    "type": "Type",
    "value": "Value",
}
"""Native place -> word; a custom field is called what it is called in Pipedrive."""


def field_words(column: str = "field_name") -> pl.Expr:
    """A column of field names in people's words."""
    return pl.col(column).replace(PLACES)


def key_words(column: str = "source_key") -> pl.Expr:
    """A key of the source without the name of what it is a key of."""
    return pl.col(column).str.replace(r"^\w+\|", "")
