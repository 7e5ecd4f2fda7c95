"""Each body that is no order, and each request that is for nothing, is refused by name."""

import json
from typing import Any

import pytest

from tests.api.refusals import check_refusal, refused
from tests.api.running import START, Api
from tests.controls import start_requests as requests
from tests.controls.start_requests import example, raw

JSON = "application/json"


@pytest.mark.parametrize("field", ["userId", "tokenAddress", "buyAmount", "walletPrivateKey"])
@pytest.mark.parametrize("value", [..., None])
async def test_a_missing_field_is_named(api: Api, field: str, value: Any) -> None:
    await refused(api, example(**{field: value}), status=400, code="invalid_request", field=field)


async def test_an_unknown_field_is_named(api: Api) -> None:
    answer = await refused(
        api, example(slipage=3), status=400, code="invalid_request", field="slipage"
    )
    assert "slipage" in answer.body["error"]


async def test_a_key_in_the_place_of_a_name_is_not_repeated(api: Api) -> None:
    body = example() | {requests.WALLET_KEY: 1}
    await refused(
        api,
        body,
        status=400,
        code="invalid_request",
        field="(a name that is too long or not plain)",
    )


@pytest.mark.parametrize(("field", "value"), [("userChatId", "7"), ("socketUserId", 7)])
async def test_an_extra_of_another_type(api: Api, field: str, value: Any) -> None:
    await refused(api, example(**{field: value}), status=400, code="invalid_request", field=field)


async def test_a_field_that_stands_twice(api: Api) -> None:
    body = json.dumps(example())[:-1] + ', "buyAmount": 5}'
    await refused(api, body.encode(), status=400, code="invalid_request", field="buyAmount")


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 30_000,
        b'{"a":' * 9 + b"1" + b"}" * 9,
        raw("platform", "[" * 20 + "]" * 20),
        b'{"' + b'\\"' * 30_000,
    ],
    ids=["brackets", "objects", "within an order", "quotes without end"],
)
async def test_deep_nesting(api: Api, body: bytes) -> None:
    await refused(api, body, status=400, code="invalid_request")


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"a"', b"1", b"{'a': 1}", b"\xef\xbb\xbf{}", b"{} {}"],
)
async def test_a_body_that_is_no_json_object(api: Api, body: bytes) -> None:
    await refused(api, body, status=400, code="invalid_request")


@pytest.mark.parametrize("body", [b'{"userId": "\xff"}', b"\xff\xfe{\x00}\x00", b'"\xed\xa0\x80"'])
async def test_broken_utf8(api: Api, body: bytes) -> None:
    answer = await refused(api, body, status=400, code="invalid_request")
    assert "UTF-8" in answer.body["error"]


async def test_a_body_of_10_mb(api: Api) -> None:
    body = json.dumps(example(userId="x" * 10_000_000)).encode()
    await refused(api, body, status=413, code="body_too_large")


async def test_a_large_body_without_a_length(api: Api) -> None:
    async def chunks() -> Any:
        for _ in range(20):
            yield b" " * 10_000

    answer = await api.call("POST", START, data=chunks(), headers={"Content-Type": JSON})
    check_refusal(answer, status=413, code="body_too_large")


@pytest.mark.parametrize(
    "content_type",
    ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1"],
)
async def test_a_wrong_content_type(api: Api, content_type: str) -> None:
    headers = {"Content-Type": content_type}
    answer = await api.call("POST", START, data=json.dumps(example()), headers=headers)
    check_refusal(answer, status=415, code="unsupported_media_type")


async def test_no_content_type(api: Api) -> None:
    answer = await api.call("POST", START, data=b"{}", skip_auto_headers=["Content-Type"])
    check_refusal(answer, status=415, code="unsupported_media_type")


@pytest.mark.parametrize(
    "key", ["", "x" * 256, "caf\u00e9", "a\tb", "sha256:", f"sha256:{'0' * 64}"]
)
async def test_an_idempotency_key_that_is_none(api: Api, key: str) -> None:
    answer = await api.start(example(), key=key)
    check_refusal(answer, status=400, code="invalid_idempotency_key", field="Idempotency-Key")


@pytest.mark.parametrize("path", ["/", "/api/external-buy", "/api/external-buy/start/", "/%00"])
async def test_an_unknown_route(api: Api, path: str) -> None:
    method = "GET" if path != "/" else "DELETE"
    answer = await api.call(method, path)
    known = path == "/"
    check_refusal(
        answer,
        status=405 if known else 404,
        code="method_not_allowed" if known else "not_found",
    )


async def test_a_wrong_method_names_the_right_one(api: Api) -> None:
    answer = await api.call("GET", START)
    check_refusal(answer, status=405, code="method_not_allowed")
    assert answer.headers["Allow"] == "POST"


@pytest.mark.parametrize(
    "job_id",
    [
        "0190b6d0-0000-7000-8000-000000000001",
        "abc",
        "0190b6d0000070008000000000000001",
        "{0190b6d0-0000-7000-8000-000000000001}",
        "x" * 2_000,
        "%00",
        "..%2f..",
    ],
)
@pytest.mark.parametrize("action", ["status", "cancel"])
async def test_an_unknown_or_malformed_job(api: Api, job_id: str, action: str) -> None:
    method = "GET" if action == "status" else "POST"
    answer = await api.call(method, f"/api/external-buy/job/{job_id}/{action}")
    check_refusal(answer, status=404, code="job_not_found", field="jobId")
    assert answer.body["error"] == "Job not found"
