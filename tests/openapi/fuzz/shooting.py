"""Sending requests one by one, and judging each answer and what it left behind."""

import asyncio
import io
from collections import Counter
from dataclasses import dataclass, field, replace

import aiohttp
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from yarl import URL

from tests.controls.start_requests import WALLET_KEY
from tests.openapi.fuzz.requests import LAST, START, Request, requests
from tests.openapi.ground import Ground, Written
from tests.openapi.reading import Answered, Judge

NO_JOB = "0190b6d0-0000-7000-8000-000000000001"
ANSWER_WITHIN_S = 60
"""Long, for a busy machine: what never answers is what is looked for."""


@dataclass
class Figures:
    """How often each method of each route answered what."""

    cases: int = 0
    answers: Counter[tuple[str, int, str]] = field(default_factory=Counter)

    def lines(self) -> list[str]:
        return [
            f"{count:7} {route} {status} {code}"
            for (route, status, code), count in sorted(self.answers.items())
        ]


class Shooting:
    """Holds what must be written by now: what was taken, and nothing else."""

    def __init__(self, ground: Ground, judge: Judge, expected: Written, figures: Figures) -> None:
        self._ground = ground
        self._judge = judge
        self._expected = expected
        self._taken: set[str] = set()
        self._cancelled: set[str] = set()
        self._last = NO_JOB
        self.figures = figures

    async def shoot(self, request: Request) -> None:
        """Send a request; AssertionError if its answer or its trace is not as it must be."""
        job_id = self._last
        path = request.path.replace(LAST, job_id)
        try:
            answered = await self._send(replace(request, path=path))
        except TimeoutError:
            raise AssertionError(f"no answer in {ANSWER_WITHIN_S} s", request) from None
        route = f"{request.method} {request.route or '(none)'}"
        self.figures.cases += 1
        self.figures.answers[route, answered.status, answered.code] += 1
        assert answered.status < 500, (request, answered)
        assert None is self._judge.objection(answered), (request, answered)
        assert WALLET_KEY not in answered.text + str(answered.headers)
        self._account(request, answered, job_id)
        assert self._expected == await self._ground.written(), (request, answered)

    async def _send(self, request: Request) -> Answered:
        url = URL(self._ground.url + request.path, encoded=True)
        timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
        async with self._ground.session.request(
            request.method,
            url,
            headers=[*request.headers],
            data=io.BytesIO(request.body) if request.body else None,
            skip_auto_headers=["Content-Type"],
            allow_redirects=False,
            timeout=timeout,
        ) as answer:
            return Answered(
                request.route, request.method, answer.status, answer.headers, await answer.text()
            )

    def _account(self, request: Request, answered: Answered, job_id: str) -> None:
        now = self._expected
        if request.route == START and answered.status == 202:
            self._last = answered.body["jobId"]
            if self._last not in self._taken:
                self._taken.add(self._last)
                self._expected = Written(now.submissions + 1, now.keys + 1, now.events + 1)
        elif request.method == "POST" and answered.status in (200, 202):
            assert answered.body["jobId"] == job_id
            if job_id not in self._cancelled:
                self._cancelled.add(job_id)
                self._expected = replace(now, events=now.events + 1)


async def fuzz(
    ground: Ground, cases: int, *, seeded: bool, figures: Figures | None = None
) -> Figures:
    """Send so many cases; AssertionError with the smallest request that shows a fault."""
    judge = Judge(await ground.document())
    shooting = Shooting(ground, judge, await ground.written(), figures or Figures())
    loop = asyncio.get_running_loop()

    @hypothesis_settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=seeded,
        suppress_health_check=list(HealthCheck),
    )
    @given(request=requests())
    def every(request: Request) -> None:
        asyncio.run_coroutine_threadsafe(shooting.shoot(request), loop).result()

    await asyncio.to_thread(every)
    return shooting.figures
