"""The public keys of whoever makes user tokens."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from buyqueue.clock import Clock
from buyqueue.errors import Code, Unavailable
from buyqueue.logs import get_logger

ALGORITHMS: Final = ("RS256", "ES256", "EdDSA")
MAX_AGE_S: Final = 600.0
ASK_AGAIN_S: Final = 10.0
"""An unknown key id has the keys read anew, but no more often than this."""
TIMEOUT_S: Final = 5.0
LONGEST: Final = 256 * 1024

Load = Callable[[], Awaitable[bytes]]
Keys = Mapping[str, PyJWK]

log = get_logger("api")


def read_keys(raw: bytes) -> dict[str, PyJWK]:
    """Read a key set: the keys that we can verify with, by their id (empty if it has none).

    NB: a symmetric key in it is left out: what is published is no secret. Raises ValueError.
    """
    found = json.loads(raw)
    entries = found.get("keys") if isinstance(found, dict) else None
    if entries is None or not isinstance(entries, list):
        raise ValueError("not a JSON Web Key Set")
    keys: dict[str, PyJWK] = {}
    for entry in entries:
        key = _key(entry)
        if key is not None and key.algorithm_name in ALGORITHMS:
            keys[key.key_id or ""] = key
    return keys


def _key(entry: Any) -> PyJWK | None:
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        return PyJWK(entry)
    except (PyJWTError, TypeError, ValueError):
        return None


def from_file(path: Path) -> Load:
    """Read the keys from a file."""

    async def load() -> bytes:
        return await asyncio.to_thread(path.read_bytes)

    return load


def from_url(url: str) -> Load:
    """Read the keys from an address; redirects are not followed."""

    async def load() -> bytes:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise OSError(f"answered {answer.status}")
            raw = bytearray()
            async for chunk in answer.content.iter_chunked(LONGEST):
                raw += chunk
                if len(raw) > LONGEST:
                    raise ValueError("longer than any key set")
            return bytes(raw)

    return load


class Jwks:
    """Keys that are read when they are needed, and anew every ten minutes.

    While they cannot be read anew, those that are known go on.
    """

    def __init__(self, load: Load, clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._keys: Keys | None = None
        self._asked: float | None = None
        self._reading = asyncio.Lock()

    async def key(self, key_id: str | None) -> PyJWK | None:
        """Look a key up; a token that names none gets the only one there is.

        Raises Unavailable(AUTH_UNAVAILABLE) if no keys could ever be read.
        """
        if self._due(key_id):
            async with self._reading:
                if self._due(key_id):
                    await self._read()
        if self._keys is None:
            raise Unavailable(Code.AUTH_UNAVAILABLE, "The keys to verify tokens cannot be read")
        return _pick(self._keys, key_id)

    def _due(self, key_id: str | None) -> bool:
        if self._asked is None:
            return True
        age = self._clock.monotonic() - self._asked
        known = self._keys is not None and _pick(self._keys, key_id) is not None
        return age > (MAX_AGE_S if known else ASK_AGAIN_S)

    async def _read(self) -> None:
        try:
            self._keys = read_keys(await self._load())
        except (aiohttp.ClientError, OSError, ValueError) as error:
            log.error("auth.keys_unreadable", error=repr(error))  # noqa: TRY400 - an outage
        finally:
            self._asked = self._clock.monotonic()


def _pick(keys: Keys, key_id: str | None) -> PyJWK | None:
    if key_id is None:
        return next(iter(keys.values())) if len(keys) == 1 else None
    return keys.get(key_id)
