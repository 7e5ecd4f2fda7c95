"""JSON as an order may be written in it: no floats, no repeated keys, no surprises.

Pure. A number becomes a Decimal with every digit it was written with; what could not be held
exactly (an absurd length or exponent) becomes NaN, so that the field it stands in refuses it.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from buyqueue.errors import Code, InvalidInput

MAX_DEPTH: Final = 8
MAX_NUMBER: Final = 64
"""Characters; a u64 in SOL needs 21."""
MAX_SHOWN_NAME: Final = 32

_NAN: Final = Decimal("NaN")
_PLAIN_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# The closing quote is optional so that every quote matches at once: no second look at any text.
_BRACKETS: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)


def parse_object(text: str) -> dict[str, Any]:
    """Read one JSON object.

    Raises InvalidInput(INVALID_REQUEST) for anything else, for a key that stands twice, and for
    nesting deeper than MAX_DEPTH, which is found before anything is built. The error's text never
    carries a value of the body: it may hold a key.
    """
    found = parse(text)
    if not isinstance(found, dict):
        raise _invalid("The body must be a JSON object")
    return found


def parse(text: str) -> Any:
    """Read any JSON value; raises as `parse_object` does."""
    if _depth(text) > MAX_DEPTH:
        raise _invalid(f"The body is nested deeper than {MAX_DEPTH} levels")
    place: str | None = None
    try:
        return json.loads(
            text,
            parse_float=_number,
            parse_int=_number,
            parse_constant=Decimal,
            object_pairs_hook=_object,
        )
    except json.JSONDecodeError as error:
        # NB: the error holds the whole text, so it must not be chained to ours.
        place = f"line {error.lineno}, column {error.colno}"
    raise _invalid(f"The body is not valid JSON: see {place}")


def shown(name: str) -> str:
    """Write a field's name for an error; what does not look like a name is not repeated."""
    if len(name) <= MAX_SHOWN_NAME and _PLAIN_NAME.fullmatch(name):
        return name
    return "(a name that is too long or not plain)"


def _depth(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        token = match[0]
        if token in ("[", "{"):
            depth += 1
            deepest = max(deepest, depth)
        elif token in ("]", "}"):
            depth -= 1
    return deepest


def _number(text: str) -> Decimal:
    if len(text) > MAX_NUMBER:
        return _NAN
    try:
        return Decimal(text)
    except InvalidOperation:
        return _NAN


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise InvalidInput(
                Code.INVALID_REQUEST,
                f"The field {shown(name)} stands twice; send it once",
                field=shown(name),
            )
        found[name] = value
    return found


def _invalid(text: str) -> InvalidInput:
    return InvalidInput(Code.INVALID_REQUEST, text)
