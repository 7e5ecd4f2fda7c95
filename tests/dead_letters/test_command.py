"""What an operator sees of a record that no worker could read, and what can be done with it."""

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from buyqueue.events.codec import encode
from buyqueue.log.record import Recorded
from buyqueue.log.topic import key_of
from tests.controls.events import examples
from tests.dead_letters.conftest import Office, newer

EVENT = examples()["BuySent"]
KEY = key_of(EVENT.job_id)
NASTY = b'\x1b[2J{"a": "\xff\\ \xe2\x80\xae"}\r\x07'


async def test_list_shows_place_size_origin_and_reason(office: Office) -> None:
    place = await office.bury(KEY, b"{")
    listed = await office.run("list")
    assert 0 == listed.exit_code
    line = listed.stdout.splitlines()[-1]
    assert line.startswith(f"{place}  20")
    assert "1 bytes  from buys:3:7  " in line
    assert "Invalid JSON" in line


async def test_list_keeps_to_its_limit(office: Office) -> None:
    for _ in range(3):
        await office.bury(KEY, b"{")
    assert 2 == len((await office.run("list", "--limit", "2")).stdout.splitlines())


async def test_a_record_without_a_value_is_listed_and_not_retried(office: Office) -> None:
    place = await office.bury(None, None)
    assert "no value" in (await office.run("list")).stdout.splitlines()[-1]
    assert "key: \nvalue: (none)" in (await office.run("show", place)).stdout
    refused = await office.run("retry", place)
    assert (1, True) == (refused.exit_code, "without a value" in refused.stderr)


async def test_show_moves_no_cursor_of_a_terminal(office: Office) -> None:
    place = await office.bury(b"\x00\xfe", NASTY, reason="\x1b]0;title\x07")
    shown = (await office.run("show", place)).stdout
    assert "key: \\x00\\xfe" in shown
    assert 'value: \\x1b[2J{"a": "\\xff\\\\ \\u202e"}\\r\\x07' in shown
    assert "reason: \\x1b]0;title\\x07" in shown
    listed = (await office.run("list")).stdout
    assert not {"\x1b", "\x07", "\r", "\u202e"} & {*shown, *listed}


@pytest.mark.parametrize("command", ["show", "retry"])
@pytest.mark.parametrize(
    ("place", "code", "said"),
    [
        ("0:999999", 1, "there is no dead letter at 0:999999"),
        ("99:0", 1, "there is no dead letter at 99:0"),
        ("abc", 2, "PARTITION:OFFSET"),
        ("0:", 2, "PARTITION:OFFSET"),
        ("0:-1", 2, "PARTITION:OFFSET"),
    ],
)
async def test_a_place_where_nothing_is(
    office: Office, command: str, place: str, code: int, said: str
) -> None:
    ran = await office.run(command, place)
    assert code == ran.exit_code
    assert said in ran.stderr


async def test_a_letter_that_this_version_reads_is_appended_again_as_it_was(
    office: Office,
) -> None:
    value = newer(encode(EVENT))
    place = await office.bury(KEY, value)
    before = await office.log()
    retried = await office.run("retry", place)
    assert 0 == retried.exit_code, retried.output
    after = await office.log()
    ((cursor, record),) = after.items() - before.items()
    assert isinstance(record, Recorded)
    assert EVENT == record.event
    assert f"BuySent of {EVENT.job_id} appended to buys at" in retried.stdout
    assert f"{cursor.partition}:{cursor.offset}" in retried.stdout
    assert "Retrying again appends it again" in retried.stdout
    assert value == await raw(office, cursor.partition, cursor.offset)


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        (KEY, b"{", "it still cannot be read"),
        (KEY, encode(EVENT).replace(b'"version":1', b'"version":2'), "it still cannot be read"),
        (b"another", encode(EVENT), "the record's key is not its job"),
        (None, encode(EVENT), "the record's key is not its job"),
    ],
)
async def test_any_other_letter_is_refused_and_nothing_is_appended(
    office: Office, key: bytes | None, value: bytes, said: str
) -> None:
    place = await office.bury(key, value)
    before = await office.log()
    refused = await office.run("retry", place)
    assert (1, "") == (refused.exit_code, refused.stdout)
    assert said in refused.stderr
    assert before == await office.log()


async def test_without_a_broker_it_says_so(office: Office) -> None:
    nowhere = Office("127.0.0.1:9", office.letters)
    ran = await nowhere.run("list")
    assert 1 == ran.exit_code
    assert ran.stderr.startswith("Kafka: ")


async def raw(office: Office, partition: int, offset: int) -> bytes:
    """A record's value, by a consumer that decodes nothing."""
    consumer = AIOKafkaConsumer(bootstrap_servers=office.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        place = TopicPartition("buys", partition)
        consumer.assign([place])
        consumer.seek(place, offset)
        value: bytes = (await consumer.getone()).value
        return value
    finally:
        await consumer.stop()
