"""From a verified token's claims to a caller. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from api.auth.caller import Caller, scopes_of
from api.auth.refusals import BadCredential
from api.orders.fields import user_id
from buyqueue.errors import InvalidInput

LEEWAY: Final = timedelta(seconds=30)
"""How far two machines' clocks may be apart."""
LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a maker's tokens must name, where it is not None."""

    issuer: str | None = None
    audience: str | None = None


def caller_of(claims: Mapping[str, Any], expected: Expected, now: datetime) -> Caller:
    """Read who a token is for: `sub` is the user, `scope` what for, `job` the one job if any.

    Without `scope` it is good for nothing. Raises BadCredential: `exp` is required, and `exp`,
    `nbf` and `iat` are held against `now` with the leeway.
    """
    expires_at = _time(claims, "exp")
    if expires_at is None:
        raise BadCredential("The token has no exp: it must expire")
    if now - LEEWAY >= expires_at:  # the other way round, the year 9999 would overflow
        raise BadCredential("The token has expired")
    for name in ("nbf", "iat"):
        begins = _time(claims, name)
        if begins is not None and now < begins - LEEWAY:
            raise BadCredential("The token is not valid yet")
    _check(claims, expected)
    user = _subject(claims)
    return Caller(
        name=f"user:{user}",
        scopes=scopes_of(_scope(claims)),
        user_id=user,
        job_id=_job(claims),
        expires_at=expires_at,
    )


def _check(claims: Mapping[str, Any], expected: Expected) -> None:
    if expected.issuer is not None and claims.get("iss") != expected.issuer:
        raise BadCredential("The token is of another issuer")
    named = claims.get("aud")
    audiences = named if isinstance(named, list) else [named]
    if expected.audience is not None and expected.audience not in audiences:
        raise BadCredential("The token is for another audience")


def _subject(claims: Mapping[str, Any]) -> str:
    try:
        return user_id(claims.get("sub"))
    except InvalidInput:
        raise BadCredential("The token's sub is not a user's id") from None


def _scope(claims: Mapping[str, Any]) -> str:
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise BadCredential("The token's scope must be a string")
    return scope


def _job(claims: Mapping[str, Any]) -> UUID | None:
    job = claims.get("job")
    if job is None:
        return None
    try:
        return UUID(job)
    except (ValueError, TypeError, AttributeError):
        raise BadCredential("The token's job is not a job's id") from None


def _time(claims: Mapping[str, Any], name: str) -> datetime | None:
    value = claims.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadCredential(f"The token's {name} must be a time")
    if not 0 <= value <= LAST_SECOND:
        raise BadCredential(f"The token's {name} must be a time")
    return datetime.fromtimestamp(value, UTC)
