"""How Kafka and Postgres are reached, as the environment tells it."""

import ssl
from pathlib import Path

import pytest
from faust.auth import SASLCredentials, SSLCredentials
from pydantic import ValidationError

from buyqueue.log.connection import connection_to
from buyqueue.settings import Settings
from streams.credentials import credentials_of
from tests.certificates import new_authority

SASL = {"kafka_security": "sasl_plaintext", "kafka_sasl_username": "buyq"}
PASSWORD = {"kafka_sasl_password": "p-1"}


def made(**told: object) -> Settings:
    return Settings(_env_file=None, **told)  # type: ignore[arg-type]


def test_bare_servers_are_reached_in_plain_text() -> None:
    told = {"bootstrap_servers": "a:1,b:2", "security_protocol": "PLAINTEXT"}
    assert told == connection_to("a:1,b:2").told()
    assert told == made(kafka_bootstrap_servers="a:1,b:2").kafka.told()
    assert credentials_of(connection_to("a:1")) is None


def test_a_login_is_told_to_every_client() -> None:
    kafka = made(**SASL, **PASSWORD).kafka
    assert kafka.told() == {
        "bootstrap_servers": "127.0.0.1:9092",
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_plain_username": "buyq",
        "sasl_plain_password": "p-1",
    }
    credentials = credentials_of(kafka)
    assert isinstance(credentials, SASLCredentials)
    assert ("buyq", "p-1", None) == (
        credentials.username,
        credentials.password,
        credentials.ssl_context,
    )


def test_tls_checks_the_certificate_and_the_name(tmp_path: Path) -> None:
    authority = new_authority(tmp_path)
    certificate, key = authority.sign("client")
    kafka = made(
        kafka_security="tls",
        kafka_ca_file=authority.file,
        kafka_cert_file=certificate,
        kafka_key_file=key,
    ).kafka
    assert kafka.tls is not None
    assert (True, ssl.CERT_REQUIRED) == (kafka.tls.check_hostname, kafka.tls.verify_mode)
    assert kafka.told()["security_protocol"] == "SSL"
    assert isinstance(credentials_of(kafka), SSLCredentials)


def test_a_password_is_shown_nowhere() -> None:
    settings = made(**SASL, **PASSWORD)
    shown = repr(settings) + repr(settings.kafka) + repr(credentials_of(settings.kafka))
    assert "p-1" not in shown
    with pytest.raises(ValidationError) as refused:
        made(**PASSWORD)
    assert "p-1" not in str(refused.value)


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"kafka_security": "ssl"}, "kafka_security"),
        ({"kafka_security": "sasl_tls"}, "needs KAFKA_SASL_USERNAME"),
        (SASL, "needs KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD"),
        (SASL | {"kafka_sasl_password": ""}, "needs KAFKA_SASL_USERNAME"),
        (SASL | {"kafka_sasl_password": "a", "kafka_sasl_password_file": "b"}, "not both"),
        (SASL | {"kafka_sasl_password_file": "/nowhere"}, "KAFKA_SASL_PASSWORD_FILE: No such"),
        (SASL | {"kafka_sasl_password": "a", "kafka_sasl_mechanism": "GSSAPI"}, "mechanism"),
        ({"kafka_sasl_username": "buyq"}, "would ignore KAFKA_SASL"),
        ({"kafka_ca_file": "/nowhere"}, "would ignore KAFKA_CA_FILE"),
        ({"kafka_security": "tls", "kafka_ca_file": "/nowhere"}, "/nowhere: No such file"),
        ({"kafka_security": "tls", "kafka_ca_file": __file__}, "test_connection_settings.py: "),
        ({"kafka_security": "tls", "kafka_key_file": "/nowhere"}, "needs KAFKA_CERT_FILE"),
        ({"kafka_security": "tls", "kafka_cert_file": "/nowhere"}, "/nowhere.*No such file"),
        ({"database_ca_file": "/nowhere"}, "would ignore DATABASE_CA_FILE"),
        ({"database_tls": "verify-full", "database_ca_file": "/nowhere"}, "No such file"),
    ],
)
def test_what_cannot_work_is_refused_at_the_start(told: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        made(**told)


def test_postgres_is_told_of_tls_only_where_it_is_set(tmp_path: Path) -> None:
    assert made().database_connect_args == {}
    assert made(database_tls="require").database_connect_args == {"ssl": "require"}
    checked = made(database_tls="verify-full", database_ca_file=new_authority(tmp_path).file)
    context = checked.database_connect_args["ssl"]
    assert isinstance(context, ssl.SSLContext)
    assert (True, ssl.CERT_REQUIRED) == (context.check_hostname, context.verify_mode)
