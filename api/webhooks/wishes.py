"""What somebody asks of webhooks, and whether it may. Pure."""

from collections.abc import Mapping
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

from api.auth.caller import Caller, Scope
from api.auth.refusals import lacks
from api.orders.fields import user_id
from api.relay.rooms import parse_join
from api.web.problem import Problem
from api.web.strict_json import shown
from api.webhooks.webhook import Webhook
from buyqueue.errors import Code, InvalidInput


def webhook_id_of(text: str) -> UUID:
    """Read an id as it was answered; raises Problem (404) for anything else."""
    try:
        found = UUID(text)
    except ValueError:
        raise no_such_webhook() from None
    if str(found) != text.lower():
        raise no_such_webhook()
    return found


def no_such_webhook() -> Problem:
    """Say that there is none: one answer for a malformed id, an unknown one and another's."""
    text = "Webhook not found"
    return Problem(HTTPStatus.NOT_FOUND, Code.WEBHOOK_NOT_FOUND, text, field="webhookId")


def require_more_than_a_job(caller: Caller) -> None:
    """Return unless the credential is for one job; raises Problem (403)."""
    if caller.job_id is not None:
        raise lacks(Scope.WEBHOOKS)


def may_see(caller: Caller, webhook: Webhook) -> bool:
    """Tell whether a webhook is the caller's own; everybody's are for admins."""
    if webhook.user_id is None:
        return caller.user_id is None and Scope.ADMIN in caller.scopes
    return caller.acts_for(webhook.user_id)


def known_fields(body: Mapping[str, Any], names: tuple[str, ...]) -> None:
    """Return if a body holds no other fields; raises InvalidInput."""
    for name in body:
        if name not in names:
            known = ", ".join(names)
            text = f"Unknown field: {shown(name)}. Known are {known}"
            raise InvalidInput(Code.INVALID_REQUEST, text, field=shown(name))


def named_user(body: Mapping[str, Any]) -> str | None:
    """Read whose buys are meant, if it is said."""
    return None if body.get("userId") is None else user_id(body["userId"])


def cursors_of(value: Any, told: Mapping[int, int]) -> dict[int, int]:
    """Read where to begin anew; raises InvalidInput, also for a partition that there is not.

    `told`: the last cursor of each partition. What is ahead of it means: nothing that there is.
    """
    if not isinstance(value, dict):
        raise InvalidInput(Code.INVALID_REQUEST, "cursors must be an object", field="cursors")
    whole = {name: _whole(at) for name, at in value.items()}
    cursors = parse_join({"userId": "-", "cursors": whole}).cursors or {}
    if unknown := cursors.keys() - told.keys():
        text = f"cursors: there is no partition {min(unknown)}"
        raise InvalidInput(Code.INVALID_REQUEST, text, field="cursors")
    return {partition: min(at, told[partition]) for partition, at in cursors.items()}


def _whole(value: Any) -> Any:
    whole = isinstance(value, Decimal) and value.is_finite() and value == value.to_integral_value()
    return int(value) if whole and abs(value) < 2**63 else value
