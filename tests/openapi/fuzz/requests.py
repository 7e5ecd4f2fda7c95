"""Whole requests: the routes of a buy, lists, the others, and none."""

from dataclasses import dataclass
from urllib.parse import quote

from hypothesis import strategies as st

from tests.openapi.fuzz.bodies import BODIES
from tests.openapi.fuzz.numbers import LITERALS

START = "/api/external-buy/start"
JOB = "/api/external-buy/job/{jobId}"
JOBS = "/api/external-buy/jobs"
LAST = "{last}"
"""Stands for the last job that was taken."""
JSON = "application/json"


@dataclass(frozen=True)
class Request:
    """What is sent; `route` is the path's pattern as it is described, None if there is none."""

    method: str
    path: str
    route: str | None
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


_LETTERS = st.characters(codec="latin-1", exclude_categories=["Cc"])
_KEYS = st.one_of(
    st.sampled_from(
        ["order-1", "order-2", "", " ", "x" * 255, "x" * 256, "caf\u00e9", "sha256:order-1"]
    ),
    st.text(_LETTERS, max_size=20),
)
_HEADERS = st.lists(
    st.one_of(
        st.tuples(st.just("Idempotency-Key"), _KEYS),
        st.tuples(st.just("X-Request-Id"), st.text(_LETTERS, max_size=70)),
        st.tuples(st.just("X-Forwarded-Proto"), st.sampled_from(["https", "http", "ftp", ""])),
        st.tuples(st.just("Expect"), st.sampled_from(["100-continue", "200-ok", "x"])),
        st.tuples(st.just("Accept"), st.sampled_from(["text/html", "*/*", "application/xml"])),
        st.tuples(
            st.just("Content-Encoding"), st.sampled_from(["gzip", "deflate", "br", "identity", "x"])
        ),
        st.tuples(st.just("Cookie"), st.text(_LETTERS, max_size=20)),
        st.tuples(st.just("Origin"), st.sampled_from(["null", "http://other.example"])),
    ),
    max_size=2,
)
_TYPES = st.sampled_from(
    [JSON] * 60
    + [
        "application/json; charset=utf-8", "application/json; charset=utf-16", "text/plain", "",
        "application/json;", "application/json; charset=", "multipart/form-data; boundary=a",
        "application/json, text/plain", "application/problem+json", "/", "; charset=utf8",
    ]
)  # fmt: skip


_SELDOM = st.integers(0, 3).map(lambda number: number == 3)
_SOMETIMES: st.SearchStrategy[list[tuple[str, str]]] = st.one_of(st.just([]), _HEADERS)


@st.composite
def starts(draw: st.DrawFn) -> Request:
    """A request to start a buy."""
    headers = draw(_SOMETIMES) if draw(_SELDOM) else []
    return Request("POST", START, START, (("Content-Type", draw(_TYPES)), *headers), draw(BODIES))


_NAMES = st.one_of(
    st.just(LAST),
    st.uuids().map(str),
    st.text(min_size=1, max_size=40),
    LITERALS,
    st.sampled_from(["%00", "%ff", "%2e%2e%2f", "%F0%9F%98%80", "a%0d%0ab"]),
)


@st.composite
def jobs(draw: st.DrawFn) -> Request:
    """A request about a job that there is, or none."""
    drawn = draw(_NAMES)
    written = "%" if drawn.startswith("%") else ""  # as it is: it may be no letter at all
    name = drawn if drawn == LAST else quote(_whole(drawn), safe=written)
    actions = [("GET", "status")] * 3 + [("POST", "cancel"), ("GET", "timeline")]
    method, action = draw(st.sampled_from(actions))
    # A dot alone is the folder itself: clients and servers take it away.
    route = None if set(name) <= {"."} else f"{JOB}/{action}"
    headers = tuple(draw(_HEADERS))
    return Request(method, f"/api/external-buy/job/{name}/{action}", route, headers)


_QUERY_NAMES = st.sampled_from(["status", "search", "userId", "limit", "cursor", "after", "x"])
_QUERY_VALUES = st.one_of(
    st.text(max_size=40), LITERALS, st.uuids().map(str), st.sampled_from(["active", "7", "%00"])
)


@st.composite
def lists(draw: st.DrawFn) -> Request:
    """A look for jobs."""
    pairs = draw(st.lists(st.tuples(_QUERY_NAMES, _QUERY_VALUES), max_size=3))
    query = "&".join(f"{name}={quote(_whole(value), safe='%')}" for name, value in pairs)
    return Request("GET", f"{JOBS}?{query}", JOBS, tuple(draw(_HEADERS)))


_KNOWN = ("/", "/health/live", "/openapi.json", START)
_PATHS = st.sampled_from(_KNOWN) | st.text(max_size=30).map(lambda text: "/x" + quote(_whole(text)))
_METHODS = st.sampled_from(
    ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "LOCK"]
)
_LITTLE = st.just(b"") | st.binary(max_size=50)


@st.composite
def others(draw: st.DrawFn) -> Request:
    """Any method on any path, but no order."""
    path = draw(_PATHS)
    method = draw(_METHODS.filter(lambda name: path != START or name != "POST"))
    route = path if path in _KNOWN else None
    if method == "HEAD":
        # What cannot be parsed as HTTP is answered with a body: nobody knows that it was a HEAD.
        return Request(method, path, route)
    return Request(method, path, route, tuple(draw(_HEADERS)), draw(_LITTLE))


def requests() -> st.SearchStrategy[Request]:
    """What anybody may send; most of it to the one route that takes much."""
    return st.one_of(starts(), starts(), starts(), starts(), jobs(), lists(), others())


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
