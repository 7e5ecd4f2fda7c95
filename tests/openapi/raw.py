"""Bytes on a connection, for what no client library would send."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


async def exchange(
    url: str, sent: bytes, *, within_s: float = 5, most: int = 9
) -> list[tuple[int, Any]]:
    """Send bytes; the status and JSON of each answer, until there are `most` or no more come."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    try:
        writer.write(sent)
        await writer.drain()
        async with asyncio.timeout(within_s):
            found: list[tuple[int, Any]] = []
            async for answer in _answers(reader):
                found.append(answer)
                if len(found) == most:
                    break
            return found
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
