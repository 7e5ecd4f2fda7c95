"""Which pages may call, and how a page elsewhere is kept from an api that is open. Pure."""

from collections.abc import Mapping
from http import HTTPStatus
from ipaddress import ip_address
from typing import Final
from urllib.parse import SplitResult, urlsplit

from api.web.problem import Problem
from buyqueue.errors import Code

ALLOWED_METHODS: Final = "GET, POST, DELETE"
ALLOWED_HEADERS: Final = (
    "Authorization, Content-Type, Idempotency-Key, Last-Event-ID, X-Api-Key, X-Request-Id, "
    "traceparent"
)
EXPOSED_HEADERS: Final = (
    "RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, Retry-After, X-Request-Id"
)


def is_origin(text: str) -> bool:
    """Tell whether this names one origin as browsers send it: a scheme, a host, maybe a port."""
    parts = _split(text)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return False
    return text == f"{parts.scheme}://{parts.netloc}" and "@" not in text and "*" not in text


def is_this_machine(host: str | None) -> bool:
    """Tell whether a name or address, without a port, is always this machine's own."""
    if not host:
        return False
    name = host.lower().strip("[]")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def require_local(headers: Mapping[str, str], allowed: tuple[str, ...]) -> None:
    """Return unless a page from elsewhere is behind this request; raises Problem (403).

    An open api trusts all that reaches it, and a browser on this machine reaches it for any page:
    by a request across origins, or by a name of the page's own that suddenly means 127.0.0.1.
    """
    host = headers.get("Host", "")
    named = _split(f"//{host}")
    if named is None or not is_this_machine(named.hostname):
        raise _foreign("this api is open and answers only to localhost; see AUTH")
    origin = headers.get("Origin")
    if origin is not None and not may_call(origin, host, allowed):
        raise _foreign("pages of other origins may not call this api; see CORS_ORIGINS")


def may_call(origin: str, host: str, allowed: tuple[str, ...]) -> bool:
    """Tell whether a page of this origin may call: one of the api's own host, or one allowed."""
    return origin in allowed or origin in (f"http://{host}", f"https://{host}")


def preflight_headers(origin: str) -> dict[str, str]:
    """Answer what a browser wants to know before it sends the request itself."""
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }


def _split(text: str) -> SplitResult | None:
    try:
        return urlsplit(text)
    except ValueError:
        return None


def _foreign(text: str) -> Problem:
    return Problem(HTTPStatus.FORBIDDEN, Code.FOREIGN_ORIGIN, f"Refused: {text}")
