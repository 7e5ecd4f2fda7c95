"""A cancel whose decision nobody has read yet."""

from dataclasses import replace
from typing import Any

from api.parts import Parts
from buyqueue.log.reader import LogReader
from tests.api.running import served
from tests.controls.start_requests import example


class Blind:
    """A projection that has read nothing."""

    async def history(self, _job_id: object) -> list[object]:
        return []

    async def job(self, _job_id: object) -> None:
        return None


async def test_without_a_projection_the_answer_is_cancelling(
    parts: Parts, reader: LogReader
) -> None:
    blind: Any = Blind()
    async with served(replace(parts, queries=blind), reader) as api:
        job_id = (await api.start(example())).body["jobId"]
        answer = await api.cancel(job_id)
    assert (answer.status, answer.body["status"]) == (202, "cancelling")
    assert answer.body["success"] is True
