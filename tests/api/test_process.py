"""`python -m api`, as it is run."""

import asyncio
import signal

import aiohttp
from socketio import AsyncSimpleClient

from buyqueue.settings import Settings
from sandbox.state.ports import free_port
from tests.api.process import program, until_ready
from tests.controls.start_requests import example


async def test_it_serves_buys_and_sockets_until_it_is_told_to_stop(settings: Settings) -> None:
    """A socket that stays open does not hold it up."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    process = await program(settings.model_copy(update={"port": port}))
    try:
        async with (
            asyncio.timeout(40),
            aiohttp.ClientSession() as session,
            AsyncSimpleClient(reconnection=False) as socket,
        ):
            await until_ready(session, url, process)
            await socket.connect(url, transports=["websocket"])
            joined = await socket.call("join_room", {"userId": "of-a-process"}, timeout=10)
            assert joined["success"] is True
            order = example(userId="of-a-process")
            async with session.post(f"{url}/api/external-buy/start", json=order) as answer:
                assert answer.status == 202
                job_id = (await answer.json())["jobId"]
            name, payload, *_ = await socket.receive(timeout=10)
            assert (name, payload["jobId"]) == ("external_buy_job_created", job_id)
            process.send_signal(signal.SIGTERM)
            _, err = await asyncio.wait_for(process.communicate(), 8)
    finally:
        if process.returncode is None:
            process.kill()
            print((await process.communicate())[1].decode()[-4000:])  # noqa: T201
    assert process.returncode == 0
    assert b"api.serving" in err
    assert b"Traceback" not in err


async def test_it_does_not_start_without_a_key_to_seal_to(settings: Settings) -> None:
    process = await program(settings, VAULT_PUBLIC_KEY="")
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"VAULT_PUBLIC_KEY" in err


async def test_it_does_not_start_without_kafka(settings: Settings) -> None:
    process = await program(settings, KAFKA_BOOTSTRAP_SERVERS=f"127.0.0.1:{free_port()}")
    _, err = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 1
    assert b"api.cannot_run" in err
    assert b"Unclosed" not in err
