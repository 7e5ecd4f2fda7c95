"""What a client follows, and how far it has heard."""

from dataclasses import dataclass, field
from typing import Any, Protocol

from buyq.client.messages import Message


class Room(Protocol):
    """A room to join, from behind what was heard."""

    def wish(self) -> dict[str, Any]:
        """Answer the payload of `join_room`."""

    def joined(self, answer: dict[str, Any]) -> None:
        """Take the acknowledgement: all up to its cursors has come."""

    def heard(self, message: Message) -> None:
        """Note how far the messages have come."""


@dataclass
class UserRoom:
    """All buys of a user. Without cursors it begins with what comes next."""

    user_id: str
    cursors: dict[int, int] | None = None

    def wish(self) -> dict[str, Any]:
        """Answer the payload of `join_room`."""
        told: dict[str, Any] = {"userId": self.user_id}
        if self.cursors is not None:
            told["cursors"] = {str(partition): at for partition, at in self.cursors.items()}
        return told

    def joined(self, answer: dict[str, Any]) -> None:
        """Take the acknowledgement."""
        known = self.cursors or {}
        told = {int(partition): int(at) for partition, at in answer["cursors"].items()}
        self.cursors = {p: max(at, known.get(p, at)) for p, at in (known | told).items()}

    def heard(self, message: Message) -> None:
        """Note how far the messages have come."""
        if self.cursors is not None:
            known = self.cursors.get(message.partition, message.cursor)
            self.cursors[message.partition] = max(message.cursor, known)


@dataclass
class JobRoom:
    """One buy, from its beginning unless a cursor says otherwise."""

    job_id: str
    cursor: int = field(default=-1)

    def wish(self) -> dict[str, Any]:
        """Answer the payload of `join_room`."""
        return {"jobId": self.job_id, "cursor": self.cursor}

    def joined(self, answer: dict[str, Any]) -> None:
        """Take the acknowledgement."""
        self.cursor = max(self.cursor, *(int(at) for at in answer["cursors"].values()))

    def heard(self, message: Message) -> None:
        """Note how far the messages have come."""
        self.cursor = max(self.cursor, message.cursor)
