"""An export of a buy that was really made agrees with the chain; a forged one does not."""

import asyncio
import csv
import io
import json
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
from tests.e2e.conftest import Service


async def audit(service: Service, folder: Path, *argv: str) -> Result:
    file = folder / "audit.key"
    file.write_text(key_text(KEY))
    env = {
        "KAFKA_BOOTSTRAP_SERVERS": service.kafka,
        "SOLANA_RPC_URL": service.chain.node.url,
        "AUDIT_KEY_FILE": str(file),
        "AUDIT_PUBLIC_KEY": public_key_of(KEY),
    }
    command = ["audit", *argv]
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, command, env=env))


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
    buyer, start = await service.buyer(), rfc3339(SystemClock().now())
    await asyncio.sleep(0.01)  # the log may hold transactions of other tests, which no chain knows
    async with client.live("auditor") as live:
        started = await client.send(service.body(buyer, userId="auditor"), "audit-1")
        async with asyncio.timeout(60):
            _ = [event async for event in live.of_job(started.job_id)]
    job, file = started.job_id, tmp_path / "export.tar"
    made = await audit(service, tmp_path, "export", str(file), "--from", start)
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


def member_signature(file: Path, job: str) -> str:
    rows = csv.DictReader(io.StringIO(member(file, TABLE).decode()))
    return next(row["signature"] for row in rows if row["jobId"] == job)
