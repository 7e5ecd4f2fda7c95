"""Who calls, and what for. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID


class Scope(StrEnum):
    """What a credential is good for."""

    SUBMIT = "submit"
    READ = "read"
    CANCEL = "cancel"
    WEBHOOKS = "webhooks"
    """Not in a browser's token: a webhook lasts longer than that."""
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whose credential was verified, or anybody where the api is open."""

    name: str
    """What limits and logs know it by: `user:<id>`, `key:<id>` or `open`."""
    scopes: frozenset[Scope]
    user_id: str | None = None
    """None: acts for any user that it names."""
    job_id: UUID | None = None
    """Not None: for this job alone."""
    expires_at: datetime | None = None
    key_id: str | None = None
    """Of an API key, which may be revoked while a socket is open."""

    @property
    def sees_all(self) -> bool:
        """Whether it sees every job, as far as its scopes go."""
        return self.user_id is None and self.job_id is None

    def acts_for(self, user_id: str) -> bool:
        """Tell whether it may act in this user's name."""
        return self.user_id is None or self.user_id == user_id

    def sees(self, job_id: UUID, owner: str | None) -> bool:
        """Tell whether a job is its own; an owner that is not known is nobody's user."""
        if self.job_id is not None and self.job_id != job_id:
            return False
        return self.user_id is None or self.user_id == owner


ANYBODY: Final = Caller("open", frozenset(Scope))
"""Whoever comes, where the api is open."""


def scopes_of(text: str) -> frozenset[Scope]:
    """Read scopes that spaces separate. Those of other services are left out."""
    return frozenset(scope for scope in Scope if scope in text.split())


def scopes_text(scopes: frozenset[Scope]) -> str:
    """Write scopes, in one order."""
    return " ".join(scope for scope in Scope if scope in scopes)
