"""What the routes of webhooks answer is as it is described."""

from typing import Any

from tests.openapi.ground import Ground
from tests.openapi.reading import Judge
from tests.openapi.test_document import asked

HOOKS = "/api/external-buy/webhooks"
HOOK = f"{HOOKS}/{{webhookId}}"
NOBODY = "0190b6d0-0000-7000-8000-000000000001"


async def test_the_answers_to_a_webhooks_life_are_as_described(ground: Ground) -> None:
    judge = Judge(await ground.document())
    order = {"url": "https://app.example/buys", "userId": "of-the-document"}
    made = await asked(ground, "POST", HOOKS, HOOKS, json=order)
    everybodys = await asked(ground, "POST", HOOKS, HOOKS, json={"url": order["url"]})
    answers = [made, everybodys, await asked(ground, "GET", HOOKS, HOOKS)]
    path = f"{HOOKS}/{made.body['data']['webhook']['id']}"
    tries: list[tuple[str, str, Any]] = [
        ("GET", "", None),
        ("POST", "/rotate", None),
        ("POST", "/enable", None),
        ("POST", "/replay", {"cursors": {}}),
        ("POST", "/test", None),
        ("DELETE", "", None),
        ("GET", "", None),
    ]
    for method, tail, body in tries:
        answers.append(await asked(ground, method, path + tail, HOOK + tail, json=body))
    assert [201, 201, 200, 200, 200, 200, 200, 200, 200, 404] == [one.status for one in answers]
    assert [None] * 10 == [judge.objection(one) for one in answers]


async def test_the_refusals_are_as_described(ground: Ground) -> None:
    judge = Judge(await ground.document())
    bad: list[tuple[str, str, Any, int]] = [
        (HOOKS, HOOKS, {"url": "http://app.example/"}, 400),
        (HOOKS, HOOKS, {"url": "https://app.example/", "userId": ""}, 400),
        (HOOKS, HOOKS, {"more": 1}, 400),
        (HOOKS, HOOKS, None, 415),
        (f"{HOOKS}/x/rotate", f"{HOOK}/rotate", None, 404),
        (f"{HOOKS}/{NOBODY}/replay", f"{HOOK}/replay", {"cursors": 1}, 404),
    ]
    for path, route, body, status in bad:
        answer = await asked(ground, "POST", path, route, json=body)
        assert (status, None) == (answer.status, judge.objection(answer)), answer.text
    wrong = await asked(ground, "GET", f"{HOOKS}?limit=0", HOOKS)
    assert (400, None) == (wrong.status, judge.objection(wrong))
