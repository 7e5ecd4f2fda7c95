"""A websocket keeps no compressor, whatever a browser offers."""

from dataclasses import replace

from api.parts import Parts
from api.relay.relay import create_socket_server
from buyqueue.log.reader import LogReader
from buyqueue.settings import Settings
from tests.api.running import served

HANDSHAKE = "/socket.io/?EIO=4&transport=websocket"
WINDOW_BITS = 15


async def test_compression_is_declined(parts: Parts, reader: LogReader, settings: Settings) -> None:
    sockets = create_socket_server(settings)
    async with (
        served(replace(parts, sockets=sockets), reader) as api,
        api.session.ws_connect(api.url + HANDSHAKE, compress=WINDOW_BITS) as socket,
    ):
        assert socket.compress == 0
        assert (await socket.receive_str()).startswith('0{"sid":')
