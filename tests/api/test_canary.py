"""The wallet key is nowhere but in the vault row, sealed."""

import base64
import logging

import pytest
from sqlalchemy import text

from api.orders.wallet_key import wallet_key
from buyqueue.errors import InvalidInput
from buyqueue.events.codec import encode
from tests.api.log_of import events_of
from tests.api.running import Api
from tests.controls import start_requests as requests
from tests.controls.start_requests import example

KEY = bytes(requests.WALLET_KEYPAIR)
SEED = KEY[:32]
CANARIES = [
    requests.WALLET_KEY,
    requests.WALLET_KEY[:20],
    KEY.hex(),
    SEED.hex(),
    base64.b64encode(KEY).decode()[:40],
    str(list(SEED))[1:-1],
    repr(SEED),
]
"""The key as anybody might write it."""


def assert_clean(place: str, found: str) -> None:
    for canary in CANARIES:
        assert canary not in found, place


async def test_the_key_is_nowhere_in_plain(
    api: Api, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Not in answers, logs, rows or events; neither after good orders nor after bad ones."""
    caplog.set_level(logging.DEBUG)
    bodies = [
        example(),
        example(walletPrivateKey=list(KEY)),
        example(walletPrivateKey=requests.WALLET_KEY + "1"),
        example(walletPrivateKey=requests.WALLET_KEY[:-1] + "0"),
        example(walletPrivateKey=[*list(KEY)[:63], 999]),
        example(buyAmount=requests.WALLET_KEY),
        example(tokenAddress=requests.WALLET_KEY),
        example(platform=requests.WALLET_KEY),
        example(userId=requests.WALLET_KEY),
        example() | {requests.WALLET_KEY: requests.WALLET_KEY},
        f'{{"walletPrivateKey": "{requests.WALLET_KEY}"'.encode(),
        f'{{"walletPrivateKey": "{requests.WALLET_KEY}\xff"}}'.encode("latin-1"),
    ]
    for body in bodies:
        answer = await api.start(body)
        assert_clean("answer", answer.text + str(answer.headers))
        if answer.status == 202:
            kafka = api.parts.settings.kafka_bootstrap_servers
            for event in await events_of(kafka, answer.body["jobId"]):
                assert_clean("event", encode(event).decode())
    async with api.parts.engine.connect() as connection:
        for table in ("submissions", "vault"):
            rows = (await connection.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608
            assert rows
            for row in rows:
                assert_clean(table, str(row))
                assert SEED not in b"".join(v for v in row if isinstance(v, bytes))
    assert_clean("logs", caplog.text)
    out, err = capfd.readouterr()
    assert_clean("output", out + err)


@pytest.mark.parametrize("sent", [requests.WALLET_KEY[:-2], list(KEY)[:60], str(list(KEY)[:60])])
def test_the_refusal_of_a_key_has_no_chain(sent: object) -> None:
    """Neither a cause nor a context, in which another error could carry it along."""
    with pytest.raises(InvalidInput) as caught:
        wallet_key(sent)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
