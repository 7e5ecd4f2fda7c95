"""The document as a judge of real answers, stricter than it is published."""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

JSON = "application/json"
NAMELESS = (400, 417)
"""May be answered before a request has a name: what is no HTTP, and an `Expect`."""
FOREIGN = 403
"""An open api answers no page of another origin, whatever it asks for."""
REFUSAL = {"$ref": "#/components/schemas/Refusal"}


def strict(document: dict[str, Any]) -> dict[str, Any]:
    """The same document, in which an answer may hold nothing that is not described.

    Published, it allows that: a newer service may say more.
    """
    found = copy.deepcopy(document)
    for name, schema in found["components"]["schemas"].items():
        whole = schema.get("type") == "object" and "additionalProperties" not in schema
        if whole and name != "StartRequest":
            schema["unevaluatedProperties"] = False
    return found


@dataclass(frozen=True)
class Answered:
    """A real answer: of which route, if it is one, and what it said."""

    path: str | None
    method: str
    status: int
    headers: Mapping[str, str]
    """Case-insensitive."""
    text: str

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """What a refusal says; empty for anything else."""
        is_json = self.headers.get("Content-Type", "").startswith(JSON)
        return str(self.body.get("code", "")) if is_json and self.method != "HEAD" else ""


class Judge:
    """Says what an answer does that the document does not."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = strict(document)
        self._known: dict[str, jsonschema_rs.Draft202012Validator] = {}

    def objection(self, answered: Answered) -> str | None:
        """Say what is wrong with an answer, or None."""
        described = self._described(answered)
        if described is None:
            return f"status {answered.status} is not described"
        kind = answered.headers.get("Content-Type", "").partition(";")[0]
        if kind not in described["content"]:
            return f"its type is {kind!r}"
        missing = [name for name in described.get("headers", {}) if name not in answered.headers]
        if missing:
            return f"it lacks {missing}"
        if answered.method == "HEAD" or kind != JSON:
            return None
        wrong = next(self._validator(described).iter_errors(answered.body), None)
        return None if wrong is None else f"{wrong.message} at {wrong.instance_path}"

    def _described(self, answered: Answered) -> dict[str, Any] | None:
        methods = self._document["paths"].get(answered.path)
        if answered.status in NAMELESS and "X-Request-Id" not in answered.headers:
            return {"content": {JSON: {"schema": REFUSAL}}}
        method = "get" if answered.method == "HEAD" else answered.method.lower()
        if methods is None or method not in methods:
            known = 404 if methods is None else 405
            if answered.status not in (known, FOREIGN):
                return None
            return {"content": {JSON: {"schema": REFUSAL}}}
        found: dict[str, Any] | None = methods[method]["responses"].get(str(answered.status))
        return found

    def _validator(self, described: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
        schema = described["content"][JSON]["schema"]
        name = json.dumps(schema, sort_keys=True)
        if name not in self._known:
            whole = {**schema, "components": self._document["components"]}
            self._known[name] = jsonschema_rs.Draft202012Validator(whole)
        return self._known[name]
