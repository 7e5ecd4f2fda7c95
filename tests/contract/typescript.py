"""The OpenAPI document's schemas as TypeScript, one file a tag. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

HEAD: Final = "// Generated from the OpenAPI document by `just types`. Do not edit.\n"
REFUSALS: Final = "refusals"
PREFIX: Final = "#/components/schemas/"

Schema = Mapping[str, Any]


def files(document: Schema, codes: list[str]) -> dict[str, str]:
    """Answer each file's text by its name."""
    schemas: Mapping[str, Schema] = document["components"]["schemas"]
    homes = _homes(document, schemas)
    texts = {f"{home}.ts": _file(home, schemas, homes) for home in dict.fromkeys(homes.values())}
    names = "".join(f"\n  | '{code}'" for code in codes)
    why = "/** Why something was refused or a buy failed. */"
    return texts | {"codes.ts": f"{HEAD}\n{why}\nexport type KnownCode ={names};\n"}


def _homes(document: Schema, schemas: Mapping[str, Schema]) -> dict[str, str]:
    """Answer the file of each schema: that of the first tag whose routes need it."""
    homes = {name: REFUSALS for name, schema in schemas.items() if _is_refusal(schema)}
    for tag in document["tags"]:
        for methods in document["paths"].values():
            for operation in methods.values():
                if tag["name"] in operation["tags"]:
                    for name in _reached(operation, schemas):
                        homes.setdefault(name, tag["name"])
    # What no route needs is told live.
    return {name: homes.get(name, "live") for name in schemas}


def _is_refusal(schema: Schema) -> bool:
    return "retryable" in schema.get("properties", {})


def _references(value: object) -> Iterator[str]:
    match value:
        case {"$ref": str(name), **others}:
            if name.startswith(PREFIX):
                yield name.removeprefix(PREFIX)
            yield from _references(others)
        case dict():
            for one in value.values():
                yield from _references(one)
        case list() | tuple():
            for one in value:
                yield from _references(one)


def _reached(value: object, schemas: Mapping[str, Schema]) -> list[str]:
    found: dict[str, None] = {}
    waiting = list(_references(value))
    while waiting:
        name = waiting.pop(0)
        if name not in found:
            found[name] = None
            waiting += _references(schemas[name])
    return list(found)


def _file(home: str, schemas: Mapping[str, Schema], homes: Mapping[str, str]) -> str:
    own = sorted(name for name, where in homes.items() if where == home)
    elsewhere: dict[str, set[str]] = {}
    for name in own:
        for other in _references(schemas[name]):
            if homes[other] != home:
                elsewhere.setdefault(homes[other], set()).add(other)
    imports = [
        f"import type {{ {', '.join(sorted(names))} }} from './{where}.js';"
        for where, names in sorted(elsewhere.items())
    ]
    return "\n".join(
        [
            HEAD,
            *imports,
            *([""] if imports else []),
            *(_declaration(name, schemas[name]) for name in own),
        ]
    )


def _declaration(name: str, schema: Schema) -> str:
    text = _comment(schema, "")
    if "properties" not in schema:
        return f"{text}export type {name} = {_type(schema)};\n"
    needed = set(schema.get("required", ()))
    lines = []
    for field, of in schema["properties"].items():
        mark = "" if field in needed else "?"
        lines.append(f"{_comment(of, '  ')}  {field}{mark}: {_type(of)};\n")
    return f"{text}export interface {name} {{\n{''.join(lines)}}}\n"


def _comment(schema: Schema, indent: str) -> str:
    text = " ".join(schema.get("description", "").replace("*/", "* /").split())
    return f"{indent}/** {text} */\n" if text else ""


def _type(schema: Schema) -> str:
    match schema:
        case {"$ref": str(name)}:
            return name.removeprefix(PREFIX)
        case {"const": value}:
            return _literal(value)
        case {"enum": [*values]}:
            return " | ".join(_literal(value) for value in values)
        case {"anyOf": [*parts]} | {"oneOf": [*parts]}:
            return " | ".join(dict.fromkeys(_type(part) for part in parts))
        case {"type": "array", "items": items}:
            inner = _type(items)
            return f"({inner})[]" if " " in inner else f"{inner}[]"
        case {"type": "object", "properties": {} as properties}:
            needed = set(schema.get("required", ()))
            fields = (f"{n}{'' if n in needed else '?'}: {_type(s)}" for n, s in properties.items())
            return f"{{ {'; '.join(fields)} }}"
        case {"type": "object", "additionalProperties": {} as values} if values:
            return f"Record<string, {_type(values)}>"
        case {"type": "object"}:
            return "Record<string, unknown>"
        case {"type": "integer" | "number"}:
            return "number"
        case {"type": "string" | "boolean" | "null" as plain}:
            return str(plain)
        case _:
            return "unknown"


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else json.dumps(value)
