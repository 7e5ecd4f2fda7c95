"""Tokens: verifying those of others, and making and verifying our own."""

from datetime import datetime
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError
from jwt.types import Options

from api.auth.caller import Caller, scopes_text
from api.auth.claims import Expected, caller_of
from api.auth.jwks import ALGORITHMS, Jwks
from api.auth.refusals import BadCredential
from buyqueue.clock import Clock
from buyqueue.secret import Secret

OURS: Final = "external-buy"
"""Issuer and key id of the tokens that we make."""
SYMMETRIC: Final = "HS256"
_SIGNATURE_ONLY: Final[Options] = {
    # Times are held against our clock, and names against the maker's, in `claims`.
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "verify_aud": False,
    "verify_iss": False,
    "verify_sub": False,
    "verify_jti": False,
    "enforce_minimum_key_length": True,
}


class Tokens:
    """Verifies and makes tokens.

    Each kind of key takes its own algorithm and no other, whatever a token says of itself: a
    secret HS256, a public key the one that it was made for.
    """

    def __init__(
        self,
        *,
        own_secret: Secret,
        shared_secret: Secret | None,
        jwks: Jwks | None,
        expected: Expected,
        clock: Clock,
    ) -> None:
        self._own_secret = own_secret
        self._shared_secret = shared_secret
        self._jwks = jwks
        self._expected = expected
        self._clock = clock

    async def caller(self, token: str) -> Caller:
        """Verify a token; raises BadCredential, Unavailable if the keys for it cannot be read."""
        try:
            header = jwt.get_unverified_header(token)
        except (PyJWTError, ValueError):
            raise BadCredential("The credential is neither a token nor an API key") from None
        algorithm, key_id = header.get("alg"), header.get("kid")
        now = self._clock.now()
        if algorithm == SYMMETRIC and key_id == OURS:
            claims = _claims(token, self._own_secret.reveal(), SYMMETRIC)
            return caller_of(claims, Expected(OURS), now)
        if algorithm == SYMMETRIC and self._shared_secret is not None:
            claims = _claims(token, self._shared_secret.reveal(), SYMMETRIC)
            return caller_of(claims, self._expected, now)
        if algorithm in ALGORITHMS and self._jwks is not None:
            key = await self._jwks.key(key_id)
            if key is None:
                raise BadCredential("The token is signed with an unknown key")
            return caller_of(_claims(token, key, key.algorithm_name), self._expected, now)
        raise BadCredential("The token's algorithm is not accepted")

    def make(self, caller: Caller, expires_at: datetime) -> str:
        """Make a token that says what this caller may, until then."""
        assert caller.user_id is not None  # noqa: S101 - no token is for any user
        claims = {
            "iss": OURS,
            "sub": caller.user_id,
            "scope": scopes_text(caller.scopes),
            "iat": int(self._clock.now().timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": str(self._clock.new_id()),
        }
        if caller.job_id is not None:
            claims["job"] = str(caller.job_id)
        return jwt.encode(
            claims, self._own_secret.reveal(), algorithm=SYMMETRIC, headers={"kid": OURS}
        )


def _claims(token: str, key: Any, algorithm: str) -> dict[str, Any]:
    try:
        return jwt.decode(token, key, algorithms=[algorithm], options=_SIGNATURE_ONLY)
    except (PyJWTError, ValueError, RecursionError):
        raise BadCredential("The token's signature is not valid") from None
