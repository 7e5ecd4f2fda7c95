"""An export of a buy that was really made agrees with the chain; a forged one does not."""

import asyncio
import csv
import io
import json
import re
import shlex
import tarfile
from hashlib import sha256
from pathlib import Path

from typer.testing import CliRunner, Result

from buyq.cli import app
from buyq.client import BuyClient
from buyqueue.clock import SystemClock
from projections.audit.archive import MANIFEST, MEMBERS, SIGNATURE, TABLE, pack
from projections.audit.canonical import canonical
from projections.audit.entry import rfc3339
from projections.audit.signing import key_text, public_key_of, sign
from tests.audit.records import KEY
from tests.docs.markdown import ROOT, listings
from tests.e2e.conftest import Service


async def audit(service: Service, folder: Path, *argv: str) -> Result:
    file = folder / "audit.key"
    file.write_text(key_text(KEY))
    env = {"AUDIT_KEY_FILE": str(file), "AUDIT_PUBLIC_KEY": public_key_of(KEY)}
    return await buyq(service, "audit", *argv, **env)


async def buyq(service: Service, *argv: str, **env: str) -> Result:
    told = {
        "KAFKA_BOOTSTRAP_SERVERS": service.kafka,
        "SOLANA_RPC_URL": service.chain.node.url,
        "COLUMNS": "200",
    } | env
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, list(argv), env=told))


def member(file: Path, name: str) -> bytes:
    with tarfile.open(file) as archive:
        found = archive.extractfile(name)
        assert found is not None
        return found.read()


def forged(file: Path, job: str) -> Path:
    """The export with a lamport more in its table, signed anew by somebody who has the key."""
    members: dict[str, Path | bytes] = {name: member(file, name) for name in MEMBERS}
    text = member(file, TABLE).decode()
    (row,) = [row for row in csv.DictReader(io.StringIO(text)) if row["jobId"] == job]
    spent = row["lamportsSpent"]
    table = text.replace(f",{spent},", f",{int(spent) + 1},").encode()
    manifest = json.loads(member(file, MANIFEST))
    manifest["files"][TABLE] = {"sha256": sha256(table).hexdigest(), "bytes": len(table)}
    signed = canonical(manifest)
    members |= {TABLE: table, MANIFEST: signed, SIGNATURE: sign(KEY, signed)}
    target = file.with_name("forged.tar")
    pack(target, members)
    return target


async def test_a_real_buy_agrees_with_the_chain(
    service: Service, client: BuyClient, tmp_path: Path
) -> None:
    job, start = await bought(service, client, "auditor")
    file = tmp_path / "export.tar"
    await asyncio.sleep(0.01)
    span = ("--from", start, "--to", rfc3339(SystemClock().now()))
    made = await audit(service, tmp_path, "export", str(file), *span)
    assert made.exit_code == 0, made.output
    checked = await audit(service, tmp_path, "verify", str(file), "--chain")
    assert f"DIFFERS {job}" not in checked.stdout
    assert "transactions agree" in checked.stdout
    wrong = await audit(service, tmp_path, "verify", str(forged(file, job)), "--chain")
    assert wrong.exit_code == 1
    told = [line for line in wrong.stdout.splitlines() if line.startswith(f"DIFFERS {job}")]
    assert len(told) == 1
    assert "lamports spent" in told[0]
    shown = await audit(service, tmp_path, "show", job)
    assert f"transaction {member_signature(file, job)}" in shown.stdout


async def bought(service: Service, client: BuyClient, user: str) -> tuple[str, str]:
    """Make a buy; answer its id, and a time before it and after those of other tests.

    The log may hold transactions of other tests, which no chain knows.
    """
    buyer, start = await service.buyer(), rfc3339(SystemClock().now())
    await asyncio.sleep(0.01)
    async with client.live(user) as live:
        started = await client.send(service.body(buyer, userId=user), user)
        async with asyncio.timeout(60):
            _ = [event async for event in live.of_job(started.job_id)]
    return started.job_id, start


async def test_the_commands_of_the_page_run_one_after_the_other(
    service: Service, client: BuyClient, tmp_path: Path
) -> None:
    """As they stand there, with a job, a span and a folder of this test."""
    job, start = await bought(service, client, "reader")
    await asyncio.sleep(0.01)
    told = {
        "<job>": job,
        "2026-07-01": start,
        "2026-08-01": rfc3339(SystemClock().now()),
        "audit.key": str(tmp_path / "audit.key"),
        "july.tar": str(tmp_path / "july.tar"),
    }
    lines = [
        line.partition("#")[0]
        for one in listings(ROOT / "docs" / "audit.md")
        for line in one.text.splitlines()
    ]
    printed = []
    for line in lines:
        *before, command = re.split(r"\bbuyq ", line)
        filled = {name: value for name, value in told.items() if name in line}
        for name, value in filled.items():
            command = command.replace(name, value)
            before = [text.replace(name, value) for text in before]
        env = dict(text.strip().split("=", 1) for text in before if text.strip())
        ran = await buyq(service, *shlex.split(command), **env)
        assert 0 == ran.exit_code, (line, ran.output)
        printed.append(ran.stdout)
        if "AUDIT_PUBLIC_KEY=" in ran.stdout:
            told["<public key>"] = ran.stdout.strip().removeprefix("AUDIT_PUBLIC_KEY=")
    assert 5 == len(printed)
    assert "It is completed, in attempt 1" in printed[0]
    assert "signed by the pinned key" in printed[3]
    assert "transactions agree" in printed[4]


def member_signature(file: Path, job: str) -> str:
    rows = csv.DictReader(io.StringIO(member(file, TABLE).decode()))
    return next(row["signature"] for row in rows if row["jobId"] == job)
