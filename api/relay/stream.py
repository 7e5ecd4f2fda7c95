"""A client that follows one room by server-sent events (HTML standard, section 9.2)."""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from api.relay.joining import Joining
from api.relay.outbox import Gone, Outbox
from api.relay.rooms import JobRoom, Join, Room, parse_join
from api.relay.told import Told
from api.relay.viewer import Viewer
from buyqueue.clock import Clock
from buyqueue.ending import end_all
from buyqueue.errors import Code, InvalidInput

HEADER: Final = "Last-Event-ID"
HEARTBEAT_S: Final = 10.0
HEARTBEAT: Final = b": still here\n\n"


def join_of(room: Room, last_event_id: str | None) -> Join:
    """Read where a client was: `<partition>:<cursor>`, separated by commas; a job's may be bare.

    None: from now on. Raises InvalidInput.
    """
    if last_event_id is None:
        return Join(room)
    if isinstance(room, JobRoom):
        if ":" not in last_event_id:
            return parse_join({"jobId": str(room.job_id), "cursor": _number(last_event_id)})
        return parse_join({"jobId": str(room.job_id), "cursors": _vector(last_event_id)})
    return parse_join({"userId": room.user_id, "cursors": _vector(last_event_id)})


@dataclass(frozen=True, slots=True)
class _Joined:
    ack: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _End:
    why: Exception | None = None


class Stream:
    """Joins when `chunks` is first asked, and leaves when that is closed."""

    def __init__(self, joining: Joining, wish: Join, clock: Clock) -> None:
        self._joining = joining
        self._wish = wish
        self._viewer = Viewer(Outbox(self, clock))
        self._queue: asyncio.Queue[Told | _Joined | _End] = asyncio.Queue()
        self._cursors = dict(wish.cursors or {})
        self._whole = wish.cursors is not None or isinstance(wish.room, JobRoom)

    async def chunks(self) -> AsyncGenerator[bytes]:
        """Answer what to write: events, and comments while there are none.

        Before the first one, raises what joining raises; afterwards it just ends, and the client
        comes back with the last `id`: the vector of all that it was sent. A stream of a user that
        begins anew has none before `joined`.
        """
        tasks = [asyncio.create_task(run) for run in (self._viewer.outbox.run(), self._join())]
        try:
            item = await self._queue.get()
            if isinstance(item, _End) and item.why:
                raise item.why
            while not isinstance(item, _End):
                yield self._written(item)
                while (following := await self._following()) is None:
                    yield HEARTBEAT
                item = following
        finally:
            self._joining.leave_all(self._viewer)
            self._viewer.outbox.close()
            await end_all(tasks)

    def end(self) -> None:
        """End it, after what is already on its way."""
        self._queue.put_nowait(_End())

    async def send(self, told: Told) -> None:
        """Take a message from the outbox."""
        self._queue.put_nowait(told)

    def waiting(self) -> int:
        """Answer how many messages are not written yet."""
        return self._queue.qsize()

    async def cut(self) -> None:
        """End it: the client is too slow."""
        self.end()

    async def _join(self) -> None:
        try:
            self._queue.put_nowait(_Joined(await self._joining.join(self._viewer, self._wish)))
        except Gone:
            self.end()
        except Exception as error:  # noqa: BLE001 - raised to whoever reads
            self._queue.put_nowait(_End(error))

    async def _following(self) -> Told | _Joined | _End | None:
        with suppress(TimeoutError):
            async with asyncio.timeout(HEARTBEAT_S):
                return await self._queue.get()
        return None

    def _written(self, item: Told | _Joined) -> bytes:
        if isinstance(item, Told):
            name, payload = item.name, item.payload
            # Of the payload: an end's progress counts as not the last (see `contract.messages`).
            self._seen(payload["partition"], payload["cursor"])
        else:
            name, payload, self._whole = "joined", item.ack, True
            for partition, cursor in item.ack["cursors"].items():
                self._seen(int(partition), cursor)
        # JSON has no raw line ends, so the data is one line.
        data = json.dumps(payload, ensure_ascii=False, separators=(",", ":"))
        return f"event: {name}\n{self._id()}data: {data}\n\n".encode()

    def _seen(self, partition: int, cursor: int) -> None:
        self._cursors[partition] = max(cursor, self._cursors.get(partition, -1))

    def _id(self) -> str:
        """Write the vector; none while it lacks partitions, which would count from their start."""
        if not self._whole:
            return ""
        return f"id: {','.join(f'{p}:{cursor}' for p, cursor in sorted(self._cursors.items()))}\n"


def _vector(text: str) -> dict[int, int]:
    entries = (entry.partition(":") for entry in text.split(","))
    return {_number(partition): _number(cursor) for partition, _, cursor in entries}


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        told = f"{HEADER} must be the id of the last event that came"
        raise InvalidInput(Code.INVALID_REQUEST, told, field=HEADER) from None
