"""What the webhooks' page tells receivers is so, and its listings take what is sent."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.webhooks.envelope import body_of
from api.webhooks.retrying import Terms, trouble
from api.webhooks.sealing import new_secret
from api.webhooks.signing import secret_text, signed_headers
from buyqueue.clock import SystemClock
from tests.docs.markdown import ROOT, listings
from tests.openapi.ground import Ground, served
from tests.stack.servers import Stack

PAGE = ROOT / "docs" / "webhooks.md"
CLOCK = SystemClock()
Case = tuple[str, Mapping[str, str], bytes, bool]
RUNNER = """
import { readFileSync } from 'node:fs';
import { isGenuine } from './verify.mjs';
const cases = JSON.parse(readFileSync('cases.json'));
const found = cases.map(([secret, headers, body]) =>
  isGenuine(secret, headers, Buffer.from(body, 'hex')));
console.log(JSON.stringify(found));
"""


def listing(language: str, holds: str = "") -> str:
    (text,) = [one.text for one in listings(PAGE) if one.language == language and holds in one.text]
    return text


def cases() -> list[Case]:
    """Deliveries, and whether they are genuine."""
    old, new, other = new_secret(), new_secret(), new_secret()
    now = CLOCK.now()
    body = body_of("external_buy_progress", {"phaseTitle": "Käufe", "progress": 10})
    headers = signed_headers([new], "3:41:x", now, body)
    both = signed_headers([new, old], "3:41:x", now, body)
    late = signed_headers([new], "3:41:x", now - timedelta(minutes=6), body)
    early = signed_headers([new], "3:41:x", now + timedelta(minutes=6), body)
    return [
        (secret_text(new), headers, body, True),
        (secret_text(new), both, body, True),
        (secret_text(old), both, body, True),
        (secret_text(other), both, body, False),
        (secret_text(new), headers, body + b" ", False),
        (secret_text(new), headers | {"webhook-id": "3:42:x"}, body, False),
        (secret_text(new), headers | {"webhook-timestamp": "1"}, body, False),
        (secret_text(new), headers | {"webhook-timestamp": "x"}, body, False),
        (secret_text(new), headers | {"webhook-signature": "v1,AAAA"}, body, False),
        (secret_text(new), headers | {"webhook-signature": ""}, body, False),
        (secret_text(new), late, body, False),
        (secret_text(new), early, body, False),
    ]


def test_the_python_listing_takes_what_is_genuine_and_nothing_else() -> None:
    names: dict[str, Any] = {}
    exec(listing("python"), names)  # noqa: S102 - the page's own
    is_genuine: Callable[..., bool] = names["is_genuine"]
    made = cases()
    assert [good for *_, good in made] == [is_genuine(*sent) for *sent, _ in made]


async def test_the_node_listing_takes_what_is_genuine_and_nothing_else(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    made = cases()
    (tmp_path / "verify.mjs").write_text(listing("js", "isGenuine"))
    (tmp_path / "run.mjs").write_text(RUNNER)
    sent = [(secret, headers, body.hex()) for secret, headers, body, _ in made]
    (tmp_path / "cases.json").write_text(json.dumps(sent))
    process = await asyncio.create_subprocess_exec(
        node, "run.mjs", cwd=tmp_path, stdout=asyncio.subprocess.PIPE
    )
    written, _ = await process.communicate()
    assert [good for *_, good in made] == json.loads(written)


def test_the_table_of_waits_is_that_of_the_code() -> None:
    units = {"s": 1, "min": 60, "h": 3600}
    rows = re.findall(r"^\| (\d+)\w\w[^|]* \| (\d+) (\w+) \|$", PAGE.read_text(), re.MULTILINE)
    assert 7 == len(rows)
    for number, amount, unit in rows:
        now = CLOCK.now()
        found = trouble(
            failures=int(number) - 1,
            since=now,
            now=now,
            error="",
            gone=False,
            asked_s=None,
            dice=1.0,
            terms=Terms(),
        )
        seconds = (found.again_at - now).total_seconds()
        assert int(amount) == round(seconds / units[unit]), number


@pytest.fixture(scope="module")
async def demo(stack: Stack) -> AsyncIterator[Ground]:
    async with served(stack) as running:
        yield running


async def test_the_request_is_taken_and_answered_as_it_stands_there(demo: Ground) -> None:
    command = listing("sh")
    found = re.search(r"-d '(.*)'", command)
    assert found
    path = re.search(r"127.0.0.1:3001(\S+)", command)
    assert path
    async with demo.session.post(demo.url + path[1], json=json.loads(found[1])) as answer:
        body = await answer.json()
    assert 201 == answer.status
    shown = listing("json").replace("…", "")
    assert {"success", "data"} == body.keys()
    assert body["data"]["secret"].startswith("whsec_")
    for name in re.findall(r'"(\w+)":', shown):
        assert f'"{name}":' in json.dumps(body)
