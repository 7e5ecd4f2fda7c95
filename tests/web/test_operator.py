"""The operator's view is for whoever has the scope `admin`, and says so to everybody else."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from api.auth.api_keys import ApiKeys
from api.auth.caller import Scope
from buyqueue.clock import SystemClock
from tests.openapi.ground import served
from tests.stack.servers import Stack
from tests.web.browser import driven

FIGURES = [
    "Queued",
    "In flight",
    "Outcome unknown",
    "Dead letters",
    "Lag",
    "Connections",
    "Completed",
    "Failed",
    "Cancelled",
]


@pytest.mark.timeout(150)
async def test_only_an_operator_is_sent_and_shown_the_figures(stack: Stack, folder: Path) -> None:
    secret = SecretStr("operator-test-" * 4)
    async with served(stack, auth="required", token_secret=secret) as ground:
        keys, now = ApiKeys(ground.engine, timeout_ms=5_000), SystemClock().now()
        every = frozenset(Scope)
        tokens = {
            "operator": await keys.create("operator", every, None, now),
            "user": await keys.create("user", every - {Scope.ADMIN}, "ann", now),
            "nobody": "",
        }
        told = {"url": ground.url, "tokens": tokens, "folder": str(folder)}
        seen = await driven("operator", told, within_s=120)
    operator, user, nobody = (seen[name] for name in ("operator", "user", "nobody"))
    assert (200, True, FIGURES, "", False) == tuple(
        operator[part] for part in ("status", "sent", "figures", "error", "hidden")
    )
    for status, refused in ((403, user), (401, nobody)):
        assert (status, False, [], 0, True) == tuple(
            refused[part] for part in ("status", "sent", "figures", "venues", "hidden")
        )
        assert "it needs a credential with the scope admin" in refused["error"]
    assert [[], [], []] == [one["wrong"] for one in seen.values()]
