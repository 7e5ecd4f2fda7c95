"""The routes of webhooks, described."""

from typing import Final

from api.openapi.operation import Operation, Refused
from api.webhooks.shapes import (
    Deleted,
    NewSecret,
    ReplayRequest,
    Tested,
    WebhookAnswer,
    WebhookRequest,
    Webhooks,
)
from buyqueue.errors import Code

_ALL: Final = "/api/external-buy/webhooks"
_ONE: Final = f"{_ALL}/{{webhookId}}"
_DOWN: Final = Refused(
    "Postgres did not answer", (Code.DATABASE_UNAVAILABLE,), headers=("Retry-After",)
)
_NONE: Final = Refused("This api has no webhooks", (Code.NOT_FOUND,))
_OTHERS: Final = Refused("Another user is meant", (Code.WRONG_USER,))
_UNKNOWN: Final = Refused(
    "There is no such webhook for the caller, or this api has none",
    (Code.WEBHOOK_NOT_FOUND, Code.NOT_FOUND),
)
_BODY: Final = {
    408: Refused("The body did not come in time", (Code.INVALID_REQUEST,)),
    413: Refused("The body is larger than this service takes", (Code.BODY_TOO_LARGE,)),
    415: Refused("The body is not sent as JSON in UTF-8", (Code.UNSUPPORTED_MEDIA_TYPE,)),
}
_CHANGED: Final = {200: ("The webhook", WebhookAnswer)}

WEBHOOKS: Final = (
    Operation(
        method="post",
        path=_ALL,
        name="createWebhook",
        summary="Make a webhook",
        description=(
            "Its messages are those of the sockets, from now on. They are signed by Standard "
            "Webhooks, with a secret that is shown this once."
        ),
        tag="webhooks",
        body=WebhookRequest,
        answers={201: ("The webhook, and its secret", NewSecret)},
        refusals={
            400: Refused(
                "The wish cannot be read; `field` names the fault",
                (Code.INVALID_REQUEST, Code.INVALID_USER_ID, Code.INVALID_WEBHOOK_URL),
            ),
            403: _OTHERS,
            404: _NONE,
            409: Refused("There are as many as a user may have", (Code.TOO_MANY_WEBHOOKS,)),
            503: _DOWN,
            **_BODY,
        },
        links={
            201: {
                "show": {
                    "operationId": "getWebhook",
                    "parameters": {"webhookId": "$response.body#/data/webhook/id"},
                },
            },
        },
    ),
    Operation(
        method="get",
        path=_ALL,
        name="listWebhooks",
        summary="List webhooks",
        description="The caller's own, oldest first; an admin's are everybody's.",
        tag="webhooks",
        parameters=("UserIdQuery", "Limit", "PageCursor"),
        answers={200: ("A page of webhooks", Webhooks)},
        refusals={
            400: Refused(
                "The query cannot be read; `field` names the fault",
                (Code.INVALID_REQUEST, Code.INVALID_USER_ID),
            ),
            403: _OTHERS,
            404: _NONE,
            503: _DOWN,
        },
    ),
    Operation(
        method="get",
        path=_ONE,
        name="getWebhook",
        summary="Show a webhook",
        description="With how far it has come, and why it is not taken, if it is not.",
        tag="webhooks",
        parameters=("WebhookId",),
        answers={200: ("The webhook", WebhookAnswer)},
        refusals={404: _UNKNOWN, 503: _DOWN},
    ),
    Operation(
        method="delete",
        path=_ONE,
        name="deleteWebhook",
        summary="Delete a webhook",
        description="What is on its way may still arrive.",
        tag="webhooks",
        parameters=("WebhookId",),
        answers={200: ("It is gone", Deleted)},
        refusals={404: _UNKNOWN, 503: _DOWN},
    ),
    Operation(
        method="post",
        path=f"{_ONE}/rotate",
        name="rotateWebhookSecret",
        summary="Give a webhook a new secret",
        description=(
            "Until `oldSecretUntil` each delivery has two signatures, by the new and the old one. "
            "A second rotation within that time ends the oldest at once."
        ),
        tag="webhooks",
        parameters=("WebhookId",),
        answers={200: ("The webhook, and its new secret", NewSecret)},
        refusals={404: _UNKNOWN, 503: _DOWN},
    ),
    Operation(
        method="post",
        path=f"{_ONE}/enable",
        name="enableWebhook",
        summary="Send again",
        description="From where it stands, at once; also where it waits for its next attempt.",
        tag="webhooks",
        parameters=("WebhookId",),
        answers=_CHANGED,
        refusals={404: _UNKNOWN, 503: _DOWN},
    ),
    Operation(
        method="post",
        path=f"{_ONE}/replay",
        name="replayWebhook",
        summary="Send again from a cursor",
        description="Everything behind these cursors, with the ids that it had.",
        tag="webhooks",
        parameters=("WebhookId",),
        body=ReplayRequest,
        answers=_CHANGED,
        refusals={
            400: Refused("The cursors cannot be read", (Code.INVALID_REQUEST,)),
            404: _UNKNOWN,
            503: _DOWN,
            **_BODY,
        },
    ),
    Operation(
        method="post",
        path=f"{_ONE}/test",
        name="testWebhook",
        summary="Try a webhook",
        description="Sends a delivery of the type `ping`, once and now, and says how that went.",
        tag="webhooks",
        parameters=("WebhookId",),
        answers={200: ("How it went", Tested)},
        refusals={404: _UNKNOWN, 503: _DOWN},
    ),
)
