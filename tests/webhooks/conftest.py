from tests.projections.conftest import ground, journal

__all__ = ["ground", "journal"]
