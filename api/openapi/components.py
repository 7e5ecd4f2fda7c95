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
        "description": "The user's own name for this order: printable ASCII, sent once.",
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
