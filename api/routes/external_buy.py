"""The three routes of a buy."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from aiohttp import web

from api.auth.guarding import caller_of
from api.auth.ownership import Owners, require_own_user
from api.orders.amounts import fee_is_limited
from api.orders.draft import draft_of
from api.submissions.cancelling import Canceller
from api.submissions.idempotency import idempotency_key
from api.submissions.reading import Jobs, job_id_of
from api.submissions.submission import Submission
from api.submissions.submitter import Submitter
from api.web.body import read_object
from api.web.transport import require_private
from buyqueue.amounts import BPS_PER_PERCENT, lamports_to_sol, sol_text
from buyqueue.contract.result import job_created
from buyqueue.settings import Settings


def started(submission: Submission) -> dict[str, Any]:
    """Write the start route's answer: the same one whenever the same submission is asked for."""
    order = submission.order
    job_id = str(submission.job_id)
    message = "Buy queued"
    if fee_is_limited(order.lamports, order.priority_fee_lamports):
        fee = sol_text(order.priority_fee_lamports)
        message += f"; its priority fee is limited to its amount, {fee} SOL"
    data = job_created(order).json_object() | {
        "lamports": str(order.lamports),
        "slippage": order.slippage_bps / BPS_PER_PERCENT,
        "priorityFee": lamports_to_sol(order.priority_fee_lamports),
        "priority": order.priority,
        "platform": order.platform,
        "wallet": order.wallet,
    }
    return {"success": True, "jobId": job_id, "message": message, "data": data}


class ExternalBuy:
    """Start, status, cancel."""

    def __init__(
        self,
        *,
        settings: Settings,
        submitter: Submitter,
        jobs: Jobs,
        canceller: Canceller,
        owners: Owners,
    ) -> None:
        self._settings = settings
        self._submitter = submitter
        self._jobs = jobs
        self._canceller = canceller
        self._owners = owners

    def routes(self) -> list[web.RouteDef]:
        """Answer the routes, as the original names them."""
        return [
            web.post("/api/external-buy/start", self.start),
            web.get("/api/external-buy/job/{jobId:[^/]+}/status", self.status),
            web.post("/api/external-buy/job/{jobId:[^/]+}/cancel", self.cancel),
        ]

    async def start(self, request: web.Request) -> web.Response:
        """Take an order: 202 once it is durable in the log."""
        key = idempotency_key(request)
        body = await read_object(request, self._settings.max_body_bytes)
        if "walletPrivateKey" in body:
            require_private(request)
        require_own_user(caller_of(request), body.get("userId"))
        draft = draft_of(body, max_lamports=self._settings.max_lamports)
        submission = await self._submitter.submit(draft, key)
        return web.json_response(started(submission), status=HTTPStatus.ACCEPTED)

    async def status(self, request: web.Request) -> web.Response:
        """Show a job: 200 with `{success, data: JobView}`."""
        view = await self._jobs.view(await self._own_job(request))
        return web.json_response({"success": True, "data": view.json_object()})

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a job: 200 `cancelled`, 202 `cancelling`, 409 if it is too late."""
        outcome = await self._canceller.cancel(await self._own_job(request))
        return web.json_response(outcome.body, status=outcome.status)

    async def _own_job(self, request: web.Request) -> UUID:
        """Read whose job is meant; raises Problem (404) if it is none of the caller's."""
        job_id = job_id_of(request.match_info["jobId"])
        await self._owners.require(caller_of(request), job_id)
        return job_id
