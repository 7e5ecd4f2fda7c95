"""A socket listing of a page, run with a stock socket.io-client while one buy is made."""

import json
from collections.abc import Mapping
from pathlib import Path

from tests.npm import run

AROUND = """import {{ io }} from 'socket.io-client';
{listing}
const told = {told};
// Behind the listing's own, which were registered first.
socket.once('connect', () => socket.emit('join_room', told.body.userId, () =>
  fetch(`${{told.url}}/api/external-buy/start`, {{
    method: 'POST', headers: told.headers, body: JSON.stringify(told.body),
  }})));
socket.on('external_buy_result', () => process.exit());
setTimeout(() => {{ console.error('no result came'); process.exit(1); }}, 60_000).unref();
"""


async def heard(
    packages: Path, listing: str, url: str, body: Mapping[str, object], token: str = ""
) -> str:
    """Answer what a listing prints up to the result; it is filled in with the address and token."""
    filled = listing.replace("http://127.0.0.1:3001", url).replace("<token>", token)
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    told = json.dumps({"url": url, "body": body, "headers": headers})
    script = packages / "listing.mjs"
    script.write_text(AROUND.format(listing=filled, told=told))
    code, written = await run("node", str(script), cwd=packages, within_s=70)
    assert 0 == code, written
    return written
