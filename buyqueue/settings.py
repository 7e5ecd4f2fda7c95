"""Every setting of every process, read from the environment (or `.env`) in one place."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode, SettingsConfigDict

from buyqueue.connection_settings import ConnectionSettings
from buyqueue.log.topic import TopicLayout
from buyqueue.tracing.settings import TracingSettings

_KEY = "[1-9A-HJ-NP-Za-km-z]{32,44}"
MintAndMarket = Annotated[str, Field(pattern=f"^{_KEY}:{_KEY}$")]
"""Two addresses, `mint:market`."""

SECRETS: Final = Path("/run/secrets")


class Settings(ConnectionSettings, TracingSettings):
    """Names are the environment variables, in lower case."""

    model_config = SettingsConfigDict(
        env_file=".env",
        # A file for each secret, named as its setting, as Docker and Kubernetes mount them.
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
    )

    host: str = "127.0.0.1"
    port: int = Field(default=3001, ge=0, le=65535)
    debug_routes: bool = False
    """Serve `/api/cto/debug/*` and put details into error bodies."""
    max_body_bytes: int = Field(default=64 * 1024, ge=1024)

    auth: Literal["required", "open"] = "required"
    """`open` lets everybody do everything, so the api takes it only where `host` is loopback."""
    token_secret: SecretStr | None = None
    """Signs the short-lived tokens that the api makes; `required` needs it."""
    jwt_secret: SecretStr | None = None
    """Shared with whoever makes user tokens, HS256."""
    jwks_url: str | None = None
    jwks_file: Path | None = None
    """Public keys of whoever makes user tokens, RS256, ES256 or EdDSA; at most one of the two."""
    jwt_issuer: str | None = None
    jwt_audience: str | None = None
    """What user tokens must name as `iss` and `aud`, where set."""
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    """Origins whose pages may call the api, separated by commas."""

    rate_limit_per_minute: int = Field(default=600, ge=0)
    """Requests of one caller, over all replicas; 0 is no limit."""
    max_open_buys: int = Field(default=100, ge=0)
    """Of one user, at once; 0 is no limit."""
    spend_cap_lamports: int = Field(default=0, ge=0)
    """Of one user in a UTC day; 0 is no limit."""

    webhook_secret: SecretStr | None = None
    """Seals the secrets of webhooks; unset, there are none. Several by spaces, the newest first."""
    webhook_allow: Annotated[tuple[str, ...], NoDecode] = ()
    """Networks and names that webhooks may lead to beside the public internet, by commas."""
    webhook_timeout_ms: int = Field(default=10_000, ge=100, le=60_000)
    """For one attempt to deliver."""
    webhook_backoff_ms: int = Field(default=5_000, ge=1)
    """The wait after the first failed attempt; doubled each time up to an hour, with jitter."""
    webhook_give_up_ms: int = Field(default=3 * 24 * 3_600_000, ge=0)
    """A receiver that has taken nothing for so long is not asked again."""
    webhook_overlap_ms: int = Field(default=24 * 3_600_000, ge=0)
    """How long a webhook's old secret signs beside the new one."""
    max_webhooks: int = Field(default=20, ge=1)
    """Of one user."""

    solana_rpc_url: Annotated[tuple[str, ...], NoDecode, Field(min_length=1)] = (
        "https://api.mainnet-beta.solana.com",
    )
    """One or more RPC nodes, separated by commas: sends go to all, expiry needs all."""
    solana_ws_url: str | None = None
    """A node's pubsub: a hint of confirmations that comes sooner than the next poll."""
    rpc_timeout_ms: int = Field(default=10_000, ge=100)
    sender_url: Annotated[tuple[str, ...], NoDecode] = ()
    """Where transactions are sent beside the RPC nodes, by JSON-RPC `sendTransaction`; such a place
    is never asked what became of one."""
    tip_lamports: int = Field(default=0, ge=0, le=10**9)
    """Given within each transaction that the worker builds itself; a buyer pays it."""
    tip_accounts: Annotated[tuple[str, ...], NoDecode] = ()
    """The senders' own, separated by commas; one of them gets the tip."""

    meteora_dbc_configs: Annotated[tuple[str, ...], NoDecode, Field(max_length=12)] = ()
    """Launchpads on Meteora's bonding curve: their config accounts, separated by commas. A mint
    does not tell its launchpad, so that curves of others are bought through Jupiter."""

    raydium_amm_v4_markets: Annotated[tuple[MintAndMarket, ...], NoDecode] = ()
    """Pools of Raydium's AMM v4: `mint:market` pairs, separated by commas. A mint does not tell
    the market that its pool's address comes from; coins of others are bought through Jupiter."""

    jupiter_url: str = "https://api.jup.ag/swap/v2"
    jupiter_api_key: SecretStr | None = None
    jupiter_path: Literal["order", "build"] = "order"
    """`order` takes Jupiter's own transaction, `build` its route in one of ours, for no fee."""

    topic_partitions: int = Field(default=64, ge=1)
    topic_replication: int = Field(default=3, ge=1)
    session_timeout_ms: int = Field(default=6_000, ge=6_000)
    """How long a dead worker goes unnoticed; Kafka's own minimum is 6 s."""

    vault_public_key: str | None = None
    """Base64 of 32 bytes; the api seals wallet keys to it."""
    vault_private_key: SecretStr | None = None
    vault_private_key_file: Path | None = None
    """Only a worker needs one of these two: one key a line, the newest first."""

    signer_timeout_ms: int = Field(default=10_000, ge=100)
    """How long a worker waits for a remote signer."""
    signer_keys_dir: Path | None = None
    """Keypair files of `memory` signers, for development; readable by the worker only."""
    signer_vault_url: str | None = None
    """Where HashiCorp Vault answers; https."""
    signer_vault_token: SecretStr | None = None
    signer_vault_token_file: Path | None = None
    signer_vault_ca_file: Path | None = None
    """The authority of its certificate, where that is not a public one."""

    restart_wait_ms: int = Field(default=60_000, ge=0)
    """The longest that a worker stays away after workers that died young, while another one works;
    0: it joins at once."""
    max_in_flight: int = Field(default=200, ge=1)
    """Buys that one worker runs at once; the rest wait in the log, in order."""
    max_attempts: int = Field(default=3, ge=1)
    backoff_ms: int = Field(default=1_000, ge=1)
    """The wait after the first failed attempt; doubled each time, with jitter."""
    order_age_ms: int = Field(default=600_000, ge=0)
    """An order that waited longer, by the log's timestamps, is not signed; 0 is no limit."""
    signature_wait_ms: int = Field(default=180_000, ge=0)
    """A user's own wallet that has not signed for so long, by the log's timestamps, is not asked
    again; a transaction can be signed for about a minute. 0 is no limit but the attempts."""
    stalled_ms: int = Field(default=120_000, ge=1_000)
    """A step that takes longer, and waits neither for the chain nor for a retry, is begun anew."""
    dead_letter_limit: int = Field(default=20, ge=1)
    """So many unreadable records within a minute stop a worker: something is wrong upstream."""
    expiry_margin_blocks: int = Field(default=5, ge=1)
    resend_ms: int = Field(default=2_000, ge=100)
    status_poll_ms: int = Field(default=200, ge=20)

    max_lamports: int = Field(default=1_000 * 10**9, ge=1)
    """The largest buy that is accepted."""
    submit_timeout_ms: int = Field(default=10_000, ge=100)
    """How long a submission waits for Kafka and Postgres before it answers 503."""

    metrics_host: str = "127.0.0.1"
    metrics_port: int | None = Field(default=None, ge=0, le=65535)
    """Where each process serves `/metrics` and its health, unauthenticated; unset: nowhere."""

    audit_key_file: Path | None = None
    """Signs exports of the log; only whoever makes those needs it."""
    audit_public_key: str | None = None
    """Whose exports are trusted: base64 of 32 bytes."""

    log_level: str = "INFO"
    log_json: bool | None = None
    """Unset: JSON unless standard error is a terminal."""

    @field_validator(
        "solana_rpc_url",
        "sender_url",
        "tip_accounts",
        "cors_origins",
        "webhook_allow",
        "meteora_dbc_configs",
        "raydium_amm_v4_markets",
        mode="before",
    )
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator(
        "solana_ws_url",
        "token_secret",
        "jwt_secret",
        "webhook_secret",
        "jwks_url",
        "jwks_file",
        "jwt_issuer",
        "jwt_audience",
        "audit_key_file",
        "audit_public_key",
        mode="before",
    )
    @classmethod
    def _empty_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _one_private_key(self) -> Self:
        if self.vault_private_key and self.vault_private_key_file:
            raise ValueError("set VAULT_PRIVATE_KEY or VAULT_PRIVATE_KEY_FILE, not both")
        return self

    @model_validator(mode="after")
    def _a_tip_goes_somewhere(self) -> Self:
        if self.tip_lamports and not self.tip_accounts:
            raise ValueError("TIP_LAMPORTS needs TIP_ACCOUNTS")
        return self

    @property
    def topic_layout(self) -> TopicLayout:
        """How topics are created where they are missing."""
        return TopicLayout(self.topic_partitions, self.topic_replication)

    def read_signer_vault_token(self) -> str:
        """Answer the token for HashiCorp Vault. Raises ValueError if none is set."""
        if self.signer_vault_token:
            return self.signer_vault_token.get_secret_value()
        if self.signer_vault_token_file:
            return self.signer_vault_token_file.read_text().strip()
        raise ValueError("SIGNER_VAULT_URL needs SIGNER_VAULT_TOKEN or SIGNER_VAULT_TOKEN_FILE")

    def read_vault_private_key(self) -> str:
        """Answer the vault's private keys, one a line. Raises ValueError if none is set."""
        if self.vault_private_key:
            return self.vault_private_key.get_secret_value()
        if self.vault_private_key_file:
            return self.vault_private_key_file.read_text().strip()
        raise ValueError("a worker needs VAULT_PRIVATE_KEY or VAULT_PRIVATE_KEY_FILE")
