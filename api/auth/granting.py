"""What a short-lived token may say: never more than the credential that it was asked with. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from http import HTTPStatus
from typing import Any, Final
from uuid import UUID

from api.auth.caller import Caller, Scope
from api.auth.refusals import lacks, unauthenticated, wrong_user
from api.orders.fields import user_id
from api.submissions.reading import job_id_of, no_such_job
from api.web.problem import Problem
from api.web.strict_json import shown
from buyqueue.errors import Code, InvalidInput

DEFAULT_TTL_S: Final = 900
LONGEST_TTL_S: Final = 3_600
FOR_A_USER: Final = frozenset({Scope.SUBMIT, Scope.READ, Scope.CANCEL})
FOR_A_JOB: Final = frozenset({Scope.READ, Scope.CANCEL})
FIELDS: Final = ("userId", "jobId", "scopes", "ttlSeconds")


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks a token for; None is not said."""

    user_id: str | None
    job_id: UUID | None
    scopes: frozenset[Scope]
    ttl: timedelta


def wish_of(body: Mapping[str, Any]) -> Wish:
    """Read a body; raises InvalidInput, Problem (404) for a job id that cannot be one."""
    for name in body:
        if name not in FIELDS:
            known = ", ".join(FIELDS)
            text = f"Unknown field: {shown(name)}. Known are {known}"
            raise InvalidInput(Code.INVALID_REQUEST, text, field=shown(name))
    user, job = body.get("userId"), body.get("jobId")
    if job is not None and not isinstance(job, str):
        raise InvalidInput(Code.INVALID_REQUEST, "jobId must be a string", field="jobId")
    return Wish(
        user_id=None if user is None else user_id(user),
        job_id=None if job is None else job_id_of(job),
        scopes=_scopes(body.get("scopes", [Scope.READ])),
        ttl=_ttl(body.get("ttlSeconds", Decimal(DEFAULT_TTL_S))),
    )


def grant(caller: Caller, wish: Wish, owner: str | None, now: datetime) -> Caller:
    """Answer what a token will say, with its end; `owner` is the user of the wished job, if any.

    For one user or one job, with scopes that the caller has, never `admin`, and no longer than
    the caller's own credential. Raises Problem: 403, or 404 for a job that is not the caller's.
    """
    if caller.job_id is not None:
        raise Problem(
            HTTPStatus.FORBIDDEN, Code.FORBIDDEN, "A token for one job cannot make others"
        )
    user = _user(caller, wish, owner)
    allowed = caller.scopes & (FOR_A_USER if wish.job_id is None else FOR_A_JOB)
    for scope in Scope:
        if scope in wish.scopes and scope not in allowed:
            raise lacks(scope)
    expires_at = now + wish.ttl
    if caller.expires_at is not None:
        expires_at = min(expires_at, caller.expires_at)
    if expires_at <= now:
        raise unauthenticated("The token has expired")
    return replace(
        caller,
        name=f"user:{user}",
        scopes=wish.scopes,
        user_id=user,
        job_id=wish.job_id,
        expires_at=expires_at,
        key_id=None,
    )


def _user(caller: Caller, wish: Wish, owner: str | None) -> str:
    if wish.user_id is not None and not caller.acts_for(wish.user_id):
        raise wrong_user()
    if wish.job_id is not None:
        named = wish.user_id or owner
        if owner is None or owner != named or not caller.acts_for(owner):
            raise no_such_job()
        return owner
    user = wish.user_id or caller.user_id
    if user is None:
        raise InvalidInput(
            Code.INVALID_REQUEST, "Send the userId or the jobId that the token is for"
        )
    return user


def _scopes(value: Any) -> frozenset[Scope]:
    known = {str(scope): scope for scope in Scope}
    named = value if isinstance(value, list) else []
    if not named or not all(isinstance(name, str) and name in known for name in named):
        text = f"scopes must be a list of: {', '.join(known)}"
        raise InvalidInput(Code.INVALID_REQUEST, text, field="scopes")
    return frozenset(known[name] for name in named)


def _ttl(value: Any) -> timedelta:
    whole = isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()
    if not whole or not 1 <= value <= LONGEST_TTL_S:
        text = f"ttlSeconds must be a whole number from 1 to {LONGEST_TTL_S}"
        raise InvalidInput(Code.INVALID_REQUEST, text, field="ttlSeconds")
    return timedelta(seconds=int(value))
