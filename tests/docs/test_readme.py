"""The README's buy can be made as it stands there, and is answered as it stands there."""

import asyncio
import json
import re
import shlex
import shutil
from typing import Any, get_args

import pytest

from buyqueue.contract.messages import MessageName
from buyqueue.contract.shapes import ExternalBuyProgress, ExternalBuyResult
from buyqueue.settings import Settings
from tests.controls.events import MINT
from tests.controls.start_requests import WALLET_KEY
from tests.docs.markdown import README, listings
from tests.openapi.ground import Ground

TOLD = "external_buy_"


def listing(language: str, start: str) -> str:
    (found,) = [
        one.text
        for one in listings(README)
        if one.language == language and one.text.startswith(start)
    ]
    return found


def filled(text: str) -> str:
    return text.replace("<mint>", MINT).replace("<base58 key>", WALLET_KEY)


async def test_the_curl_listing_starts_a_buy(ground: Ground) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    written = filled(listing("sh", "curl").replace("http://127.0.0.1:3001", ground.url))
    _, *words = shlex.split(written)
    process = await asyncio.create_subprocess_exec(
        curl, "-sS", *words, stdout=asyncio.subprocess.PIPE
    )
    answer, _ = await process.communicate()
    shown = json.loads(filled(listing("json", '{"success": true')))
    assert [] == differences(shown, json.loads(answer))


def differences(shown: Any, real: Any, place: str = "") -> list[str]:
    """Where an answer is not as shown; it may say more, and other times and ids."""
    if isinstance(shown, dict) and isinstance(real, dict):
        missing = [f"{place}.{name} is missing" for name in shown if name not in real]
        both = [name for name in shown if name in real]
        nested = [differences(shown[name], real[name], f"{place}.{name}") for name in both]
        return missing + [found for one in nested for found in one]
    if type(shown) is not type(real):
        return [f"{place} is a {type(real).__name__}"]
    varies = isinstance(shown, str) and ("…" in shown or re.match(r"\d{4}-\d\d-\d\dT", shown))
    return [] if varies or shown == real else [f"{place} is {real!r}"]


def test_the_default_address_is_the_one_shown() -> None:
    default = Settings.model_fields
    shown = set(re.findall(r"http://[\w.]+:\d+", README.read_text()))
    assert {f"http://{default['host'].default}:{default['port'].default}"} == shown


def test_every_message_is_shown_and_no_other() -> None:
    assert set(get_args(MessageName)) == set(re.findall(rf"{TOLD}\w+", README.read_text()))


@pytest.mark.parametrize(
    ("name", "shape"),
    [("external_buy_progress", ExternalBuyProgress), ("external_buy_result", ExternalBuyResult)],
)
def test_the_socket_listing_reads_fields_that_there_are(
    name: str, shape: type[ExternalBuyProgress | ExternalBuyResult]
) -> None:
    (callback,) = re.findall(rf"socket\.on\('{name}', \((\w)\) => (.*)\);$", js(), re.MULTILINE)
    letter, body = callback
    read = set(re.findall(rf"\b{letter}\.(\w+)", body))
    assert read
    assert read <= {str(field.alias) for field in shape.model_fields.values()}


def js() -> str:
    return listing("js", "const socket")
