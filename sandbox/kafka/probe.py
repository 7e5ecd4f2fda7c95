"""Asking a broker whether it serves, and which cluster it is."""

import asyncio
import struct

TIMEOUT_S = 2.0
METADATA, VERSION, CORRELATION = 3, 2, 1
CLIENT_ID = b"probe"
LARGEST = 1024 * 1024
# header (key, version, correlation, client id) and an empty array: no topics, brokers only
BODY = struct.pack(
    f">hhih{len(CLIENT_ID)}si", METADATA, VERSION, CORRELATION, len(CLIENT_ID), CLIENT_ID, 0
)
REQUEST = struct.pack(">i", len(BODY)) + BODY


def string(reply: bytes, at: int) -> tuple[str, int]:
    """Read a nullable string of the protocol (null is empty); it, and where it ends."""
    (size,) = struct.unpack_from(">h", reply, at)
    at += 2
    length = max(size, 0)
    return reply[at : at + length].decode(), at + length


def serving_cluster(reply: bytes) -> str | None:
    """Read the cluster id in a Metadata v2 reply; None when it names no broker.

    Layout: correlation int32, brokers [id int32, host, port int32, rack], cluster id, ...
    struct.error or UnicodeDecodeError when it is no such reply.
    """
    correlation, count = struct.unpack_from(">ii", reply)
    if correlation != CORRELATION or count < 1:
        return None
    at = 8
    for _ in range(count):
        _, at = string(reply, at + 4)
        _, at = string(reply, at + 4)
    found, _ = string(reply, at)
    return found


async def cluster_at(host: str, port: int) -> str | None:
    """Ask for the id of the cluster that serves there; None when none does (yet).

    Written out rather than asked of a client: a client logs and retries, and says "ready" later.
    """
    try:
        async with asyncio.timeout(TIMEOUT_S):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(REQUEST)
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                return serving_cluster(await reader.readexactly(max(0, min(size, LARGEST))))
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError, EOFError, struct.error, UnicodeDecodeError):
        return None
