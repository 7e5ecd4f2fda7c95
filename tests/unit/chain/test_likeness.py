"""Jobs are told apart by how much account data their transactions may load."""

from uuid import UUID

from streams.chain.likeness import MAX_LOADED, data_limit_of


def test_a_job_has_one_limit_and_like_jobs_have_others() -> None:
    limits = [data_limit_of(UUID(int=number)) for number in range(200)]
    assert 200 == len(set(limits))
    assert limits == [data_limit_of(UUID(int=number)) for number in range(200)]


def test_a_limit_leaves_room_for_whatever_a_buy_loads() -> None:
    assert all(
        MAX_LOADED * 3 // 4 < data_limit_of(UUID(int=number)) <= MAX_LOADED for number in range(200)
    )
