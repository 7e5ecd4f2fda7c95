"""What every refusal has in common."""

from typing import Any

from tests.api.running import Answer, Api
from tests.controls import start_requests as requests


async def refused(api: Api, body: Any, **expected: Any) -> Answer:
    """The start route refuses this body, in the one shape, and nothing is written anywhere."""
    before = await api.written()
    answer = await api.start(body)
    check_refusal(answer, **expected)
    assert await api.written() == before
    return answer


def check_refusal(answer: Answer, *, status: int, code: str, field: str | None = None) -> None:
    assert (answer.status, answer.body["code"]) == (status, code), answer.body
    assert answer.body.get("field") == field
    assert answer.body["success"] is False
    assert isinstance(answer.body["error"], str)
    assert isinstance(answer.body["retryable"], bool)
    assert "details" not in answer.body
    assert requests.WALLET_KEY not in answer.text
