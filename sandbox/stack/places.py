"""Where the parts of a local stack listen, and what its programs are told. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sandbox.kafka.config import HOST, Ports, bootstrap_servers

PARTITIONS: Final = 12
"""Fewer than in production: a start on one machine replays each of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The ports that somebody asked for; None means a free one, the same at each start."""

    api: int | None = None
    kafka: int | None = None
    postgres: int | None = None
    rpc: int | None = None
    jupiter: int | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """The ports of one stack. The chain's pubsub listens at `rpc` + 1 too, as clients expect."""

    api: int
    kafka: Ports
    postgres: int
    rpc: int
    jupiter: int
    metrics: Mapping[str, int]
    """Of each program of ours: where it tells how it is."""

    @property
    def api_url(self) -> str:
        """Where REST, Socket.IO and the page are."""
        return f"http://{HOST}:{self.api}"

    @property
    def rpc_url(self) -> str:
        """Where the local Solana answers."""
        return f"http://{HOST}:{self.rpc}"

    @property
    def jupiter_url(self) -> str:
        """Where the local Jupiter answers."""
        return f"http://{HOST}:{self.jupiter}/swap/v2"

    @property
    def kafka_servers(self) -> str:
        """What Kafka clients connect to."""
        return bootstrap_servers(self.kafka)


def environment(
    places: Places,
    database_url: str,
    vault_public_key: str,
    vault_private_key: Path,
    webhook_secret: str,
) -> Mapping[str, Mapping[str, str]]:
    """Answer the settings of each program by its name; only the worker may open the vault."""
    shared = {
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": places.kafka_servers,
        "TOPIC_PARTITIONS": str(PARTITIONS),
        "TOPIC_REPLICATION": "1",
        "SOLANA_RPC_URL": places.rpc_url,
        "SOLANA_WS_URL": places.rpc_url.replace("http", "ws", 1),
        "JUPITER_URL": places.jupiter_url,
        "LOG_JSON": "true",
    }
    api = {
        "HOST": HOST,
        "PORT": str(places.api),
        "DEBUG_ROUTES": "true",
        # Play money, on this machine only.
        "AUTH": "open",
        "MAX_OPEN_BUYS": "0",
        "RATE_LIMIT_PER_MINUTE": "0",
        "VAULT_PUBLIC_KEY": vault_public_key,
        "WEBHOOK_SECRET": webhook_secret,
        "WEBHOOK_ALLOW": "127.0.0.0/8,localhost",
    }
    worker = {"VAULT_PRIVATE_KEY_FILE": str(vault_private_key)}
    told = {"api": shared | api, "worker": shared | worker, "projector": shared}
    return {
        name: settings | {"METRICS_HOST": HOST, "METRICS_PORT": str(places.metrics[name])}
        for name, settings in told.items()
    }
