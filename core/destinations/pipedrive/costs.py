"""What each request costs in tokens.

Rule of the house: a cost is looked up before sending, never learned by running out.
"""

import re

_V2 = {"GET": 10, "POST": 5, "PATCH": 5, "DELETE": 3}
_V1 = {"GET": 20, "POST": 10, "PUT": 10, "DELETE": 6}
_V2_ONE, _V1_ONE = 1, 2
_SPECIAL = (
    (re.compile(r"/(?:itemSearch|search)\b"), 20),
    (re.compile(r"/download$"), 20),
    (re.compile(r"^/v1/webhooks$"), 10),
    (re.compile(r"^/v1/users/\d+/permissions$"), 10),
)
_ONE = re.compile(r"/(?:\d+|me|[0-9a-f]{40})$")
_SEARCH = re.compile(r"/(?:itemSearch|search)\b")


def cost(method: str, path: str) -> int:
    """Tokens that one request costs.

    Args:
        method: HTTP method.
        path: The URL's path, without host and query.

    Source:
        `x-token-cost` of the destination's OpenAPI files, as of August 2026: v2 list 10, get 1,
        write 5, delete 3; v1 list 20, get 2, write 10, delete 6.
    """
    for pattern, tokens in _SPECIAL:
        if pattern.search(path):
            return tokens
    is_v2 = path.startswith("/api/v2/")
    if method == "GET" and _ONE.search(path):
        return _V2_ONE if is_v2 else _V1_ONE
    return (_V2 if is_v2 else _V1)[method]


def is_search(path: str) -> bool:
    """Whether a request also counts against the narrower window of searches."""
    return _SEARCH.search(path) is not None
