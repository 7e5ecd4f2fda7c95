"""The desk of the integration tests, on a chain of its own."""

from tests.integration.conftest import chain, desk, kafka_told, settings

__all__ = ["chain", "desk", "kafka_told", "settings"]
