"""The way to one Socket.IO client."""

from typing import Final

from engineio.exceptions import SocketIsClosedError
from socketio import AsyncServer
from socketio.packet import EVENT

from api.relay.outbox import Gone
from api.relay.told import Told
from buyqueue.logs import get_logger

NAMESPACE: Final = "/"

log = get_logger(__name__)


class SocketLine:
    """Sends to one client what `Outbox` gives it."""

    def __init__(self, sio: AsyncServer, sid: str) -> None:
        self._sio = sio
        self._sid = sid
        self._connection = sio.manager.eio_sid_from_sid(sid, NAMESPACE)

    async def send(self, told: Told) -> None:
        """Hand a message to the transport; raises Gone."""
        # What `emit` does for one client, without its two tasks: those let the event loop run
        # between two messages, and the transport's writer wakes for each of them.
        data = [told.name, told.payload]
        packet = self._sio.packet_class(EVENT, namespace=NAMESPACE, data=data)
        try:
            await self._sio.eio.send(self._connection, packet.encode())
        except SocketIsClosedError:
            raise Gone from None

    def waiting(self) -> int:
        """Answer how many messages the transport has not sent yet."""
        socket = self._sio.eio.sockets.get(self._connection)
        return socket.queue.qsize() if socket else 0

    async def cut(self) -> None:
        """Disconnect the client."""
        log.warning("relay.slow_client", sid=self._sid)
        await self._sio.disconnect(self._sid, namespace=NAMESPACE)
