"""The listings of the pages about the npm package, with the package as it is built."""

import re
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest

from buyq.client import BuyClient
from tests.docs.markdown import ROOT, listings
from tests.e2e.conftest import Service
from tests.npm import installed, run
from tests.web.browser import WEB
from tests.webhooks.receiver import receiving

pytestmark = pytest.mark.usefixtures("built")
ADDRESS = "http://127.0.0.1:3001"
PACKAGE = "external-buy-queue"


async def test_the_listings_of_the_react_guide_are_typed() -> None:
    folder = WEB / "test" / "guide"
    folder.mkdir(exist_ok=True)
    made = []
    try:
        for number, listing in enumerate(listings(ROOT / "docs" / "react.md")):
            if listing.language in ("ts", "tsx"):
                made.append(folder / f"listing{number}.{listing.language}")
                made[-1].write_text(with_own_paths(listing.text))
        assert len(made) >= 4
        code, written = await run("npx", "tsc", "-p", "tsconfig.json", cwd=WEB, within_s=60)
        assert 0 == code, written
    finally:
        for path in made:
            path.unlink()
        folder.rmdir()


async def test_the_command_of_the_react_guide_makes_a_package_that_installs(tmp_path: Path) -> None:
    """As it stands there; a stranger's project imports every entry of what it made."""
    (line,) = [one.text for one in listings(ROOT / "docs" / "react.md") if one.language == "sh"]
    command, _, name = (part.strip() for part in line.partition("#"))
    bash = shutil.which("bash")
    assert bash
    try:
        code, written = await run(bash, "-c", command, cwd=ROOT, within_s=100)
        assert 0 == code, written
        await installed(tmp_path, str(WEB / name))
    finally:
        (WEB / name).unlink(missing_ok=True)
    entries = [PACKAGE, *(f"{PACKAGE}/{entry}" for entry in ("store", "wallet", "testing"))]
    imports = "".join(f"import '{entry}';" for entry in entries)
    code, written = await run(
        "node", "--input-type=module", "-e", imports, cwd=tmp_path, within_s=30
    )
    assert 0 == code, written
    css = tmp_path / "node_modules" / PACKAGE / "dist" / "react" / "theme.css"
    assert css.read_text() == (WEB / "src" / "react" / "theme.css").read_text()


async def in_node(page: str, imported: str, *, around: str = "LISTING", **told: str) -> str:
    """Run the one listing of a page that imports this of the built package; answer its output."""
    (text,) = [
        one.text
        for one in listings(ROOT / "docs" / page)
        if one.language == "js" and f"import {{ {imported} }}" in one.text
    ]
    for name, value in told.items():
        assert name in text
        text = text.replace(name, value)
    for name, path in (("/store", "store/index"), ("", "index")):
        text = text.replace(f"'external-buy-queue{name}'", f"'../dist/{path}.js'")
    with NamedTemporaryFile("w", suffix=".mjs", dir=WEB / "test") as script:
        script.write(around.replace("LISTING", text))
        script.flush()
        code, written = await run("node", script.name, cwd=WEB, within_s=60)
    assert 0 == code, written
    return written


async def test_the_store_listing_draws_a_users_buys(service: Service, client: BuyClient) -> None:
    """In Node there is no page: a test says where one would be from, and draws."""
    body = service.body(await service.buyer(), userId="user123")
    job_id = (await client.send(body, "store-listing")).job_id
    around = f"""globalThis.location = {{ origin: '{service.url}' }};
let drawn = 0;
const render = (jobs) => {{
  const mine = jobs.find(({{ jobId }}) => jobId === '{job_id}');
  if (mine?.result && !drawn++) {{ console.log(mine.result.success); stop(); }}
}};
LISTING"""
    written = await in_node("vanilla.md", "storeOf, defaultClient", around=around)
    assert "true" == written.strip()


async def test_the_listing_of_the_webhooks_page_makes_and_deletes_one(service: Service) -> None:
    async with receiving() as receiver:
        told = {ADDRESS: service.url, "https://app.example/buys": receiver.url}
        written = await in_node("webhooks.md", "createClient", **told)
    first, second, third = written.splitlines()
    webhook_id, secret = first.split()
    assert secret.startswith("whsec_")
    assert second.startswith("both secrets sign until 20")
    assert f"{webhook_id} 0" == third


async def test_the_listing_of_the_vanilla_guide_buys(service: Service) -> None:
    key = str(await service.buyer())
    told = {ADDRESS: service.url, "<mint>": service.mint, "<base58 key>": key}
    lines = (await in_node("vanilla.md", "createClient", **told)).splitlines()
    assert ["10%", "35%", "70%", "100%"] == list(
        dict.fromkeys(re.findall(r"^(\d+%)", "\n".join(lines), re.MULTILINE))
    )
    assert "Bought" in lines[-1]


def with_own_paths(text: str) -> str:
    paths = {"": "index", "/react": "react/index", "/store": "store/index"}
    paths |= {"/wallet": "wallet/index", "/testing": "testing/index"}
    for name, path in paths.items():
        text = text.replace(f"'external-buy-queue{name}'", f"'../../src/{path}.js'")
    return text.replace("import 'external-buy-queue/react/theme.css';\n", "")
