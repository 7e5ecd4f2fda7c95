"""The document says what the routes do: no more and no less."""

import pytest
from aiohttp import web

from api.openapi.document import document
from api.openapi.order import StartRequest
from api.orders import fields
from tests.controls.start_requests import example
from tests.openapi.ground import Ground, served
from tests.openapi.reading import Answered, Judge
from tests.stack.servers import Stack

SOCKETS = "/socket.io/"
"""Not HTTP as OpenAPI can describe it; the document's text does."""
PAGE_FILES = "/page/{digest}/{name}"
REFERENCE = "/docs"
"""What a browser is shown, and its parts: nobody else's business."""


def served_routes(app: web.Application) -> set[tuple[str, str]]:
    """Method and path of every route but those that come with another: HEAD with GET."""
    return {
        (route.method.lower(), route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None
        and route.resource.canonical not in (SOCKETS, PAGE_FILES, REFERENCE)
        and route.method != "HEAD"
    }


def described_routes(described: dict[str, dict[str, object]]) -> set[tuple[str, str]]:
    return {(method, path) for path, methods in described.items() for method in methods}


async def test_every_route_is_described_and_every_described_one_is_served(ground: Ground) -> None:
    described = await ground.document()
    assert served_routes(ground.app) == described_routes(described["paths"])


async def test_debug_routes_are_described_where_they_are_served(stack: Stack) -> None:
    async with served(stack, debug_routes=True) as ground:
        described = await ground.document()
        assert served_routes(ground.app) == described_routes(described["paths"])
        assert "/api/cto/debug/connections" in described["paths"]
        path = "/api/cto/debug/connections"
        assert None is Judge(described).objection(await asked(ground, "GET", path, path))


def test_an_orders_fields_are_those_that_are_read() -> None:
    known = {field.alias for field in StartRequest.model_fields.values()}
    assert known == {*fields.REQUIRED, *fields.WALLET_WAYS, *fields.OPTIONAL, *fields.IGNORED}
    needed = {field.alias for field in StartRequest.model_fields.values() if field.is_required()}
    assert needed == set(fields.REQUIRED)


def test_every_reference_leads_somewhere_and_every_part_is_used() -> None:
    written = document(version="0", debug=True, guarded=True)
    referred = set(references(written))
    parts = {
        f"#/components/{kind}/{name}"
        for kind, named in written["components"].items()
        if kind != "securitySchemes"
        for name in named
    }
    assert referred == parts


def references(value: object) -> list[str]:
    match value:
        case {"$ref": str(name), **others}:
            return [name, *references(others)]
        case dict():
            return [found for one in value.values() for found in references(one)]
        case list() | tuple():
            return [found for one in value for found in references(one)]
    return []


async def asked(
    ground: Ground, method: str, path: str, route: str | None, **other: object
) -> Answered:
    url = ground.url + path
    async with ground.session.request(method, url, **other) as answer:  # type: ignore[arg-type]
        text = await answer.text()
        return Answered(route, method, answer.status, answer.headers, text)


START = "/api/external-buy/start"
STATUS = "/api/external-buy/job/{jobId}/status"
CANCEL = "/api/external-buy/job/{jobId}/cancel"


async def test_the_answers_to_a_buys_life_are_as_described(ground: Ground) -> None:
    judge = Judge(await ground.document())
    started = await asked(ground, "POST", START, START, json=example())
    job_id = started.body["jobId"]
    answers = [started]
    for method, route in [("GET", STATUS), ("HEAD", STATUS), ("POST", CANCEL), ("GET", STATUS)]:
        path = route.replace("{jobId}", job_id)
        answers.append(await asked(ground, method, path, route))
    assert [202, 200, 200, 200, 200] == [one.status for one in answers]
    assert [None] * 5 == [judge.objection(one) for one in answers]


@pytest.mark.parametrize(
    "path", ["/", "/openapi.json", "/health/live", "/health/ready", "/api/cto/health"]
)
async def test_the_services_own_answers_are_as_described(ground: Ground, path: str) -> None:
    answer = await asked(ground, "GET", path, path)
    assert 200 == answer.status
    assert None is Judge(await ground.document()).objection(answer)


async def test_the_judge_objects_to_what_is_not_described(ground: Ground) -> None:
    judge = Judge(await ground.document())
    headers = {"Content-Type": "application/json", "X-Request-Id": "12345678"}
    more = '{"success": true, "status": "live", "secret": 1}'
    assert judge.objection(Answered("/health/live", "GET", 200, headers, more))
    assert judge.objection(Answered("/health/live", "GET", 418, headers, more))
    assert judge.objection(Answered("/health/live", "GET", 200, {}, more))
    code = '{"success": false, "error": "", "code": "made_up", "retryable": false}'
    assert judge.objection(Answered(STATUS, "GET", 404, headers, code))
    assert judge.objection(Answered("/health/live", "POST", 404, headers, code))
