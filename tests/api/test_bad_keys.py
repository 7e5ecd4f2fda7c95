"""Each wallet key that is none, and each other name that is none, is refused."""

import base64
from typing import Any

import pytest
from solders.keypair import Keypair
from solders.pubkey import Pubkey

from tests.api.base58 import base58
from tests.api.refusals import refused
from tests.api.running import Api
from tests.controls import start_requests as requests
from tests.controls.start_requests import example, raw


def mismatched(other: bytes) -> str:
    return base58(bytes(requests.WALLET_KEYPAIR)[:32] + other)


OFF_CURVE = bytes(Pubkey.find_program_address([b"wallet"], Pubkey.default())[0])
KEYS = {
    "32 bytes": base58(bytes(requests.WALLET_KEYPAIR)[:32]),
    "63 bytes": base58(bytes(requests.WALLET_KEYPAIR)[1:]),
    "65 bytes": base58(bytes(requests.WALLET_KEYPAIR) + b"\x01"),
    "another public half": mismatched(bytes(Keypair().pubkey())),
    "a public half off the curve": mismatched(OFF_CURVE),
    "not base58": requests.WALLET_KEY[:-1] + "0",
    "empty": "",
    "very long": "A" * 10_000,
    "63 numbers": list(bytes(requests.WALLET_KEYPAIR))[:63],
    "a number too big": [*list(bytes(requests.WALLET_KEYPAIR))[:63], 256],
    "a negative number": [*list(bytes(requests.WALLET_KEYPAIR))[:63], -1],
    "a fraction": [*list(bytes(requests.WALLET_KEYPAIR))[:63], 1.5],
    "a nested array": [[1] * 64],
    "a broken array in a string": str(list(bytes(requests.WALLET_KEYPAIR)))[:-1],
    "a deep array in a string": "[" * 500,
    "a number": 5,
    "an object": {"key": "value"},
    "base64": base64.b64encode(bytes(requests.WALLET_KEYPAIR)).decode(),
}


@pytest.mark.parametrize("name", KEYS)
async def test_a_wallet_key_that_is_none(api: Api, name: str) -> None:
    """The refusal repeats nothing of what was sent."""
    answer = await refused(
        api,
        example(walletPrivateKey=KEYS[name]),
        status=400,
        code="invalid_wallet_key",
        field="walletPrivateKey",
    )
    sent = KEYS[name]
    if isinstance(sent, str) and len(sent) > 10:
        assert sent[:10] not in answer.text


@pytest.mark.parametrize("platform", ["pump.fun", "Auto", "", 1, ["auto"], {"a": 1}])
async def test_an_unknown_platform(api: Api, platform: Any) -> None:
    answer = await refused(
        api, example(platform=platform), status=400, code="invalid_platform", field="platform"
    )
    assert "auto, jupiter" in answer.body["error"]


@pytest.mark.parametrize(
    "literal",
    ['""', '" "', '" a"', '"a\\n"', '"a\\u0000b"', '"\\ud800"', f'"{"x" * 129}"', "1", '["a"]'],
)
async def test_a_user_id_that_is_none(api: Api, literal: str) -> None:
    await refused(api, raw("userId", literal), status=400, code="invalid_user_id", field="userId")


async def test_a_key_in_the_place_of_the_user_id(api: Api) -> None:
    """The user id goes into the log and the rows, so a key in it would, too."""
    await refused(
        api,
        example(userId=requests.WALLET_KEY),
        status=400,
        code="invalid_user_id",
        field="userId",
    )
