"""Listening on 127.0.0.1."""

from aiohttp import web

HOST = "127.0.0.1"
_TRIES = 50


async def bind(runner: web.AppRunner, port: int) -> int:
    """Listen on a port; 0 means a free one. Answer it."""
    await web.TCPSite(runner, HOST, port, reuse_address=True).start()
    return int(runner.addresses[-1][1])


async def bind_pair(runner: web.AppRunner, port: int) -> int:
    """Listen on a port and on the one after it; answer the first.

    Raises OSError when one of them is taken, or no free pair is found.
    """
    for _ in range(_TRIES):
        first = web.TCPSite(runner, HOST, port, reuse_address=True)
        await first.start()
        bound = int(runner.addresses[-1][1])
        try:
            await web.TCPSite(runner, HOST, bound + 1, reuse_address=True).start()
        except (OSError, OverflowError):
            await first.stop()
            if port:
                raise
            continue
        return bound
    raise OSError("no two free ports in a row")
