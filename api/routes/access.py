"""The routes about who may do what."""

from http import HTTPStatus

from aiohttp import web

from api.auth.caller import scopes_text
from api.auth.granting import grant, wish_of
from api.auth.guarding import caller_of
from api.auth.ownership import Owners
from api.auth.tokens import Tokens
from api.limits.abuse import Abuse
from api.limits.abuse_report import AbuseReport
from api.web.body import read_object
from api.web.problem import Problem
from buyqueue.clock import Clock
from buyqueue.errors import Code
from buyqueue.settings import Settings


class Access:
    """Short-lived tokens, and what looks like abuse."""

    def __init__(
        self,
        *,
        settings: Settings,
        tokens: Tokens | None,
        owners: Owners,
        abuse: Abuse,
        report: AbuseReport,
        clock: Clock,
    ) -> None:
        self._settings = settings
        self._tokens = tokens
        self._owners = owners
        self._abuse = abuse
        self._report = report
        self._clock = clock

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes."""
        return [
            web.post("/api/external-buy/token", self.token),
            web.get("/api/external-buy/admin/abuse", self.abuse),
        ]

    async def token(self, request: web.Request) -> web.Response:
        """Make a token for a browser: 201 with it, for one user or one job, for at most an hour."""
        if self._tokens is None:
            text = "This api is open (AUTH=open): it takes no tokens and makes none"
            raise Problem(HTTPStatus.NOT_FOUND, Code.NOT_FOUND, text)
        caller = caller_of(request)
        wish = wish_of(await read_object(request, self._settings.max_body_bytes))
        owner = await self._owners.of(wish.job_id) if wish.job_id is not None else None
        granted = grant(caller, wish, owner, self._clock.now())
        assert granted.expires_at is not None  # noqa: S101 - every grant ends
        data = {
            "token": self._tokens.make(granted, granted.expires_at),
            "expiresAt": int(granted.expires_at.timestamp() * 1000),
            "userId": granted.user_id,
            "jobId": str(granted.job_id) if granted.job_id is not None else None,
            "scopes": scopes_text(granted.scopes).split(),
        }
        return web.json_response({"success": True, "data": data}, status=HTTPStatus.CREATED)

    async def abuse(self, _request: web.Request) -> web.Response:
        """Show what looks like abuse in the last day: 200 with `{success, data}`."""
        await self._abuse.flush()
        data = await self._report.read(self._clock.now())
        return web.json_response({"success": True, "data": data})
