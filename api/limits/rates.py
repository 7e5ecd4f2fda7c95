"""How often a caller asks, counted in Postgres for all replicas together."""

import math
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from api.submissions.database import transaction
from api.web.problem import Problem
from buyqueue.errors import Code

WINDOW_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """What is left of a caller's allowance; times in whole seconds."""

    allowed: bool
    limit: int
    remaining: int
    reset_s: int
    """Until all of it is there again."""
    retry_s: int
    """Until the next request is allowed; 0 if it is now."""

    def headers(self) -> dict[str, str]:
        """Answer the `RateLimit-*` headers."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


def rate_of(limit: int, *, allowed: bool, used_s: float) -> Rate:
    """Work a rate out of how much of the window is used, after this request if it is allowed."""
    step = WINDOW_S / limit
    free_s = WINDOW_S - used_s
    remaining = math.floor(max(0.0, free_s) / step + 1e-6) if allowed else 0
    return Rate(
        allowed=allowed,
        limit=limit,
        remaining=remaining,
        reset_s=max(0, math.ceil(used_s)),
        retry_s=0 if allowed else max(1, math.ceil(step - free_s)),
    )


def too_often(rate: Rate) -> Problem:
    """Say that a caller asks too often (429)."""
    return Problem(
        HTTPStatus.TOO_MANY_REQUESTS,
        Code.RATE_LIMITED,
        f"Too many requests: {rate.limit} a minute are allowed; try again in {rate.retry_s} s",
        retryable=True,
        headers={"Retry-After": str(rate.retry_s)} | rate.headers(),
    )


class Rates:
    """A minute's requests may come at once; then they are allowed one by one as time goes by.

    One row a caller holds when its allowance is whole again; each request moves that on, by
    Postgres's own clock, so replicas need not agree on the time. A refused request moves nothing.
    """

    def __init__(self, engine: AsyncEngine, *, per_minute: int, timeout_ms: int) -> None:
        self._engine = engine
        self._per_minute = per_minute
        self._timeout_s = timeout_ms / 1000

    async def take(self, caller: str) -> Rate | None:
        """Count a request and answer what is left; None without a limit. Raises Unavailable."""
        if not self._per_minute:
            return None
        step = {"step": WINDOW_S / self._per_minute}
        async with transaction(self._engine, self._timeout_s) as connection:
            # A crash of Postgres may forget a few requests: not worth a disk write for each.
            await connection.execute(text("SET LOCAL synchronous_commit = off"))
            moved = await connection.execute(_TAKE, step | {"caller": caller, "window": WINDOW_S})
            used = moved.scalar_one_or_none()
            allowed = used is not None
            if used is None:
                used = (await connection.execute(_LOOK, {"caller": caller})).scalar_one()
        return rate_of(self._per_minute, allowed=allowed, used_s=float(used))


_TAKE: Final = text("""
    INSERT INTO request_rates AS r (caller, due)
    VALUES (:caller, clock_timestamp() + make_interval(secs => :step))
    ON CONFLICT (caller) DO UPDATE
    SET due = greatest(r.due, clock_timestamp()) + make_interval(secs => :step)
    WHERE greatest(r.due, clock_timestamp()) + make_interval(secs => :step)
        <= clock_timestamp() + make_interval(secs => :window)
    RETURNING extract(epoch FROM due - clock_timestamp())
""")
_LOOK: Final = text("""
    SELECT extract(epoch FROM due - clock_timestamp()) FROM request_rates WHERE caller = :caller
""")
