"""Comparing an export with the chain."""

from typing import Any

from buyq.audit.on_chain import Landed, compare


async def test_what_is_no_signature_differs_and_no_node_is_asked() -> None:
    """A node refuses such a question, which would look like one that does not answer."""
    unasked: Any = None
    buy = Landed(
        "job",
        "not-a-signature",
        "wallet",
        "mint",
        bought=True,
        slot="1",
        lamports_spent="2",
        tokens_received="3",
    )
    assert ("this is no signature",) == (await compare(unasked, buy)).differs
