"""Schemathesis as a user runs it, over a running api."""

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.controls.start_requests import WALLET_KEY
from tests.openapi.ground import Ground

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "allow_header_conformance",
    "missing_required_header",
    "ignored_auth",
)
"""All but those that take every order of the right form for a good one: the chain has its say."""

PHASES = "examples,coverage,fuzzing,stateful"


def with_key(document: dict[str, Any]) -> dict[str, Any]:
    """The document with an example that can be bought: none with a key is published."""
    fields = document["components"]["schemas"]["StartRequest"]["properties"]
    fields["walletPrivateKey"]["examples"] = [WALLET_KEY]
    return document


async def run(
    ground: Ground, folder: Path, cases: int, *options: str, phases: str = PHASES
) -> tuple[int, str]:
    """Run it with so many cases a route and phase; its exit code and what it wrote."""
    location = folder / "openapi.json"
    location.write_text(json.dumps(with_key(await ground.document())))
    process = await asyncio.create_subprocess_exec(
        str(Path(sys.executable).with_name("st")),
        *("run", str(location), "--url", ground.url, "--checks", ",".join(CHECKS)),
        *("--phases", phases, "--max-examples", str(cases)),
        # A stream does not end by itself.
        *("--exclude-path-regex", "/events$"),
        *("--generation-deterministic", "--no-color"),
        *("--suppress-health-check", "all", *options),
        cwd=folder,
        env=os.environ | {"PYTHONWARNINGS": "ignore"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    written, _ = await process.communicate()
    return process.returncode or 0, written.decode()
