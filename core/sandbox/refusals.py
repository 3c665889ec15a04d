"""Answers that say no, in the shapes Pipedrive gives them.

Rule of the house: a refusal names keys and rules, never a value that was sent.
"""

from collections.abc import Iterable, Mapping
from typing import Final

CHECK_SITE: Final = "Please check developers.pipedrive.com"
CHECK_SITE_LONG: Final = (
    "Please check developers.pipedrive.com for more information about Pipedrive API."
)


class Refused(Exception):
    """The request is answered with an error.

    Args:
        status: HTTP status.
        body: JSON object of the answer.
        headers: Further headers, lower-case names.
    """

    def __init__(
        self, status: int, body: Mapping[str, object], headers: Mapping[str, str] | None = None
    ) -> None:
        """Keep the answer until the dispatcher sends it."""
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = headers or {}


def invalid(complaints: Iterable[str]) -> Refused:
    """400 of the v2 schema: every complaint in one line."""
    return Refused(
        400,
        {
            "success": False,
            "error": "Validation failed: " + "; ".join(complaints),
            "code": "ERR_SCHEMA_VALIDATION_FAILED",
        },
    )


def against_rule(message: str, code: str = "ERR_BAD_REQUEST") -> Refused:
    """400 of a business rule of v2."""
    return Refused(400, {"success": False, "error": message, "code": code})


def not_found(what: str) -> Refused:
    """404 of v2, for instance `Deal not found`."""
    return Refused(404, {"success": False, "error": f"{what} not found", "code": "ERR_NOT_FOUND"})


def v1_error(status: int, message: str, about: str = CHECK_SITE_LONG) -> Refused:
    """Any error of v1."""
    return Refused(
        status,
        {
            "success": False,
            "error": message,
            "error_info": about,
            "data": None,
            "additional_data": None,
        },
    )


def v1_not_found(what: str) -> Refused:
    """404 of v1, for instance `Note not found`."""
    return v1_error(404, f"{what} not found", "Object was not found.")


def forbidden(about: str = CHECK_SITE) -> Refused:
    """403: whoever asks may not do that."""
    return v1_error(403, "You do not have permissions to do this.", about)


def too_many(what: str) -> Refused:
    """403: the account holds no more of these, whatever its plan; without a code."""
    return v1_error(
        403, f"Couldn't add {what}. You've reached the {what} per company limit.", CHECK_SITE
    )


def over_cap(message: str, code: str) -> Refused:
    """403: the plan holds no more of these."""
    return Refused(
        403,
        {
            "success": False,
            "error": message,
            "error_info": CHECK_SITE_LONG,
            "data": None,
            "additional_data": None,
            "code": code,
        },
    )


def unauthorized() -> Refused:
    """401: no token, or not the token of this account."""
    return Refused(
        401,
        {
            "success": False,
            "error": "unauthorized access",
            "errorCode": 401,
            "error_info": CHECK_SITE,
        },
        {"x-401-by-gw": "true"},
    )
