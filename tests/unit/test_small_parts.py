"""Amounts, ids and partitions."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from aiokafka.partitioner import DefaultPartitioner
from hypothesis import given
from hypothesis import strategies as st

from buyqueue.amounts import lamports_to_sol, percent_to_bps, sol_text, sol_to_lamports
from buyqueue.clock import SystemClock, made_at, uuid7
from buyqueue.log.topic import key_of, partition_of


@pytest.mark.parametrize(
    ("sol", "lamports"),
    [
        ("0.1", 10**8),
        ("1e-9", 1),
        ("1e-10", None),
        ("1." + "0" * 34 + "1", None),
        ("1e999999", None),
        ("NaN", None),
        ("0e-999999", 0),
        ("18446744073.709551615", 2**64 - 1),
    ],
)
def test_sol_is_exact_to_the_lamport(sol: str, lamports: int | None) -> None:
    assert lamports == sol_to_lamports(Decimal(sol))


@pytest.mark.parametrize(("percent", "bps"), [("3", 300), ("0.5", 50), ("0.001", None)])
def test_percent_is_exact_to_the_basis_point(percent: str, bps: int | None) -> None:
    assert bps == percent_to_bps(Decimal(percent))


@given(st.integers(0, 2**64 - 1))
def test_written_sol_reads_back(lamports: int) -> None:
    assert lamports == sol_to_lamports(Decimal(sol_text(lamports)))


@given(st.integers(0, 10**15))
def test_a_json_number_of_sol_keeps_every_lamport(lamports: int) -> None:
    assert lamports == sol_to_lamports(Decimal(repr(lamports_to_sol(lamports))))


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_ids_are_uuid7_and_sort_by_time(ms: int, random: bytes) -> None:
    made = uuid7(ms, random)
    assert (7, ms) == (made.version, made.int >> 80)
    if ms < 253_402_300_800_000:  # the year 10000
        assert ms == (made_at(made) - datetime.fromtimestamp(0, UTC)) // timedelta(milliseconds=1)
    assert made.variant == "specified in RFC 4122"


def test_ids_are_not_repeated() -> None:
    clock = SystemClock()
    assert len({clock.new_id() for _ in range(1_000)}) == 1_000


@given(st.uuids(), st.integers(1, 64))
def test_the_partition_is_the_one_kafka_would_choose(job_id: UUID, count: int) -> None:
    partitions = list(range(count))
    chosen = DefaultPartitioner()(key_of(job_id), partitions, partitions)
    assert chosen == partition_of(job_id, count)
