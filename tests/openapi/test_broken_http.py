"""What is hardly HTTP is refused in the one shape, without a trace and without an echo."""

import io
import json
import logging

import aiohttp
import pytest
from aiohttp import web

from api.running import serving
from api.web.body import read_object
from api.web.middlewares import errors
from buyqueue.metrics import Metrics
from buyqueue.settings import Settings
from tests.controls.start_requests import WALLET_KEY, example
from tests.openapi.ground import Ground
from tests.openapi.raw import exchange

ORDER = json.dumps(example()).encode()
HEAD = b"POST /api/external-buy/start HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
CLOSE = b"Connection: close\r\n"


def sized(body: bytes, length: int, *more: bytes) -> bytes:
    return HEAD + b"".join(more) + b"Content-Length: %d\r\n\r\n" % length + body


BROKEN = {
    "no HTTP": WALLET_KEY.encode() + b"\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a bad version": b"GET / HTTP/9.9\r\nHost: a\r\n\r\n",
    "a control character in a header": HEAD + b"X-A: \x01\r\n\r\n",
    "a name with a space": HEAD + b"X A: b\r\n\r\n",
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n",
    "two lengths": HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": sized(b"0\r\n\r\n", 5, b"Transfer-Encoding: chunked\r\n"),
    "a huge header": HEAD + b"X-A: " + b"a" * 70_000 + b"\r\n\r\n",
    "a huge path": b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "an unknown expectation": sized(ORDER, len(ORDER), b"Expect: tea\r\n", CLOSE),
    "a bad chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + WALLET_KEY.encode() + b"\r\n",
    "a bad second chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n" + ORDER + b"\r\n",
    "not compressed": sized(ORDER, len(ORDER), b"Content-Encoding: gzip\r\n", CLOSE),
    "not deflated": sized(ORDER, len(ORDER), b"Content-Encoding: deflate\r\n", CLOSE),
    "much that is not deflated": sized(
        b"{" + b" " * 65_535, 65_536, b"Content-Encoding: deflate\r\n", CLOSE
    ),
    "an unknown encoding": sized(b"{}", 2, b"Content-Encoding: br\r\n", CLOSE),
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN.keys())
async def test_broken_http_is_refused(
    ground: Ground, sent: bytes, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await ground.written()
    answers = await exchange(ground.url, sent)
    assert answers
    for status, body in answers:
        assert 400 <= status < 500, body
        assert (False, str) == (body["success"], type(body["code"]))
        assert WALLET_KEY not in str(body)
    assert before == await ground.written()
    out, err = capfd.readouterr()
    assert WALLET_KEY not in caplog.text + out + err
    assert "Traceback" not in caplog.text + out + err


async def test_what_is_past_the_length_is_not_repeated_anywhere(
    ground: Ground, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """A body longer than its length is read as the next request."""
    caplog.set_level(logging.DEBUG)
    before = await ground.written()
    answers = await exchange(ground.url, sized(ORDER, ORDER.index(WALLET_KEY.encode())))
    assert {400} == {status for status, _ in answers}
    assert WALLET_KEY not in str(answers)
    assert before == await ground.written()
    out, err = capfd.readouterr()
    assert WALLET_KEY not in caplog.text + out + err


async def test_the_next_request_does_not_wait_for_a_body_that_never_ends(ground: Ground) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "deflate"}
    body = b"{" + b" " * 65_535
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session:
        url = f"{ground.url}/api/external-buy/start"
        for _ in range(3):
            async with session.post(url, data=io.BytesIO(body), headers=headers) as one:
                assert 415 == one.status
            async with session.get(f"{ground.url}/health/live") as other:
                assert 200 == other.status


async def test_a_body_that_never_comes_is_not_waited_for() -> None:
    async def route(request: web.Request) -> web.Response:
        await read_object(request, 1_000, within_s=0.1)
        return web.Response()

    app = web.Application(middlewares=[errors(Metrics(), debug=False)])
    app.router.add_post("/api/external-buy/start", route)
    async with serving(app, Settings(_env_file=None, port=0, submit_timeout_ms=200)) as url:
        answers = await exchange(url, sized(ORDER[:-1], len(ORDER), CLOSE), most=1)
    assert [(408, "invalid_request")] == [(status, body["code"]) for status, body in answers]


async def test_a_client_that_hangs_up_leaves_no_trace(
    ground: Ground, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    before = await ground.written()
    with pytest.raises(TimeoutError):
        await exchange(ground.url, sized(ORDER, len(ORDER) + 10), within_s=0.3)
    assert before == await ground.written()
    out, err = capfd.readouterr()
    assert "Traceback" not in caplog.text + out + err
