"""The headers and parameters that several routes share, described."""

from typing import Any, Final

REQUEST_ID: Final = "RequestId"

PARAMETERS: Final[dict[str, dict[str, Any]]] = {
    REQUEST_ID: {
        "name": "X-Request-Id",
        "in": "header",
        "description": (
            "The client's own name for this request: 8 to 64 letters, digits, `_`, `.` or `-`. "
            "Anything else is replaced by a new one."
        ),
        "schema": {"type": "string"},
    },
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": (
            "The user's own name for this order: printable ASCII, sent once; "
            "`sha256:` does not begin one."
        ),
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": 255,
            "pattern": "^[!-~]([ -~]*[!-~])?$",
        },
        "example": "order-4711",
    },
    "JobId": {
        "name": "jobId",
        "in": "path",
        "required": True,
        "description": "As the start route answered it.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "UserId": {
        "name": "userId",
        "in": "path",
        "required": True,
        "description": "The user, as its orders name it.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    },
    "WebhookId": {
        "name": "webhookId",
        "in": "path",
        "required": True,
        "description": "As it was answered when it was made.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "LastEventId": {
        "name": "Last-Event-ID",
        "in": "header",
        "description": (
            "The `id` of the last event that came: what followed it is sent first. Without it, "
            "what is live. It is `<partition>:<cursor>`, separated by commas; left out, a "
            "partition counts from its beginning."
        ),
        "schema": {"type": "string", "pattern": "^[0-9]+:-?[0-9]+(,[0-9]+:-?[0-9]+)*$"},
        "example": "0:-1",
    },
    "Status": {
        "name": "status",
        "in": "query",
        "description": "Only jobs that stand so.",
        "schema": {"enum": ["queued", "active", "completed", "failed", "cancelled"]},
    },
    "Search": {
        "name": "search",
        "in": "query",
        "description": (
            "The beginning of a job's id (4 hex digits or more), a whole token address or a whole "
            "transaction signature."
        ),
        "schema": {"type": "string", "maxLength": 100},
    },
    "UserIdQuery": {
        "name": "userId",
        "in": "query",
        "description": "Whose jobs; a credential that acts for any user and is no admin must say.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 128},
    },
    "Limit": {
        "name": "limit",
        "in": "query",
        "description": "How many at most; 50 unless given.",
        "schema": {"type": "integer", "minimum": 1, "maximum": 100},
    },
    "PageCursor": {
        "name": "cursor",
        "in": "query",
        "description": "The `nextCursor` of the page before.",
        "schema": {"type": "string", "format": "uuid"},
    },
    "After": {
        "name": "after",
        "in": "query",
        "description": "Only events behind this cursor.",
        "schema": {"type": "integer", "minimum": 0},
    },
}

HEADERS: Final[dict[str, dict[str, Any]]] = {
    REQUEST_ID: {
        "description": "The name of the request, under which the logs have it.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{8,64}$"},
    },
    "WWW-Authenticate": {
        "description": "How to say who one is.",
        "required": True,
        "schema": {"type": "string"},
    },
    "Retry-After": {
        "description": "How long to wait, in seconds.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    },
}


def parameter(name: str) -> dict[str, str]:
    """Refer to a parameter."""
    return {"$ref": f"#/components/parameters/{name}"}


def header(name: str) -> dict[str, str]:
    """Refer to a response's header."""
    return {"$ref": f"#/components/headers/{name}"}
