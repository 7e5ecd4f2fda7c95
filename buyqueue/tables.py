"""The Postgres tables that more than one process writes or reads, and the engine for them."""

import json
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    bindparam,
    cast,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from buyqueue.settings import Settings

COMMAND_TIMEOUT_S = 30.0
METADATA = MetaData()
SCHEMA_LOCK = 0x6275_7971
"""Of Postgres's advisory locks, the one of whoever changes the schema: `buyq`."""

SUBMISSIONS = Table(
    "submissions",
    METADATA,
    Column("job_id", Uuid, primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("idempotency_key", String(255)),
    Column("fingerprint", LargeBinary, nullable=False),
    # The order as BuyRequested carries it: an unanswered submission is appended again from here.
    Column("order", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    # Null until Kafka has acknowledged BuyRequested.
    Column("partition", Integer),
    Column("offset", BigInteger),
    # What a client that sealed its key itself called this order; kept, so it works once.
    Column("sealed_reference", String(80)),
    UniqueConstraint("user_id", "idempotency_key", name="submissions_idempotency"),
    UniqueConstraint("user_id", "sealed_reference", name="submissions_sealed_reference"),
    Index("submissions_by_user", "user_id", "job_id"),
)
"""One row a POST that was accepted; written before the event, kept as long as the record."""

VAULT = Table(
    "vault",
    METADATA,
    Column("job_id", Uuid, primary_key=True),
    # Who sealed the key: `service` or `client`; or who has it: `remote`, a registered signer, or
    # `wallet`, the user's own.
    Column("kind", String(16), nullable=False, server_default="service"),
    Column("wallet", String(44), nullable=False),
    Column("key_id", String(16)),
    Column("ciphertext", LargeBinary),
    # What a client bound its ciphertext to.
    Column("user_id", String(128)),
    Column("reference", String(40)),
    Column("signer_id", Uuid),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
"""Sealed wallet keys. A row lives from the submission until its buy is terminal."""

SIGNERS = Table(
    "signers",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("user_id", String(128), nullable=False),
    Column("wallet", String(44), nullable=False),
    Column("kind", String(16), nullable=False),
    # `buyqueue.signers`: it has no field for a secret.
    Column("config", JSONB, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("signers_by_user", "user_id", "id"),
)
"""Wallets whose keys are elsewhere. Written by operators only; a row never changes."""

LOW_WATER_MARKS = Table(
    "low_water_marks",
    METADATA,
    Column("partition", Integer, primary_key=True),
    Column("offset", BigInteger, nullable=False),
)
"""For each partition an offset before which every buy is closed.

Only ever grows; a rebuild that finds the log shorter than what was read of it removes it."""

MESSAGE_CLAIMS = Table(
    "message_claims",
    METADATA,
    # SHA-256, in hex, of what a wallet signs.
    Column("digest", String(64), primary_key=True),
    Column("job_id", Uuid, nullable=False),
    Column("claimed_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Index("message_claims_by_age", "claimed_at"),
)
"""Whose a message is that is signed or shown. A row outlives the message's blockhash by far."""

WORKER_LIVES = Table(
    "worker_lives",
    METADATA,
    Column("writer", String(32), primary_key=True),
    Column("began_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("seen_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
)
"""Workers that live, and those that died without a good-bye; times are Postgres' own."""


API_KEYS = Table(
    "api_keys",
    METADATA,
    Column("key_id", String(16), primary_key=True),
    # SHA-256 of the secret half, which is 256 random bits: nothing to guess, so nothing to slow.
    Column("hash", LargeBinary, nullable=False),
    Column("name", String(128), nullable=False),
    # Separated by spaces.
    Column("scopes", String(128), nullable=False),
    # Null: may act for any user that it names.
    Column("user_id", String(128)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("revoked_at", DateTime(timezone=True)),
)
"""What services authenticate with. A key itself is nowhere: it is shown once."""

REQUEST_RATES = Table(
    "request_rates",
    METADATA,
    Column("caller", String(200), primary_key=True),
    # When, by Postgres's clock, the caller's whole allowance is there again.
    Column("due", DateTime(timezone=True), nullable=False),
)
"""How much each caller has asked lately, over all replicas of the api."""

ABUSE_COUNTS = Table(
    "abuse_counts",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("subject", String(200), primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""Refusals worth a look, by UTC day and by whom."""

WEBHOOKS = Table(
    "webhooks",
    METADATA,
    Column("id", Uuid, primary_key=True),
    # Null: the buys of every user.
    Column("user_id", String(128)),
    Column("url", String(2_000), nullable=False),
    # `api.webhooks.sealing`: sealed, for the api alone to open.
    Column("secret", LargeBinary, nullable=False),
    # Of before the last rotation; signs too until then.
    Column("old_secret", LargeBinary),
    Column("old_secret_until", DateTime(timezone=True)),
    # For each partition the last cursor that was delivered, or that was passed over.
    Column("cursors", JSONB, nullable=False),
    # Counts what its owner changes: a sender that knows an older one writes nothing.
    Column("revision", Integer, nullable=False),
    # Which replica of the api sends, and until when by Postgres's clock unless it says so again.
    Column("lease_holder", String(64)),
    Column("lease_until", DateTime(timezone=True)),
    # In a row, since when, and what the last one was.
    Column("failures", Integer, nullable=False),
    Column("failing_since", DateTime(timezone=True)),
    Column("next_attempt_at", DateTime(timezone=True)),
    Column("last_error", String(200)),
    Column("disabled_at", DateTime(timezone=True)),
    Column("disabled_reason", String(300)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Index("webhooks_by_user", "user_id", "id"),
    Index("webhooks_by_lease", "lease_holder"),
)
"""Where buys are told of by HTTP. Written by the api alone."""


def create_engine(settings: Settings) -> AsyncEngine:
    """Make a process's engine. Connects on first use."""
    engine = create_async_engine(
        settings.database_url.get_secret_value(),
        # An error's text would repeat what was sent: ciphertexts, orders.
        hide_parameters=True,
        # Escapes are refused by a database that is not UTF-8, and are longer in one that is.
        json_serializer=partial(json.dumps, ensure_ascii=False),
        pool_size=10,
        max_overflow=10,
        pool_timeout=settings.submit_timeout_ms / 1000,
        connect_args={
            "timeout": settings.submit_timeout_ms / 1000,
            # A connection that a network swallowed must not hold a buy for ever.
            "command_timeout": COMMAND_TIMEOUT_S,
            **settings.database_connect_args,
        },
    )
    # Costs no round trip, as a ping of each would: what Postgres has closed, the driver knows.
    event.listen(engine.sync_engine, "checkout", _require_open)
    return engine


def at_once(engine: AsyncEngine) -> AsyncEngine:
    """Answer the same engine for lone statements: each is a transaction, in one round trip."""
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def one_of(column: Column[UUID], name: str) -> ColumnElement[bool]:
    """Ask for any of the ids bound to this name, as `told` has them.

    It is the same statement whatever their number: it is compiled and prepared once.
    """
    # As text: of all arrays, the driver knows only this one without asking Postgres for its type.
    return column == func.any(cast(bindparam(name, type_=ARRAY(Text)), ARRAY(Uuid)))


def told(ids: Sequence[UUID]) -> list[str]:
    """Answer ids as `one_of` takes them."""
    return [str(each) for each in ids]


def _require_open(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection that has been closed at the other end."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError
