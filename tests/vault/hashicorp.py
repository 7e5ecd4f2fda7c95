"""A real HashiCorp Vault in dev mode: its own program, started for a test where there is one."""

import asyncio
import base64
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from solders.pubkey import Pubkey

from buyqueue.clock import SystemClock
from sandbox.state.ports import free_port

PROGRAM = os.environ.get("BUYQ_VAULT") or shutil.which("vault")
"""Its path; None where there is none."""
SIGN = 'path "transit/sign/{name}" {{ capabilities = ["update"] }}'
READ = 'path "transit/keys/{name}" {{ capabilities = ["read"] }}'
"""What the documentation says that the worker's token needs, and nothing else."""


@dataclass
class HashiCorp:
    """A Vault, and its operator."""

    url: str
    root: str
    session: aiohttp.ClientSession

    async def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        headers = {"X-Vault-Token": self.root}
        url = f"{self.url}/v1/{path}"
        async with self.session.request(method, url, json=body, headers=headers) as answer:
            assert answer.status < 300, (path, answer.status, await answer.text())
            return await answer.json() if answer.status == 200 else None

    async def new_key(self, name: str) -> Pubkey:
        """Make a key that never leaves it; its address."""
        await self.call("POST", f"transit/keys/{name}", {"type": "ed25519"})
        shown = await self.call("GET", f"transit/keys/{name}")
        return Pubkey(base64.b64decode(shown["data"]["keys"]["1"]["public_key"]))

    async def new_token(self, signs: Sequence[str], reads: Sequence[str]) -> str:
        """Make a token that may sign with some keys, and look at some."""
        lines = [SIGN.format(name=name) for name in signs] + [READ.format(name=n) for n in reads]
        await self.call("PUT", "sys/policies/acl/buyq", {"policy": "\n".join(lines)})
        made = await self.call("POST", "auth/token/create", {"policies": ["buyq"]})
        return str(made["auth"]["client_token"])


@asynccontextmanager
async def hashicorp(program: str, folder: Path) -> AsyncIterator[HashiCorp]:
    """Run a Vault with a transit engine while the context lasts."""
    port, root = free_port(), f"root-{SystemClock().new_id()}"
    with (folder / "vault.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            program, "server", "-dev", "-dev-no-store-token", f"-dev-root-token-id={root}",
            f"-dev-listen-address=127.0.0.1:{port}", stdout=log, stderr=log,
        )  # fmt: skip
        try:
            async with aiohttp.ClientSession() as session:
                vault = HashiCorp(f"http://127.0.0.1:{port}", root, session)
                await _unsealed(vault)
                await vault.call("POST", "sys/mounts/transit", {"type": "transit"})
                yield vault
        finally:
            process.terminate()
            await process.wait()


async def _unsealed(vault: HashiCorp) -> None:
    async with asyncio.timeout(60):
        while True:
            try:
                async with vault.session.get(f"{vault.url}/v1/sys/health") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)
