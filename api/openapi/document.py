"""The OpenAPI 3.1 document, made of the models that the routes answer with. Pure."""

from collections.abc import Iterable
from typing import Any, Final

from api.openapi.buys import BUYS
from api.openapi.components import HEADERS, PARAMETERS, REQUEST_ID, header, parameter
from api.openapi.describing import DESCRIPTION
from api.openapi.grants import GRANTS
from api.openapi.guarding import SCHEMES, refusals, scope_text, security
from api.openapi.operation import Operation, Refused
from api.openapi.quotes import QUOTES
from api.openapi.record import RECORD
from api.openapi.schemas import reference, schemas
from api.openapi.signing import SIGNING
from api.openapi.streams import STREAMS
from api.openapi.system import SYSTEM
from api.openapi.webhooks import WEBHOOKS

JSON: Final = "application/json"
HTML: Final = "text/html"


def operations(*, debug: bool) -> tuple[Operation, ...]:
    """Answer every route that is served."""
    every = (*BUYS, *SIGNING, *QUOTES, *RECORD, *STREAMS, *WEBHOOKS, *GRANTS, *SYSTEM)
    return tuple(one for one in every if debug or not one.debug)


def document(*, version: str, debug: bool, guarded: bool) -> dict[str, Any]:
    """Write the document; `guarded`: credentials are asked for."""
    described = operations(debug=debug)
    paths: dict[str, dict[str, Any]] = {}
    for one in described:
        paths.setdefault(one.path, {})[one.method] = _operation(one) | (
            security(one) if guarded else {}
        )
    schemes = {"securitySchemes": SCHEMES} if guarded else {}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "External Buy Queue",
            "version": version,
            "description": DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "tags": [
            {"name": "buys", "description": "Submitting, following and cancelling a buy."},
            {"name": "quotes", "description": "What a buy would cost now, without buying."},
            {"name": "record", "description": "What happened: lists, timelines, figures."},
            {"name": "live", "description": "Messages as they come, and those that were missed."},
            {"name": "webhooks", "description": "The same messages, posted to you and signed."},
            {"name": "access", "description": "Tokens, and the key to seal keys to."},
            {"name": "system", "description": "The service itself."},
        ],
        "paths": paths,
        "components": {
            "schemas": _schemas(described),
            "parameters": PARAMETERS,
            "headers": HEADERS,
            **schemes,
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    taken = (REQUEST_ID, *one.parameters)
    answers = {
        status: _response(text, reference(model), (), one.media)
        for status, (text, model) in one.answers.items()
    }
    if one.page:
        answers[200]["content"][HTML] = {"schema": {"type": "string"}}
    answers |= {status: _refusal(refused) for status, refused in refusals(one).items()}
    for status, links in one.links.items():
        answers[status]["links"] = links
    found: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"{one.description} {scope_text(one)}".strip(),
        "tags": [one.tag],
        "parameters": [parameter(name) for name in taken],
        "responses": {str(status): answers[status] for status in sorted(answers)},
    }
    if one.body is not None:
        found["requestBody"] = {
            "required": True,
            "content": {JSON: {"schema": reference(one.body)}},
        }
    return {name: value for name, value in found.items() if value}


def _refusal(refused: Refused) -> dict[str, Any]:
    codes = [str(code) for code in refused.codes]
    schema = reference(refused.model) | {"properties": {"code": {"enum": codes}}}
    text = f"{refused.why}. Codes: {', '.join(f'`{code}`' for code in codes)}"
    return _response(text, schema, refused.headers)


def _response(
    text: str, schema: dict[str, Any], headers: Iterable[str], media: str = JSON
) -> dict[str, Any]:
    return {
        "description": text,
        "headers": {
            "X-Request-Id": header(REQUEST_ID),
            **{name: header(name) for name in headers},
        },
        "content": {media: {"schema": schema}},
    }


def _schemas(described: Iterable[Operation]) -> dict[str, Any]:
    answers = [model for one in described for _, model in one.answers.values()]
    answers += [refused.model for one in described for refused in refusals(one).values()]
    return schemas(dict.fromkeys(answers), [one.body for one in described if one.body is not None])
