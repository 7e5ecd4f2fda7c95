"""Looking a webhook's host up once, and connecting to what was found and checked, nothing else."""

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from api.webhooks.addresses import Allowed
from api.webhooks.lookups import LOOKUPS, Lookups
from api.webhooks.targets import check_addresses


class GuardedResolver(AbstractResolver):
    """Answers the addresses of a host if all of them may be connected to.

    aiohttp connects to these very addresses: there is no second look-up, which the name's owner
    could answer otherwise. NB: it is not asked for hosts that are addresses; `target_of` checks
    those.
    """

    def __init__(self, allowed: Allowed, lookup: AbstractResolver | None = None) -> None:
        self._allowed = allowed
        self._lookup = Lookups(lookup or ThreadsOfItsOwn())

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a host up; raises NotAllowed, Busy, OSError if it leads nowhere."""
        found = await self._lookup.resolve(host, port, family)
        addresses = [ip_address(one["host"]) for one in found]
        check_addresses(host.lower().rstrip("."), addresses, self._allowed)
        return found

    async def close(self) -> None:
        """Let the look-up go."""
        await self._lookup.close()


class ThreadsOfItsOwn(AbstractResolver):
    """Asks the system, in threads that keep nothing of Kafka's waiting."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(LOOKUPS, "webhook-lookup")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Look a host up; raises OSError if it leads nowhere."""

        def ask() -> list[tuple[int, str]]:
            kind, flags = socket.SOCK_STREAM, socket.AI_ADDRCONFIG
            found = socket.getaddrinfo(host, port, family, kind, flags=flags)
            return [(int(family), str(place[0])) for family, _, _, _, place in found]

        answers = await asyncio.get_running_loop().run_in_executor(self._threads, ask)
        numeric = int(socket.AI_NUMERICHOST | socket.AI_NUMERICSERV)
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=family, proto=0, flags=numeric
            )
            for family, address in answers
        ]

    async def close(self) -> None:
        """Take no more; what is being looked up is left to end by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
