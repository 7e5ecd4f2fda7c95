"""How long a transaction can land is not the venue's word alone."""

import pytest

from buyqueue.errors import Retryable
from sandbox.solana.faults import Fault
from streams.chain.lifetime import last_valid_bound
from streams.chain.transactions import read_unsigned
from tests.integration.chain.conftest import Bench


async def test_the_bound_is_never_before_the_true_end(bench: Bench) -> None:
    order = bench.order()
    offer = await bench.platform.offer(order)
    unsigned = read_unsigned(offer.transaction, order.wallet)
    true_end = offer.last_valid_block_height
    assert true_end <= await last_valid_bound(bench.nodes(), unsigned)
    bench.node.advance(20)
    assert true_end + 20 <= await last_valid_bound(bench.nodes(), unsigned)


async def test_a_lagging_node_that_does_not_know_the_blockhash_has_no_say(bench: Bench) -> None:
    lagging = await bench.node.add_view(lag_slots=40)
    bench.node.advance(60)
    order = bench.order()
    offer = await bench.platform.offer(order)
    unsigned = read_unsigned(offer.transaction, order.wallet)
    with pytest.raises(Retryable):
        await last_valid_bound(bench.nodes(lagging.url), unsigned)
    both = await last_valid_bound(bench.nodes(lagging.url, bench.node.url), unsigned)
    assert offer.last_valid_block_height <= both


async def test_without_an_answer_nothing_is_signed(bench: Bench) -> None:
    order = bench.order()
    offer = await bench.platform.offer(order)
    bench.node.faults.add(Fault("http", method="getBlockHeight", status=503))
    with pytest.raises(Retryable):
        await last_valid_bound(bench.nodes(), read_unsigned(offer.transaction, order.wallet))
