"""How somebody is refused: as little as helps whoever has a right to know."""

from http import HTTPStatus
from typing import Final

from api.auth.caller import Scope
from api.web.problem import Problem
from buyqueue.errors import Code

CHALLENGE: Final = 'Bearer realm="external-buy"'


class BadCredential(Exception):
    """A credential that is not accepted. Its text is for the caller and the counts: no secrets."""


def unauthenticated(text: str, *, sent: bool = True) -> Problem:
    """Say that we do not know who this is (401); `sent`: a credential came, and is not valid."""
    error = ', error="invalid_token"' if sent else ""
    return Problem(
        HTTPStatus.UNAUTHORIZED,
        Code.UNAUTHENTICATED,
        text,
        headers={"WWW-Authenticate": CHALLENGE + error},
    )


def lacks(scope: Scope) -> Problem:
    """Say that a credential is not good for this (403)."""
    return Problem(
        HTTPStatus.FORBIDDEN, Code.FORBIDDEN, f"Your credential lacks the scope `{scope}`"
    )


def wrong_user() -> Problem:
    """Say that the caller may not act in that user's name (403)."""
    return Problem(
        HTTPStatus.FORBIDDEN,
        Code.WRONG_USER,
        "Your credential is another user's: send that user's id as userId",
        field="userId",
    )
