"""What each route asks of its caller. A route that does not stand here is for admins. Pure."""

from typing import Final

from aiohttp import web

from api.auth.caller import Scope

Need = Scope | None
"""A scope; None: any caller that we know."""

JOB: Final = "/api/external-buy/job/{jobId}"
WEBHOOKS: Final = "/api/external-buy/webhooks"
WEBHOOK: Final = f"{WEBHOOKS}/{{webhookId}}"

PUBLIC: Final = frozenset(
    {
        "/",
        "/docs",
        "/page/{digest}/{name}",
        "/health/live",
        "/health/ready",
        "/api/cto/health",
        "/openapi.json",
        "/api/external-buy/vault-key",
        # Sockets authenticate in their own handshake.
        "/socket.io/",
    }
)
NEEDS: Final[dict[tuple[str, str], Need]] = {
    ("POST", "/api/external-buy/start"): Scope.SUBMIT,
    ("POST", "/api/external-buy/quote"): Scope.SUBMIT,
    ("GET", f"{JOB}/status"): Scope.READ,
    ("POST", f"{JOB}/cancel"): Scope.CANCEL,
    ("POST", f"{JOB}/signature"): Scope.SUBMIT,
    ("GET", "/api/external-buy/jobs"): Scope.READ,
    ("GET", f"{JOB}/timeline"): Scope.READ,
    ("GET", f"{JOB}/events"): Scope.READ,
    ("GET", "/api/external-buy/user/{userId}/events"): Scope.READ,
    ("POST", WEBHOOKS): Scope.WEBHOOKS,
    ("GET", WEBHOOKS): Scope.WEBHOOKS,
    ("GET", WEBHOOK): Scope.WEBHOOKS,
    ("DELETE", WEBHOOK): Scope.WEBHOOKS,
    ("POST", f"{WEBHOOK}/rotate"): Scope.WEBHOOKS,
    ("POST", f"{WEBHOOK}/enable"): Scope.WEBHOOKS,
    ("POST", f"{WEBHOOK}/replay"): Scope.WEBHOOKS,
    ("POST", f"{WEBHOOK}/test"): Scope.WEBHOOKS,
    ("POST", "/api/external-buy/token"): None,
    ("GET", "/api/external-buy/admin/abuse"): Scope.ADMIN,
    ("GET", "/api/external-buy/admin/overview"): Scope.ADMIN,
    ("GET", "/api/cto/debug/connections"): Scope.ADMIN,
}


def is_public(request: web.Request) -> bool:
    """Tell whether anybody may ask this, and also where there is no such route at all."""
    resource = request.match_info.route.resource
    no_route = request.match_info.http_exception is not None or resource is None
    return no_route or (resource is not None and resource.canonical in PUBLIC)


def need_of(request: web.Request) -> Need:
    """Answer what a route that is not public asks of its caller."""
    resource = request.match_info.route.resource
    path = resource.canonical if resource is not None else ""
    method = "GET" if request.method == "HEAD" else request.method
    return NEEDS.get((method, path), Scope.ADMIN)
