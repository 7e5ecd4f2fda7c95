"""Reading a request's query: each name once, and none that is not known."""

from collections.abc import Collection

from aiohttp import web

from api.web.strict_json import shown
from buyqueue.errors import Code, InvalidInput


def read_query(request: web.Request, names: Collection[str]) -> dict[str, str]:
    """Answer the query; raises InvalidInput for a name that is not one of these, or comes twice."""
    for name in request.query:
        if name not in names:
            known = ", ".join(names)
            text = f"Unknown query parameter: {shown(name)}. Known are {known}"
            raise InvalidInput(Code.INVALID_REQUEST, text, field=shown(name))
        if len(request.query.getall(name)) > 1:
            raise InvalidInput(Code.INVALID_REQUEST, f"Send {name} once", field=name)
    return dict(request.query)
