"""Services of a module's own: they are slow to start, and their tests use wallets of their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from tests.stack.servers import Stack
from tests.vault.shop import Shop, a_shop
from tests.vault.transit import TOKEN, Transit, transit


@pytest.fixture(scope="session")
def keys_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the files of `memory` signers are."""
    return tmp_path_factory.mktemp("signers")


@pytest.fixture(scope="module")
async def remote(keys_dir: Path) -> AsyncIterator[tuple[Transit, str]]:
    async with transit() as running:
        yield running


@pytest.fixture
def vault(remote: tuple[Transit, str]) -> Iterator[Transit]:
    """HashiCorp Vault's stand-in, behaving."""
    yield remote[0]
    remote[0].behaviour = "ok"


@pytest.fixture(scope="module")
async def shop(stack: Stack, remote: tuple[Transit, str], keys_dir: Path) -> AsyncIterator[Shop]:
    """A service that knows remote signers of both kinds."""
    async with a_shop(
        stack,
        signer_timeout_ms=1_000,
        signer_keys_dir=keys_dir,
        signer_vault_url=remote[1],
        signer_vault_token=SecretStr(TOKEN),
    ) as running:
        yield running
