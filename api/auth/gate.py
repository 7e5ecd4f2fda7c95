"""Who somebody is, and whether it is not too often: the same for REST and for sockets."""

from dataclasses import dataclass
from typing import Final

from api.auth.api_keys import ApiKeys, looks_like_key
from api.auth.caller import ANYBODY, Caller
from api.auth.refusals import BadCredential, unauthenticated
from api.auth.tokens import Tokens
from api.limits.abuse import BAD_CREDENTIAL, RATE_LIMITED, Abuse
from api.limits.rates import Rate, Rates

NO_CREDENTIAL: Final = (
    "Send a token or an API key as Authorization: Bearer, and sockets as auth: {token}"
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Turns credentials into callers. Without `tokens` it is open: everybody is ANYBODY."""

    keys: ApiKeys
    tokens: Tokens | None
    rates: Rates
    abuse: Abuse

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked who they are."""
        return self.tokens is None

    async def caller(self, credential: str | None, peer: str) -> Caller:
        """Answer who this is; raises Problem (401), Unavailable if it cannot be found out.

        `peer` is the address that refusals are counted by: that of a proxy, behind one.
        """
        if self.tokens is None:
            return ANYBODY
        if credential is None:
            raise unauthenticated(NO_CREDENTIAL, sent=False)
        verifier = self.keys if looks_like_key(credential) else self.tokens
        try:
            return await verifier.caller(credential)
        except BadCredential as error:
            raise self.refused(error, peer) from None

    def refused(self, error: BadCredential, peer: str) -> Exception:
        """Count a bad credential and answer what to raise."""
        self.abuse.note(BAD_CREDENTIAL, peer)
        return unauthenticated(str(error))

    async def take(self, caller: Caller) -> Rate | None:
        """Count a request of this caller; None where no rates are kept. Raises Unavailable."""
        if self.is_open:
            return None  # all callers look the same
        rate = await self.rates.take(caller.name)
        if rate is not None and not rate.allowed:
            self.abuse.note(RATE_LIMITED, caller.name)
        return rate

    async def still_good(self, caller: Caller) -> bool:
        """Tell whether a caller's API key was not revoked meanwhile."""
        return caller.key_id is None or await self.keys.good(caller.key_id)
