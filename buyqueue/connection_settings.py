"""How Kafka and Postgres are reached: the settings, and what is made of them."""

import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from buyqueue.log.connection import KafkaConnection, Login, Mechanism, Security, tls_context


class ConnectionSettings(BaseSettings):
    """Names are the environment variables, in lower case; a part of `Settings`."""

    # An error at the start must not show what was set: passwords are among it.
    model_config = SettingsConfigDict(frozen=True, hide_input_in_errors=True)

    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    kafka_security: Security = "plaintext"
    """`tls` and `sasl_tls` encrypt and check the broker's certificate and name."""
    kafka_sasl_mechanism: Mechanism = "SCRAM-SHA-512"
    kafka_sasl_username: str | None = None
    kafka_sasl_password: SecretStr | None = None
    kafka_sasl_password_file: Path | None = None
    """`sasl_plaintext` and `sasl_tls` need a name and one of these two."""
    kafka_ca_file: Path | None = None
    """The authority of the brokers' certificates, PEM, where that is not a public one."""
    kafka_cert_file: Path | None = None
    kafka_key_file: Path | None = None
    """Our own certificate, PEM, where the brokers ask for one, and its key, without a password."""

    database_url: SecretStr = SecretStr("postgresql+asyncpg://postgres@127.0.0.1:5432/buyq")
    database_tls: Literal["prefer", "disable", "require", "verify-full"] = "prefer"
    """As libpq's `sslmode`: `prefer` and `require` check no certificate."""
    database_ca_file: Path | None = None
    """The authority of Postgres's certificate, PEM, where that is not a public one."""

    @field_validator(
        "kafka_sasl_username",
        "kafka_sasl_password",
        "kafka_sasl_password_file",
        "kafka_ca_file",
        "kafka_cert_file",
        "kafka_key_file",
        "database_ca_file",
        mode="before",
    )
    @classmethod
    def _nothing_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @model_validator(mode="after")
    def _kafka_can_be_reached_so(self) -> Self:
        security = self.kafka_security
        given = (self.kafka_sasl_password, self.kafka_sasl_password_file)
        if all(given):
            raise ValueError("set KAFKA_SASL_PASSWORD or KAFKA_SASL_PASSWORD_FILE, not both")
        if security.startswith("sasl") and not (self.kafka_sasl_username and any(given)):
            raise ValueError(
                f"KAFKA_SECURITY={security} needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD "
                "or KAFKA_SASL_PASSWORD_FILE"
            )
        if not security.startswith("sasl") and (self.kafka_sasl_username or any(given)):
            raise ValueError(f"KAFKA_SECURITY={security} would ignore KAFKA_SASL_*")
        files = (self.kafka_ca_file, self.kafka_cert_file, self.kafka_key_file)
        if not security.endswith("tls") and any(files):
            raise ValueError(
                f"KAFKA_SECURITY={security} would ignore KAFKA_CA_FILE, KAFKA_CERT_FILE and "
                "KAFKA_KEY_FILE"
            )
        if self.kafka_key_file and not self.kafka_cert_file:
            raise ValueError("KAFKA_KEY_FILE needs KAFKA_CERT_FILE")
        _ = self.kafka  # reads the files
        return self

    @model_validator(mode="after")
    def _postgres_can_be_reached_so(self) -> Self:
        if self.database_ca_file and self.database_tls != "verify-full":
            raise ValueError(f"DATABASE_TLS={self.database_tls} would ignore DATABASE_CA_FILE")
        _ = self.database_connect_args
        return self

    @property
    def kafka(self) -> KafkaConnection:
        """What every client of Kafka is made with. Raises ValueError if a file is not usable."""
        login = tls = None
        if self.kafka_security.startswith("sasl"):
            login = Login(
                self.kafka_sasl_mechanism, self.kafka_sasl_username or "", self._kafka_password()
            )
        if self.kafka_security.endswith("tls"):
            tls = tls_context(self.kafka_ca_file, self.kafka_cert_file, self.kafka_key_file)
        return KafkaConnection(self.kafka_bootstrap_servers, self.kafka_security, login, tls)

    @property
    def database_connect_args(self) -> Mapping[str, str | ssl.SSLContext]:
        """What asyncpg is told of TLS. Raises ValueError if the file is not usable."""
        if self.database_tls == "prefer":
            return {}  # asyncpg's own default, and the URL may say otherwise
        if self.database_tls == "verify-full":
            return {"ssl": tls_context(self.database_ca_file)}
        return {"ssl": self.database_tls}

    def _kafka_password(self) -> SecretStr:
        if self.kafka_sasl_password:
            return self.kafka_sasl_password
        file = self.kafka_sasl_password_file
        try:
            text = file.read_text().strip() if file else ""
        except OSError as error:
            raise ValueError(f"KAFKA_SASL_PASSWORD_FILE: {error.strerror}") from error
        if not text:
            raise ValueError("KAFKA_SASL_PASSWORD_FILE is empty")
        return SecretStr(text)
