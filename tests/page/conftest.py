from tests.openapi.conftest import ground

__all__ = ["ground"]
