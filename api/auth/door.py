"""How sockets are let in: by the same credentials as requests."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from api.auth.caller import Caller, Scope
from api.auth.claims import LEEWAY
from api.auth.credentials import from_handshake
from api.auth.gate import Gate
from api.auth.ownership import Owners
from api.auth.refusals import BadCredential, lacks
from api.limits.rates import too_often
from api.relay.door import Pass, Visitor
from api.relay.rooms import Room, UserRoom
from api.web.problem import Problem
from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable

LOOK_AGAIN_S: Final = 60.0
"""How long a revoked API key may go on listening."""


class GuardedDoor:
    """Lets in whom the gate knows and who may read."""

    def __init__(
        self, gate: Gate, owners: Owners, clock: Clock, *, look_again_s: float = LOOK_AGAIN_S
    ) -> None:
        self._gate = gate
        self._owners = owners
        self._clock = clock
        self._look_again_s = look_again_s

    async def admit(self, visitor: Visitor) -> Pass:
        """Let a socket in; raises Problem (401, 403, 429), Unavailable."""
        request = visitor.environ.get("aiohttp.request")
        peer = getattr(request, "remote", None) or ""
        try:
            credential = from_handshake(visitor.auth, visitor.environ)
        except BadCredential as error:
            raise self._gate.refused(error, peer) from None
        caller = await self._gate.caller(credential, peer)
        await self._count(caller)
        if Scope.READ not in caller.scopes:
            raise lacks(Scope.READ)
        return _Pass(caller, self, self._gate.is_open and not _joins(visitor.auth))

    async def check(self, caller: Caller, room: Room) -> None:
        """Return if a caller may follow a room; raises Problem (404, 429), Unavailable."""
        await self._count(caller)
        await self.may_follow(caller, room)

    async def may_follow(self, caller: Caller, room: Room) -> None:
        """Return if a caller, whose request is counted, may follow a room; raises Problem (404)."""
        if isinstance(room, UserRoom):
            own = caller.job_id is None and caller.acts_for(room.user_id)
        else:
            own = caller.sees_all or caller.sees(room.job_id, await self._owners.of(room.job_id))
        if not own:
            raise Problem(HTTPStatus.NOT_FOUND, Code.NOT_FOUND, "There is no such room for you")

    async def ended(self, caller: Caller) -> None:
        """Return once a caller's credential is not good any more."""
        wait = self._look_again_s
        while wait > 0:
            if caller.expires_at is not None:
                left = (caller.expires_at - (self._clock.now() - LEEWAY)).total_seconds()
                wait = min(self._look_again_s, left)
            await self._clock.sleep(max(wait, 0))
            try:
                if not await self._gate.still_good(caller):
                    return
            except Unavailable:
                continue  # the key was good; when Postgres is back, it is asked again

    async def _count(self, caller: Caller) -> None:
        rate = await self._gate.take(caller)
        if rate is not None and not rate.allowed:
            raise too_often(rate)


def _joins(auth: Any) -> bool:
    """Tell whether a client has said that it joins rooms, and needs to be told of nothing else."""
    return isinstance(auth, Mapping) and auth.get("joins") is True


@dataclass(frozen=True, slots=True)
class _Pass:
    caller: Caller
    door: GuardedDoor
    hears_all: bool

    def wish(self, payload: Any) -> Any:
        """Fill in what a wish does not say: the caller's own job or room."""
        if payload is not None and not isinstance(payload, Mapping):
            return payload
        said = dict(payload or {})
        if "userId" in said or "jobId" in said:
            return said
        if self.caller.job_id is not None:
            return {"jobId": str(self.caller.job_id)} | said
        return said if self.caller.user_id is None else {"userId": self.caller.user_id} | said

    async def check(self, room: Room) -> None:
        """Return if it may follow this room."""
        await self.door.check(self.caller, room)

    async def ended(self) -> None:
        """Return once it is not good any more."""
        await self.door.ended(self.caller)
