"""Changing WEBHOOK_SECRET as docs/webhooks.md says, step by step."""

import pytest

from api.webhooks.sealing import SecretBox, new_secret
from api.webhooks.signing import secret_text
from tests.projections.buys import CLOCK, append_all, whole_buy
from tests.projections.conftest import Ground
from tests.projections.running import projecting
from tests.webhooks.receiver import receiving
from tests.webhooks.replicas import SECRET, make, replica
from tests.webhooks.test_delivery import new_user

NEWER = "another-key-altogether-" * 2


async def test_once_each_is_rotated_the_old_one_can_be_taken_away(
    ground: Ground, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """While both are set two secrets sign; then the one that can still be opened, and is sent."""
    user = new_user()
    async with receiving() as receiver, projecting(ground):
        made = await make(ground, receiver, user)
        rotated = new_secret()
        await made.rows.change(
            made.id,
            {
                "secret": SecretBox.of(f"{NEWER} {SECRET}").seal(rotated, made.id),
                "old_secret": (await made.now()).secret,
                "old_secret_until": CLOCK.now().replace(year=2999),
            },
        )
        for setting, signatures in ((f"{NEWER} {SECRET}", 2), (NEWER, 1)):
            receiver.came.clear()
            async with replica(ground, webhook_secret=setting):
                await append_all(ground.journal, whole_buy(user))
                await receiver.took(8)
            assert {signatures} == {len(one.signatures) for one in receiver.came}
            assert all(one.is_signed_with(secret_text(rotated)) for one in receiver.came)
        assert 0 == (await made.now()).failures
        said = caplog.text + "".join(capfd.readouterr())
        assert 1 == said.count("webhook.old_secret_left_out")
