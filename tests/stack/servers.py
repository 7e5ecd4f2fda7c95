"""What a test is given: one Kafka, one Postgres."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import asyncpg


@dataclass(frozen=True)
class Servers:
    """Running servers; `note` says for people how they came to run."""

    kind: str
    kafka: str
    server_url: str
    note: str = ""


def plain(url: str) -> str:
    """Write an SQLAlchemy URL as asyncpg reads it."""
    return url.replace("+asyncpg", "", 1)


def with_database(url: str, database: str) -> str:
    """Write the URL of another database on the same server."""
    return urlsplit(url)._replace(path=f"/{database}").geturl()


@asynccontextmanager
async def session(url: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to the database of an SQLAlchemy URL for a moment."""
    connection = await asyncpg.connect(plain(url), timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


@dataclass
class Stack:
    """A running Kafka and Postgres.

    `kafka` is the bootstrap servers, `database_url` (postgresql+asyncpg://...) an empty database of
    this test session. NB: topics are shared by the session: tests name theirs apart.
    """

    servers: Servers
    database_url: str = ""
    _made: list[str] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """`env`, `testcontainers` or `embedded`."""
        return self.servers.kind

    @property
    def kafka(self) -> str:
        """The bootstrap servers."""
        return self.servers.kafka

    async def fresh_database(self) -> str:
        """Make an empty database; its URL (postgresql+asyncpg://...)."""
        name = f"test_{secrets.token_hex(6)}"
        async with session(self.servers.server_url) as connection:
            # Not every server's own encoding is UTF-8.
            encoding = "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            await connection.execute(f"CREATE DATABASE {name} {encoding}")
        self._made.append(name)
        return with_database(self.servers.server_url, name)

    async def drop_databases(self) -> None:
        """Remove every database made here, whoever is still connected."""
        async with session(self.servers.server_url) as connection:
            while self._made:
                await connection.execute(f"DROP DATABASE {self._made.pop()} WITH (FORCE)")
