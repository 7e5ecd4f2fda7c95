"""Bytes on a connection, for what no client library would send."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


async def exchange(url: str, sent: bytes, *, within_s: float = 5) -> list[tuple[int, Any]]:
    """Send bytes and half-close; the status and JSON of each answer until the server hangs up."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(within_s):
            return [answer async for answer in _answers(reader)]
    finally:
        writer.close()


async def _answers(reader: asyncio.StreamReader) -> Any:
    while line := await reader.readline():
        status = int(line.split()[1])
        length = 0
        while (header := await reader.readline()).strip():
            name, _, value = header.decode().partition(":")
            if name.lower() == "content-length":
                length = int(value)
        body = await reader.readexactly(length)
        if status >= 200:
            yield status, json.loads(body)
