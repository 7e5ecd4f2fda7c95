"""How Kafka is reached: where it listens, whether over TLS, and who we say we are."""

import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from aiokafka.conn import create_conn
from aiokafka.errors import KafkaError
from pydantic import SecretStr

from buyqueue.errors import Code, Unavailable

Security = Literal["plaintext", "tls", "sasl_plaintext", "sasl_tls"]
Mechanism = Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"]

PROTOCOLS: Final = {
    "plaintext": "PLAINTEXT",
    "tls": "SSL",
    "sasl_plaintext": "SASL_PLAINTEXT",
    "sasl_tls": "SASL_SSL",
}
"""Kafka's own names of them."""


@dataclass(frozen=True, slots=True)
class Login:
    """Who we say we are, by SASL."""

    mechanism: Mechanism
    username: str
    password: SecretStr


@dataclass(frozen=True, slots=True)
class KafkaConnection:
    """What every client of Kafka is told, of whichever process; it does not show the password."""

    servers: str
    """`host:port`, separated by commas."""
    security: Security = "plaintext"
    login: Login | None = None
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def told(self) -> dict[str, Any]:
        """Answer the arguments of an aiokafka client. NB: the password is among them, in clear."""
        told: dict[str, Any] = {
            "bootstrap_servers": self.servers,
            "security_protocol": PROTOCOLS[self.security],
        }
        if self.tls:
            told["ssl_context"] = self.tls
        if self.login:
            told["sasl_mechanism"] = self.login.mechanism
            told["sasl_plain_username"] = self.login.username
            told["sasl_plain_password"] = self.login.password.get_secret_value()
        return told


Kafka: TypeAlias = KafkaConnection | str
"""A connection; bare servers are reached in plain text."""


def connection_to(kafka: Kafka) -> KafkaConnection:
    """Answer the connection."""
    return KafkaConnection(kafka) if isinstance(kafka, str) else kafka


def tls_context(
    authority: Path | None, certificate: Path | None = None, key: Path | None = None
) -> ssl.SSLContext:
    """Make a context that checks the other's certificate and name, by `authority` or the system's.

    Raises ValueError that names the file if one cannot be read or is no PEM.
    """
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:  # and with it SSLError
        raise ValueError(f"{authority}: {error.strerror or error}") from error
    if certificate:
        try:
            # NB: without a password OpenSSL would ask for one on the terminal.
            context.load_cert_chain(certificate, key, password="")
        except OSError as error:
            files = f"{certificate}, {key or certificate}"
            raise ValueError(f"{files}: {error.strerror or error}") from error
    return context


async def unavailable(kafka: Kafka, error: BaseException, *, timeout_ms: int) -> Unavailable:
    """Answer what to raise when no client could be started, with the reason.

    aiokafka says of a wrong password only that it could not bootstrap, so a guarded broker is
    asked once more. It may take `timeout_ms`.
    """
    connection = connection_to(kafka)
    text = f"Kafka: {error}"
    if connection.security != "plaintext" and (why := await _refusal(connection, timeout_ms)):
        text = f"Kafka refuses the connection: {why}"
    return Unavailable(Code.LOG_UNAVAILABLE, text)


async def _refusal(connection: KafkaConnection, timeout_ms: int) -> str | None:
    told = connection.told()
    host, _, port = told.pop("bootstrap_servers").split(",")[0].strip().rpartition(":")
    try:
        asked = await create_conn(host, int(port), request_timeout_ms=timeout_ms, **told)
    except (KafkaError, OSError, ValueError) as error:
        return str(error) or type(error).__name__
    asked.close()
    return None
