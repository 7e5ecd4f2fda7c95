"""The connection to Kafka in faust's words."""

from faust.auth import Credentials, SASLCredentials, SSLCredentials

from buyqueue.log.connection import KafkaConnection


def credentials_of(kafka: KafkaConnection) -> Credentials | None:
    """Answer a faust app's `broker_credentials`; None for plain text."""
    if kafka.login:
        return SASLCredentials(
            username=kafka.login.username,
            password=kafka.login.password.get_secret_value(),
            ssl_context=kafka.tls,
            mechanism=kafka.login.mechanism,
        )
    return SSLCredentials(kafka.tls) if kafka.tls else None
