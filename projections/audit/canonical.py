"""One way to write a JSON value, so that equal values are equal bytes.

Sorted names, no spaces, UTF-8, one line: RFC 8785 for the values that stand in an export, which
are texts, integers, booleans, null, lists and objects with ASCII names. Floats are refused.
"""

import json
from typing import Any


def canonical(value: Any) -> bytes:
    """Write a value; raises ValueError for a float, or a text that is no Unicode."""
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _check(value: Any) -> None:
    match value:
        case float():
            raise ValueError("a float has no one way to be written")
        case dict():
            for inner in value.values():
                _check(inner)
        case list() | tuple():
            for inner in value:
                _check(inner)
        case _:
            pass
