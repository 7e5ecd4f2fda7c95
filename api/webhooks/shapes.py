"""The JSON of webhooks: what is sent to make one, and how one is shown."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.relay.rooms import CursorOfClient
from api.webhooks.webhook import Webhook as Row
from api.webhooks.webhook import cursors_json
from buyqueue.contract.shapes import Shape


class _Request(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, extra="forbid", use_attribute_docstrings=True
    )


class WebhookRequest(_Request):
    """A webhook to make."""

    url: Annotated[str, Field(max_length=2_000, examples=["https://app.example/buys"])]
    """https, at a public address, port 443 or 8443, without credentials in it."""
    user_id: str | None = None
    """Whose buys; one's own if left out, and an admin's service is told of everybody's."""


class ReplayRequest(_Request):
    """Where to begin anew."""

    cursors: dict[str, CursorOfClient]
    """For each partition the last cursor that is not to be sent again, -1 for none; a partition
    that is left out counts from its beginning."""


class WebhookView(Shape):
    """A webhook as it stands. Its secret is shown once, by what makes it."""

    id: str
    url: str
    user_id: str | None = None
    """Whose buys; absent for everybody's."""
    created_at: int
    """Unix time in ms, as all times here."""
    cursors: dict[str, int]
    """For each partition the last cursor that was delivered."""
    failures: int
    """In a row; 0 where all is well."""
    failing_since: int | None = None
    next_attempt_at: int | None = None
    last_error: str | None = None
    """Absent once a delivery was taken again."""
    disabled_at: int | None = None
    disabled_reason: str | None = None
    """With `disabledAt`: nothing is sent until it is enabled."""
    old_secret_until: int | None = None
    """Until when the secret before the last rotation signs, too."""


class WebhookAnswer(Shape):
    """One webhook."""

    success: Literal[True] = True
    data: WebhookView


class NewSecretData(Shape):
    """A secret, this once."""

    webhook: WebhookView
    secret: str
    """`whsec_` and base64 of the key that signs."""


class NewSecret(Shape):
    """A webhook has a new secret."""

    success: Literal[True] = True
    data: NewSecretData


class WebhooksData(Shape):
    """A page, the oldest first."""

    webhooks: list[WebhookView]
    next_cursor: str | None = None
    """Send it as `cursor` for the page after this one; absent on the last page."""


class Webhooks(Shape):
    """The webhooks that somebody may see."""

    success: Literal[True] = True
    data: WebhooksData


class TestedData(Shape):
    """How a delivery that told nothing went."""

    delivered: bool
    ms: int
    status: int | None = None
    """What the receiver answered."""
    error: str | None = None
    """Why it was not taken."""


class Tested(Shape):
    """A webhook was tried."""

    success: Literal[True] = True
    data: TestedData


class DeletedData(Shape):
    """What is gone."""

    id: str


class Deleted(Shape):
    """A webhook was deleted."""

    success: Literal[True] = True
    data: DeletedData


def view_of(row: Row) -> WebhookView:
    """Show a webhook."""
    times = {
        name: None if moment is None else int(moment.timestamp() * 1000)
        for name in ("failing_since", "next_attempt_at", "disabled_at", "old_secret_until")
        for moment in [getattr(row, name)]
    }
    return WebhookView(
        id=str(row.id),
        url=row.url,
        user_id=row.user_id,
        created_at=int(row.created_at.timestamp() * 1000),
        cursors=cursors_json(row.cursors),
        failures=row.failures,
        last_error=row.last_error,
        disabled_reason=row.disabled_reason,
        **times,
    )
