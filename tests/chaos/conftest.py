"""The desk of the integration tests, on a chain of its own."""

from tests.integration.conftest import chain, desk, settings

__all__ = ["chain", "desk", "settings"]
