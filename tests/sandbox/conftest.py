from collections.abc import AsyncIterator

import pytest
from aiohttp import ClientSession
from solana.rpc.async_api import AsyncClient
from solana.rpc.commitment import Confirmed
from solders.keypair import Keypair

from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.node import LocalNode
from tests.sandbox.transactions import SOL


@pytest.fixture
async def node() -> AsyncIterator[LocalNode]:
    async with LocalNode(paused=True) as running:
        yield running


@pytest.fixture
async def client(node: LocalNode) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(node.url, commitment=Confirmed) as connected:
        yield connected


@pytest.fixture
async def jupiter(node: LocalNode) -> AsyncIterator[LocalJupiter]:
    async with LocalJupiter(node.chain) as running:
        yield running


@pytest.fixture
async def http() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


@pytest.fixture
async def payer(node: LocalNode) -> Keypair:
    """Somebody with one SOL."""
    key = Keypair()
    await node.fund(key.pubkey(), SOL)
    return key
