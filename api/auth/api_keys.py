"""API keys, for services: made, listed, revoked and recognised."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from api.auth.caller import Caller, Scope, scopes_of, scopes_text
from api.auth.refusals import BadCredential
from api.submissions.database import transaction
from buyqueue.tables import API_KEYS

PREFIX: Final = "buyq"
ID_BYTES: Final = 6
SECRET_BYTES: Final = 32
UNKNOWN: Final = "The API key is not valid"

_C = API_KEYS.c


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: everything but the key."""

    key_id: str
    name: str
    scopes: frozenset[Scope]
    user_id: str | None
    created_at: datetime
    revoked_at: datetime | None


def looks_like_key(credential: str) -> bool:
    """Tell a key from a token, by how it begins."""
    return credential.startswith(f"{PREFIX}_")


def hash_of(secret: str) -> bytes:
    """Hash the secret half: 32 bytes."""
    return hashlib.sha256(secret.encode()).digest()


class ApiKeys:
    """The keys in Postgres. Every method raises Unavailable if that does not answer."""

    def __init__(self, engine: AsyncEngine, *, timeout_ms: int) -> None:
        self._engine = engine
        self._timeout_s = timeout_ms / 1000

    async def create(
        self, name: str, scopes: frozenset[Scope], user_id: str | None, now: datetime
    ) -> str:
        """Make a key and answer it, `buyq_<id>_<secret>`: this once, for it is kept as a hash."""
        key_id, secret = secrets.token_hex(ID_BYTES), secrets.token_urlsafe(SECRET_BYTES)
        row = {
            "key_id": key_id,
            "hash": hash_of(secret),
            "name": name,
            "scopes": scopes_text(scopes),
            "user_id": user_id,
            "created_at": now,
        }
        async with transaction(self._engine, self._timeout_s) as connection:
            await connection.execute(insert(API_KEYS).values(row))
        return f"{PREFIX}_{key_id}_{secret}"

    async def all(self) -> list[ApiKey]:
        """List the keys, oldest first, the revoked ones too."""
        async with transaction(self._engine, self._timeout_s) as connection:
            rows = await connection.execute(select(API_KEYS).order_by(_C.created_at))
            return [_api_key(row) for row in rows]

    async def revoke(self, key_id: str, now: datetime) -> bool:
        """Revoke a key; False if there is none that still was good."""
        change = update(API_KEYS).where(_C.key_id == key_id, _C.revoked_at.is_(None))
        async with transaction(self._engine, self._timeout_s) as connection:
            done = await connection.execute(change.values(revoked_at=now).returning(_C.key_id))
            return done.one_or_none() is not None

    async def caller(self, credential: str) -> Caller:
        """Recognise a key; raises BadCredential with one text, whatever is wrong with it."""
        _, key_id, secret = [*credential.split("_", 2), "", ""][:3]
        row = await self._row(key_id)
        # Compared even with no row, so that the time taken does not tell which ids there are.
        kept = bytes(row.hash) if row else bytes(SECRET_BYTES)
        same = hmac.compare_digest(kept, hash_of(secret))
        if row is None or not same or row.revoked_at is not None:
            raise BadCredential(UNKNOWN)
        return Caller(
            name=f"key:{key_id}",
            scopes=scopes_of(row.scopes),
            user_id=row.user_id,
            key_id=key_id,
        )

    async def good(self, key_id: str) -> bool:
        """Tell whether a key that was recognised still is one."""
        row = await self._row(key_id)
        return row is not None and row.revoked_at is None

    async def _row(self, key_id: str) -> Row[Any] | None:
        if len(key_id) != 2 * ID_BYTES or not (key_id.isascii() and key_id.isalnum()):
            return None
        async with transaction(self._engine, self._timeout_s) as connection:
            found = await connection.execute(select(API_KEYS).where(_C.key_id == key_id))
            return found.one_or_none()


def _api_key(row: Row[Any]) -> ApiKey:
    return ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=scopes_of(row.scopes),
        user_id=row.user_id,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
