"""Credentials that are no text: refused and counted like any other bad one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from api.limits.abuse import BAD_CREDENTIAL, Abuse
from tests.auth.conftest import Guarded
from tests.auth.test_sockets import refused
from tests.openapi.raw import exchange

JOBS = b"GET /api/external-buy/jobs HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"


@asynccontextmanager
async def counts(guarded: Guarded, more: int) -> AsyncIterator[None]:
    """So many bad credentials are counted here, and none is taken to Postgres meanwhile."""
    abuse = guarded.api.parts.gate.abuse
    async with abuse._flushing:
        before = _bad(abuse)
        yield
        assert before + more == _bad(abuse)


def _bad(abuse: Abuse) -> int:
    return sum(count for (kind, _), count in abuse._counts.items() if kind == BAD_CREDENTIAL)


@pytest.mark.parametrize("name", [b"X-Api-Key: ", b"Authorization: Bearer "])
@pytest.mark.parametrize(
    "credential", [b"buyq_x_\xff", b"buyq_\xc3\x28_x", b"\xff", b"a.b.\x80", "buyq_x_é".encode()]
)
async def test_bytes_that_are_no_text_are_a_bad_credential(
    guarded: Guarded, name: bytes, credential: bytes
) -> None:
    sent = JOBS + name + credential + b"\r\n\r\n"
    async with counts(guarded, 1):
        ((status, body),) = await exchange(guarded.api.url, sent, most=1)
    assert (401, "unauthenticated") == (status, body["code"])


@pytest.mark.parametrize("name", ["token", "apiKey"])
async def test_half_a_surrogate_pair_opens_no_socket(guarded: Guarded, name: str) -> None:
    async with counts(guarded, 4):
        for credential in ("buyq_x_\ud800", "\ud800", "a.b.\udcff", "buyq_x_é"):
            await refused(guarded, "unauthenticated", auth={name: credential})
