"""The route on which a client answers a request to sign."""

from aiohttp import web

from api.auth.guarding import caller_of
from api.auth.ownership import Owners
from api.signing.answer import answer_of
from api.signing.answering import Answering
from api.submissions.reading import job_id_of
from api.web.body import read_object


class Signing:
    """Takes the signatures and refusals of users' own wallets."""

    def __init__(self, *, answering: Answering, owners: Owners, max_body_bytes: int) -> None:
        self._answering = answering
        self._owners = owners
        self._max_body_bytes = max_body_bytes

    def routes(self) -> list[web.RouteDef]:
        """Answer the route."""
        return [web.post("/api/external-buy/job/{jobId:[^/]+}/signature", self.answer)]

    async def answer(self, request: web.Request) -> web.Response:
        """Take an answer: 200 `signed` or `refused`, 202 `answering`, 409 if nothing waits."""
        job_id = job_id_of(request.match_info["jobId"])
        await self._owners.require(caller_of(request), job_id)
        answer = answer_of(await read_object(request, self._max_body_bytes))
        taken = await self._answering.answer(job_id, answer)
        return web.json_response(taken.body, status=taken.status)
