"""The contract's page says what the code says: routes, codes, numbers and listings."""

import asyncio
import json
import re
import shlex
import shutil
from itertools import pairwise
from typing import get_args

import pytest

from api.openapi.document import document
from api.openapi.refusal import Refusal
from api.relay.rooms import UserRoom, parse_join
from api.relay.stream import join_of
from buyqueue.buy.phases import PHASES
from buyqueue.contract.messages import MessageName
from buyqueue.contract.shapes import JobCreated, JobStatus
from buyqueue.errors import Code
from tests.docs.markdown import ROOT, listings
from tests.openapi.ground import Ground

PAGE = ROOT / "docs" / "contract.md"
TEXT = PAGE.read_text()
DOCUMENT = document(version="0", debug=True, guarded=True)


def section(title: str) -> str:
    """The text below a heading, up to the next one of any level."""
    parts = re.split(r"^#+ +(.+)$", TEXT, flags=re.MULTILINE)
    (found,) = [text for name, text in pairwise(parts) if name == title]
    return found


def first_cells(title: str) -> list[str]:
    """The code in the first cell of each row."""
    return re.findall(r"^\| `([^`]+)`", section(title), re.MULTILINE)


def operations() -> dict[str, dict[str, dict[str, object]]]:
    """What each route answers by status, from the OpenAPI document."""
    return {
        f"{method.upper()} {path}": described["responses"]
        for path, methods in DOCUMENT["paths"].items()
        for method, described in methods.items()
    }


def test_it_names_every_route_and_no_other() -> None:
    assert sorted(operations()) == sorted(first_cells("Routes"))


def test_each_route_is_shown_with_statuses_that_it_answers() -> None:
    rows = re.findall(r"^\| `([^`]+)` \| (.*) \|$", section("Routes"), re.MULTILINE)
    wrong = {
        route: set(re.findall(r"\b[2-5]\d\d\b", text)) - set(operations()[route])
        for route, text in rows
    }
    assert {} == {route: statuses for route, statuses in wrong.items() if statuses}


def test_it_names_every_code_once_and_no_other() -> None:
    named = first_cells("Of a request") + first_cells("Of a buy, in its result")
    assert sorted(map(str, Code)) == sorted(named)


def test_each_code_of_a_request_is_shown_with_its_statuses() -> None:
    real: dict[str, set[str]] = {}
    for answers in operations().values():
        for status, answer in answers.items():
            for code in re.findall(r"`(\w+)`", str(answer["description"]).partition("Codes: ")[2]):
                real.setdefault(code, set()).add(status)
    # No route has it: it is of a route's other methods.
    real["method_not_allowed"] = {"405"}
    rows = re.findall(r"^\| `(\w+)` \| ([\d, ]+) \|", section("Of a request"), re.MULTILINE)
    assert {code: real[code] for code, _ in rows} == {
        code: set(statuses.split(", ")) for code, statuses in rows
    }


def test_it_names_the_statuses_phases_and_messages() -> None:
    assert ["status", *get_args(JobStatus)] == first_cells("A job")
    rows = re.findall(r"^\| (\d) \| (\d+) \| (.+) \|$", section("Progress"), re.MULTILINE)
    assert [(str(p.number), str(p.percent), p.title) for p in PHASES] == rows
    shown = [name for name in first_cells("Sockets") if name.startswith("external_buy_")]
    assert list(get_args(MessageName)) == shown


def test_the_streams_listing_can_be_read_and_gone_on_from() -> None:
    (text,) = [one.text for one in listings(PAGE) if one.text.startswith("event: ")]
    joined, created = [
        dict(line.split(": ", 1) for line in event.splitlines())
        for event in text.strip().split("\n\n")
    ]
    cursors = {int(p): at for p, at in json.loads(joined["data"])["cursors"].items()}
    assert cursors == join_of(UserRoom("user123"), joined["id"]).cursors
    data = json.loads(created["data"])
    assert data == JobCreated.model_validate(data).json_object()
    since = join_of(UserRoom("user123"), created["id"]).cursors
    assert cursors | {data["partition"]: data["cursor"]} == since


def test_the_acknowledgement_can_be_joined_with() -> None:
    (shown,) = [json.loads(one.text) for one in listings(PAGE) if '"cursors"' in one.text[:80]]
    wish = parse_join({"userId": "user123", "cursors": shown["cursors"]})
    assert shown["room"] == wish.room.name


async def test_the_error_is_answered_as_it_stands_there(ground: Ground) -> None:
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("needs curl")
    (command,) = [one.text for one in listings(PAGE) if one.language == "sh"]
    _, *words = shlex.split(command.replace("http://127.0.0.1:3001", ground.url))
    process = await asyncio.create_subprocess_exec(curl, *words, stdout=asyncio.subprocess.PIPE)
    answer, _ = await process.communicate()
    (shown,) = [one.text for one in listings(PAGE) if one.text.startswith('{"success": false')]
    assert json.loads(shown) == json.loads(answer)
    assert Refusal.model_validate(json.loads(shown)).code == Code.JOB_NOT_FOUND
