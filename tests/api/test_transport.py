"""A plain wallet key travels over TLS or not at all."""

import socket
from dataclasses import replace

import pytest

from api.parts import Parts
from api.web.transport import may_carry_key
from buyqueue.log.reader import LogReader
from tests.api.running import START, Api, served
from tests.controls.start_requests import WALLET_KEYPAIR, example


@pytest.mark.parametrize(
    ("scheme", "peer", "forwarded", "expected"),
    [
        ("https", "203.0.113.9", None, True),
        ("http", "127.0.0.1", None, True),
        ("http", "127.8.9.1", None, True),
        ("http", "::1", None, True),
        ("http", "::ffff:127.0.0.1", None, True),
        ("http", "127.0.0.1", "https", True),
        ("http", "127.0.0.1", "http", False),
        ("http", "203.0.113.9", None, False),
        ("http", "203.0.113.9", "https", False),
        ("http", "::ffff:203.0.113.9", None, False),
        ("http", "10.0.0.1", None, False),
        ("http", None, None, False),
        ("http", "", None, False),
    ],
)
def test_who_may_send_a_key(
    scheme: str, peer: str | None, forwarded: str | None, *, expected: bool
) -> None:
    assert may_carry_key(scheme, peer, forwarded) is expected


def own_address() -> str | None:
    """An address of this machine that is not loopback; nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("203.0.113.1", 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


async def test_a_key_from_another_machine_in_plain_is_refused(
    parts: Parts, reader: LogReader
) -> None:
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback")
    settings = parts.settings.model_copy(update={"host": address})
    async with served(replace(parts, settings=settings), reader) as api:
        before = await api.written()
        # An open api answers to this name alone; what is looked at is who connects.
        here = {"Host": "localhost"}
        answer = await api.call("POST", START, json=example(), headers=here)
        assert (answer.status, answer.body["code"]) == (403, "insecure_transport")
        assert answer.body["field"] == "walletPrivateKey"
        assert await api.written() == before
        assert (await api.call("GET", "/health/live", headers=here)).status == 200


async def test_a_proxy_that_took_it_in_plain_is_refused(api: Api) -> None:
    headers = {"X-Forwarded-Proto": "http"}
    answer = await api.call("POST", START, json=example(), headers=headers)
    assert (answer.status, answer.body["code"]) == (403, "insecure_transport")


async def test_an_order_without_a_key_may_come_in_plain(api: Api) -> None:
    """As all do in the stack of compose/, whose proxy is another machine to the api."""
    wallet = str(WALLET_KEYPAIR.pubkey())
    body = example(walletPrivateKey=..., custody="client", wallet=wallet)
    submissions, keys, events = await api.written()
    answer = await api.call("POST", START, json=body, headers={"X-Forwarded-Proto": "http"})
    assert 202 == answer.status, answer.text
    assert (submissions + 1, keys + 1, events + 1) == await api.written()
