"""The name of what answers a request."""

from aiohttp import web


def route_of(request: web.Request) -> str:
    """Answer the route's pattern; `(none)` if there is no such route."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "(none)"
