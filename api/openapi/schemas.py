"""JSON schemas of the public models, as answers are really written."""

from collections.abc import Iterable
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core import core_schema

TEMPLATE: Final = "#/components/schemas/{model}"


class AsWritten(GenerateJsonSchema):
    """Knows that an answer leaves out what is None and writes every other field.

    A request is described as it may be sent: `null` is allowed where a field is optional.
    """

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        """Describe a field with a default; None is none, and an answer has no defaults."""
        inner = schema["schema"]
        if self.mode == "serialization" and _may_be_absent(schema) and inner["type"] == "nullable":
            return self.generate_inner(inner["schema"])
        found = super().default_schema(schema)
        if self.mode == "serialization" or found.get("default", ...) is None:
            found.pop("default", None)
        return found

    def field_is_required(self, field: Any, total: bool) -> bool:  # noqa: FBT001 - pydantic's
        """Tell whether a field is always there."""
        if self.mode == "serialization" and field["type"] == "model-field":
            return not _may_be_absent(field["schema"])
        return super().field_is_required(field, total)

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's
        """Leave out titles, which only repeat the names."""
        return False


def schemas(
    answers: Iterable[type[BaseModel]], requests: Iterable[type[BaseModel]]
) -> dict[str, Any]:
    """Answer the schema of each model and of each it refers to, by name."""
    models: list[Any] = [(model, "serialization") for model in answers]
    models += [(model, "validation") for model in requests]
    _, found = models_json_schema(models, ref_template=TEMPLATE, schema_generator=AsWritten)
    named: dict[str, Any] = found["$defs"]
    for schema in named.values():
        schema.pop("title", None)
    return dict(sorted(named.items()))


def reference(model: type[BaseModel]) -> dict[str, Any]:
    """Refer to a model's schema."""
    return {"$ref": TEMPLATE.format(model=model.__name__)}


def _may_be_absent(schema: Any) -> bool:
    return schema["type"] == "default" and schema.get("default", ...) is None
