"""Rows as the text that Postgres's COPY reads. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID


def copy_text(rows: Iterable[Iterable[Any]]) -> bytes:
    """Write rows, each value in the order of the columns that are named beside it.

    Takes None, text, whole numbers, truth, ids and times; JSON is given as text.
    """
    return "".join(
        ["\t".join([_WRITTEN[type(value)](value) for value in row]) + "\n" for row in rows]
    ).encode()


def _text(value: str) -> str:
    return (
        value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    )


_WRITTEN: Final[dict[type, Callable[[Any], str]]] = {
    type(None): lambda _: "\\N",
    str: _text,
    int: str,
    bool: lambda value: "t" if value else "f",
    UUID: lambda value: value.hex,
    datetime: datetime.isoformat,
}
