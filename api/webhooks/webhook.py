"""A webhook: a row, as the routes and the senders read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from sqlalchemy import Row

from api.relay.rooms import EveryRoom, Room, UserRoom

WELL: Final[Mapping[str, Any]] = {
    "failures": 0,
    "failing_since": None,
    "next_attempt_at": None,
    "last_error": None,
}
"""The columns of a webhook that takes what it is sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Where whose buys are told, and how far that has come."""

    id: UUID
    user_id: str | None
    """None: everybody's."""
    url: str = field(repr=False)
    """May hold a secret of its owner's."""
    secret: bytes = field(repr=False)
    old_secret: bytes | None = field(repr=False)
    old_secret_until: datetime | None
    """Sealed, both of them."""
    cursors: Mapping[int, int]
    """For each partition the last cursor that was delivered or passed over."""
    revision: int
    failures: int
    failing_since: datetime | None
    next_attempt_at: datetime | None
    last_error: str | None
    disabled_at: datetime | None
    disabled_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, row: Row[Any]) -> Self:
        """Read a row of `webhooks`."""
        values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names
        for name in ("lease_holder", "lease_until"):
            del values[name]
        values["cursors"] = {int(partition): at for partition, at in row.cursors.items()}
        return cls(**values)

    @property
    def room(self) -> Room | EveryRoom:
        """Whose messages it is sent."""
        return EveryRoom() if self.user_id is None else UserRoom(self.user_id)


def cursors_json(cursors: Mapping[int, int]) -> dict[str, int]:
    """Write cursors as JSON has them."""
    return {str(partition): cursor for partition, cursor in sorted(cursors.items())}
