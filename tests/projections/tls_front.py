"""TLS in front of a Postgres that was built without it."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

SSL_REQUEST: Final = bytes.fromhex("00000008" + "04d2162f")
"""Length 8 and the code 80877103: PostgreSQL's protocol, "SSLRequest"."""


@dataclass
class Front:
    """Answers as a server with a certificate does, and passes the rest on."""

    behind: int
    context: ssl.SSLContext
    port: int = 0
    encrypted: list[bool] = field(default_factory=list)
    """Of each connection that began a session."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, EOFError):
            begun = await reader.readexactly(8)
            if asked := begun == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self.context)
                begun = await reader.readexactly(8)
            self.encrypted.append(asked)
            to_reader, to_writer = await asyncio.open_connection("127.0.0.1", self.behind)
            to_writer.write(begun)
            await asyncio.gather(_pass(reader, to_writer), _pass(to_reader, writer))
        writer.close()


async def _pass(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await source.read(65_536):
            target.write(some)
            await target.drain()
    target.close()


@asynccontextmanager
async def tls_front(behind: int, context: ssl.SSLContext) -> AsyncIterator[Front]:
    """Serve on a free port of loopback while the context lasts."""
    front = Front(behind, context)
    server = await asyncio.start_server(front.serve, "127.0.0.1", 0)
    front.port = server.sockets[0].getsockname()[1]
    async with server:
        yield front
