"""Where faust and the event models meet."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import faust

from buyqueue.log.record import Poison, Recorded, read_record


class RecordSchema(faust.Schema):  # type: ignore[misc]
    """Reads a Kafka message into a Recorded, or a Poison where it cannot be read.

    It never raises: faust acknowledges what its decoder or agent raised on, and stops the whole
    consumer on some errors (both measured).
    """

    def __init__(self) -> None:
        super().__init__(key_serializer="raw", value_serializer="raw", allow_empty=True)

    def loads_key(
        self,
        app: Any,
        message: Any,
        *,
        loads: Callable[..., Any] | None = None,
        serializer: Any = None,
    ) -> bytes | None:
        """Answer the key as it is."""
        key: bytes | None = message.key
        return key

    def loads_value(
        self,
        app: Any,
        message: Any,
        *,
        loads: Callable[..., Any] | None = None,
        serializer: Any = None,
    ) -> Recorded | Poison:
        """Read the whole message, with its place."""
        logged_ms = None if message.timestamp is None else round(message.timestamp * 1000)
        place = (message.partition, message.offset)
        return read_record(*place, message.key, message.value, logged_ms, _headers(message))


def _headers(message: Any) -> Iterable[tuple[str, bytes]]:
    """Answer a message's headers, which faust may hold as a mapping."""
    headers = message.headers or ()
    return headers.items() if isinstance(headers, Mapping) else headers
