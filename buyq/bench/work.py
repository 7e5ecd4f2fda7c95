"""What the processes say of their own work, on their monitoring ports."""

import re

import aiohttp

from sandbox.kafka.config import HOST
from sandbox.stack.places import Places

_CALLS = re.compile(r"^buyq_rpc_seconds_count\{[^}]*\} (\S+)$", re.MULTILINE)


async def rpc_calls(session: aiohttp.ClientSession, places: Places) -> int:
    """Answer how many calls of Solana nodes the api and the worker have made so far."""
    total = 0.0
    for name in ("api", "worker"):
        async with session.get(f"http://{HOST}:{places.metrics[name]}/metrics") as answer:
            total += sum(map(float, _CALLS.findall(await answer.text())))
    return round(total)
