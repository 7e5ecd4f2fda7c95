"""Write the schema of each event: `python -m tests.contract.write_schemas`."""

import json
from pathlib import Path

from buyqueue.events.codec import EVENT_TYPES

if __name__ == "__main__":
    folder = Path(__file__).parent / "schemas"
    folder.mkdir(exist_ok=True)
    for kind in EVENT_TYPES:
        schema = kind.model_json_schema(by_alias=True)
        (folder / f"{kind.__name__}.json").write_text(json.dumps(schema, indent=2) + "\n")
