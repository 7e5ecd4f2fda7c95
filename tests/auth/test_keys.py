"""API keys, as they are kept and as the command line makes them."""

import asyncio
import os
import sys

from sqlalchemy import select, text

from api.auth.api_keys import hash_of
from api.auth.caller import Scope
from buyqueue.tables import API_KEYS
from tests.api.refusals import check_refusal
from tests.auth.conftest import Guarded
from tests.auth.makers import now
from tests.controls.start_requests import example


async def test_only_a_hash_is_kept(guarded: Guarded) -> None:
    key = await guarded.key()
    _, key_id, secret = key.split("_", 2)
    assert len(secret) >= 43  # 256 bits
    async with guarded.api.parts.engine.connect() as connection:
        row = (await connection.execute(select(API_KEYS).where(API_KEYS.c.key_id == key_id))).one()
        everything = (await connection.execute(text("SELECT api_keys::text FROM api_keys"))).all()
    assert bytes(row.hash) == hash_of(secret)
    for (kept,) in everything:
        assert secret not in kept
        assert secret.encode().hex() not in kept


async def test_a_key_is_good_until_it_is_revoked(guarded: Guarded) -> None:
    key = await guarded.key()
    key_id = key.split("_")[1]
    assert (await guarded.start(key, example())).status == 202
    assert await guarded.keys.revoke(key_id, now()) is True
    assert await guarded.keys.revoke(key_id, now()) is False
    check_refusal(await guarded.start(key, example()), status=401, code="unauthenticated")


async def test_every_part_of_a_key_counts(guarded: Guarded) -> None:
    key, other = await guarded.key(), await guarded.key()
    _, key_id, secret = key.split("_", 2)
    wrong = [
        f"buyq_{other.split('_')[1]}_{secret}",
        f"buyq_{key_id}_{secret[:-1]}",
        f"buyq_{key_id}_{secret}x",
        f"buyq_{key_id}_",
        f"buyq_{key_id}",
        f"buyq__{secret}",
        f"buyq_{key_id.upper()}x_{secret}",
        f"buyq_' OR 1=1_{secret}",
    ]
    told = set()
    for credential in wrong:
        answer = await guarded.start(credential, example())
        check_refusal(answer, status=401, code="unauthenticated")
        told.add(answer.text)
    assert len(told) == 1


async def test_a_key_has_no_more_than_its_scopes_and_its_user(guarded: Guarded) -> None:
    key = await guarded.key(frozenset({Scope.READ}), "alice")
    check_refusal(await guarded.start(key, example()), status=403, code="forbidden")


async def buyq(guarded: Guarded, *words: str) -> tuple[int, str]:
    url = guarded.api.parts.settings.database_url.get_secret_value()
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "buyq", "keys", *words),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"DATABASE_URL": url, "COLUMNS": "200"},
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode().strip()


async def test_the_command_line_makes_lists_and_revokes(guarded: Guarded) -> None:
    words = ("create", "shop backend", "--scope", "submit", "--scope", "read", "--user", "alice")
    code, key = await buyq(guarded, *words)
    assert (code, key.count("\n")) == (0, 0)
    assert (await guarded.start(key, example(userId="alice"))).status == 202
    _, key_id, secret = key.split("_", 2)
    code, listed = await buyq(guarded, "list")
    (line,) = (line for line in listed.splitlines() if key_id in line)
    for word in ("shop backend", "submit read", "alice"):
        assert word in line
    assert secret not in listed
    assert (await buyq(guarded, "revoke", key_id))[0] == 0
    assert (await guarded.start(key, example(userId="alice"))).status == 401
    assert (await buyq(guarded, "revoke", key_id))[0] == 1


async def test_the_command_line_makes_a_token_secret(guarded: Guarded) -> None:
    code, line = await buyq(guarded, "secret")
    assert (code, line.partition("=")[0]) == (0, "TOKEN_SECRET")
    assert len(line.partition("=")[2]) >= 43
