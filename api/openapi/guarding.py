"""What every route may answer because of who asks; the scopes stand in `api.auth.access`."""

from typing import Any, Final

from api.auth.access import NEEDS, PUBLIC
from api.auth.credentials import KEY_HEADER
from api.openapi.operation import Operation, Refused
from buyqueue.errors import Code

SCHEMES: Final[dict[str, Any]] = {
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A user's token, a short-lived one of `createToken`, or an API key.",
    },
    "apiKey": {
        "type": "apiKey",
        "in": "header",
        "name": KEY_HEADER,
        "description": "An API key, which `buyq keys create` makes. Send one credential only.",
    },
}
_EITHER: Final[tuple[dict[str, list[str]], ...]] = tuple({name: []} for name in SCHEMES)

_FOREIGN: Final = Refused(
    "A page of another origin asks an open api (`AUTH=open`)", (Code.FOREIGN_ORIGIN,)
)
_ASKED: Final = {
    401: Refused(
        "No credential that is valid came", (Code.UNAUTHENTICATED,), headers=("WWW-Authenticate",)
    ),
    403: Refused(
        "The credential is not good for this",
        (Code.FORBIDDEN, Code.FOREIGN_ORIGIN),
    ),
    429: Refused(
        "The caller asks too often",
        (Code.RATE_LIMITED,),
        headers=("Retry-After",),
    ),
    503: Refused(
        "Who asks cannot be found out now",
        (Code.AUTH_UNAVAILABLE, Code.DATABASE_UNAVAILABLE),
        headers=("Retry-After",),
    ),
}
_BUG: Final = Refused("A fault of ours", (Code.INTERNAL_ERROR,))


def security(one: Operation) -> dict[str, Any]:
    """Describe the credentials that a route takes; empty if anybody may ask."""
    return {} if one.path in PUBLIC else {"security": list(_EITHER)}


def scope_text(one: Operation) -> str:
    """Say which scope a route asks for; empty if none."""
    scope = NEEDS.get((one.method.upper(), one.path))
    return f"Needs the scope `{scope}`." if scope is not None else ""


def refusals(one: Operation) -> dict[int, Refused]:
    """Answer all refusals of a route: its own, and those of who asks."""
    found = {**one.refusals, 500: _BUG}
    asked = {403: _FOREIGN} if one.path in PUBLIC else _ASKED
    for status, refused in asked.items():
        own = found.get(status)
        found[status] = refused if own is None else _both(own, refused)
    return found


def _both(own: Refused, asked: Refused) -> Refused:
    return Refused(
        f"{own.why}. Or: {asked.why}",
        tuple(dict.fromkeys((*own.codes, *asked.codes))),
        own.model,
        tuple(dict.fromkeys((*own.headers, *asked.headers))),
    )
