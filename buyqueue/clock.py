"""The one source of time and identifiers; everything else takes a `Clock` as a parameter."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID


class Clock(Protocol):
    """Wall time, monotonic time, sleeping and ids, so that a test can choose all four."""

    def now(self) -> datetime:
        """Wall time in UTC."""

    def monotonic(self) -> float:
        """Seconds that never go backwards; only differences mean anything."""

    def new_id(self) -> UUID:
        """Answer a new UUIDv7 (RFC 9562 §5.7): unguessable, and sorted by creation time."""

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""


class SystemClock:
    """The machine's clock.

    NB: wall time may step; no decision about safety may rest on it (block heights decide those).
    """

    def now(self) -> datetime:
        """Wall time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the one source

    def monotonic(self) -> float:
        """Seconds that never go backwards."""
        return time.monotonic()

    def new_id(self) -> UUID:
        """Answer a new UUIDv7."""
        return uuid7(int(self.now().timestamp() * 1000), os.urandom(10))

    async def sleep(self, seconds: float) -> None:
        """Wait that long."""
        await asyncio.sleep(seconds)


def uuid7(unix_ms: int, random: bytes) -> UUID:
    """Lay out a UUIDv7 from a 48-bit time in ms and 10 random bytes (RFC 9562 §5.7)."""
    tail = int.from_bytes(random, "big")
    rand_a, rand_b = (tail >> 62) & 0xFFF, tail & ((1 << 62) - 1)
    return UUID(int=unix_ms << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


def made_at(made: UUID) -> datetime:
    """Answer when a UUIDv7 was made, in whole ms."""
    return datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=made.int >> 80)


def milliseconds_between(start: datetime, end: datetime) -> int:
    """Whole milliseconds from start to end; never negative, although a clock may have stepped."""
    return max(0, round((end - start).total_seconds() * 1000))
