"""Write the TypeScript of the public shapes: `python -m tests.contract.write_types`."""

from pathlib import Path

from api.openapi.document import document
from api.openapi.schemas import schemas
from buyqueue.contract.shapes import JobCreated
from buyqueue.errors import Code
from tests.contract.typescript import files

FOLDER = Path(__file__).parents[2] / "web" / "src" / "generated"


def written() -> dict[str, str]:
    """Answer each file's text, as it must stand in the repository."""
    described = document(version="0", debug=True, guarded=True)
    components = described["components"]
    components["schemas"] = schemas([JobCreated], []) | components["schemas"]
    return files(described, [str(code) for code in Code])


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for stale in FOLDER.glob("*.ts"):
        stale.unlink()
    for name, text in written().items():
        (FOLDER / name).write_text(text)
