"""The local Solana and the local Jupiter together: what `serve` runs until it is cancelled.

`python -m sandbox.local_chain [folder]` does so, on free ports unless told otherwise, and writes
their addresses as one line of JSON to standard output and to `addresses.json` in the folder.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from buyqueue.clock import SystemClock
from sandbox.jupiter.endpoint import LocalJupiter
from sandbox.solana.node import LocalNode
from sandbox.solana.programs import load, read_folder

CHAIN_FILE = "chain.sqlite"
ADDRESSES_FILE = "addresses.json"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything is; `mints` by symbol."""

    rpc_url: str
    ws_url: str
    jupiter_url: str
    mints: Mapping[str, str]
    maker: str


@dataclass(frozen=True, slots=True)
class LocalChain:
    """Both parts, running."""

    node: LocalNode
    jupiter: LocalJupiter

    @property
    def addresses(self) -> Addresses:
        """Where to reach them."""
        market = self.jupiter.market
        return Addresses(
            rpc_url=self.node.url,
            ws_url=self.node.ws_url,
            jupiter_url=self.jupiter.url,
            mints={token.symbol: str(token.mint) for token in market.tokens},
            maker=str(market.maker.pubkey()),
        )


def system_seconds() -> float:
    """Answer the machine's unix time in s."""
    return SystemClock().now().timestamp()


@asynccontextmanager
async def local_chain(
    *,
    state_dir: Path | None = None,
    rpc_port: int = 0,
    jupiter_port: int = 0,
    slot_ms: int = 400,
    seed: str = "local",
    paused: bool = False,
    wall: Callable[[], float] | None = None,
    programs: Path | None = None,
) -> AsyncIterator[LocalChain]:
    """Run both while the context lasts; with a folder the chain survives in it.

    Ports of 0 mean free ones; block times go by `wall` (unix s), or by the slots without it.
    `programs` is a folder of real programs and accounts. Raises NotAProgramFolder.
    """
    real = read_folder(programs) if programs else None
    db = state_dir / CHAIN_FILE if state_dir else None
    node = LocalNode(db=db, slot_ms=slot_ms, seed=seed, paused=paused, port=rpc_port, wall=wall)
    if real:
        load(node.chain, real)
    async with node, LocalJupiter(node.chain, port=jupiter_port) as jupiter:
        yield LocalChain(node, jupiter)


async def serve(
    state_dir: Path | None,
    rpc_port: int,
    jupiter_port: int,
    slot_ms: int = 400,
    *,
    seed: str = "local",
    ready: Callable[[Addresses], None] | None = None,
    programs: Path | None = None,
) -> None:
    """Run both until cancelled; raise what kills the chain, should something do so.

    `ready` is told the addresses once they answer.
    """
    async with local_chain(
        state_dir=state_dir,
        rpc_port=rpc_port,
        jupiter_port=jupiter_port,
        slot_ms=slot_ms,
        seed=seed,
        wall=system_seconds,
        programs=programs,
    ) as running:
        if ready:
            ready(running.addresses)
        await running.node.run()


def _tell(addresses: Addresses, file: Path | None) -> None:
    text = json.dumps(asdict(addresses))
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    if file:
        scratch = file.with_suffix(".new")
        scratch.write_text(text)
        scratch.rename(file)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the chain is kept")
    parser.add_argument("--rpc-port", type=int, default=0)
    parser.add_argument("--jupiter-port", type=int, default=0)
    parser.add_argument("--slot-ms", type=int, default=400)
    parser.add_argument("--programs", type=Path, help="real programs and accounts to load")
    given = parser.parse_args()
    file = given.folder / ADDRESSES_FILE if given.folder else None
    running = serve(
        given.folder,
        given.rpc_port,
        given.jupiter_port,
        given.slot_ms,
        ready=partial(_tell, file=file),
        programs=given.programs,
    )
    with suppress(KeyboardInterrupt):
        asyncio.run(running)


if __name__ == "__main__":
    _main()
