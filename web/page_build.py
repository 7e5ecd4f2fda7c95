"""Make the pages of the package's sources: `python web/page_build.py`.

No Node: types are cut out of the TypeScript, which is written so that nothing else is needed
(`erasableSyntaxOnly`). Only our own modules are in it; the page uses no library.
"""

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

WEB: Final = Path(__file__).parent
SOURCES: Final = WEB / "src"
ASSETS: Final = WEB.parent / "api" / "page" / "assets"
PAGES: Final = {"index.html": "page/index.html", "docs.html": "page/docs/index.html"}
"""The source of each page by the name it gets; its module is the `main.ts` beside that."""
STYLES: Final = (
    "page/tokens.css",
    "page/layout.css",
    "page/parts.css",
    "page/docs/docs.css",
    "react/theme.css",
)

_PARSER: Final = Parser(Language(tree_sitter_typescript.language_typescript()))
_GONE: Final = frozenset(
    {
        "accessibility_modifier",
        "comment",
        "function_signature",
        "implements_clause",
        "interface_declaration",
        "override_modifier",
        "type_alias_declaration",
        "type_annotation",
        "type_arguments",
        "type_parameters",
        "type_predicate_annotation",
        "asserts_annotation",
    }
)
_TYPE_ONLY: Final = frozenset({"import_statement", "export_statement"})
_MARKS: Final = frozenset({"optional_parameter", "public_field_definition"})
_FIRST_ONLY: Final = frozenset({"as_expression", "satisfies_expression", "non_null_expression"})
_IMPORT: Final = re.compile(r"""(?:from|import)\s*['"](\.[^'"]+)\.js['"]""")


def erase(source: bytes) -> str:
    """Answer the JavaScript of erasable TypeScript. Raises ValueError if it cannot be read."""
    tree = _PARSER.parse(source)
    if tree.root_node.has_error:
        raise ValueError("this is not TypeScript that can be read")
    kept, at = [], 0
    for start, end in sorted(_cuts(tree.root_node)):
        if start >= at:
            kept.append(source[at:start])
        at = max(at, end)
    text = b"".join([*kept, source[at:]]).decode()
    return re.sub(r"\n\s*\n+", "\n", "\n".join(line.rstrip() for line in text.splitlines())) + "\n"


def _cuts(node: Node) -> Iterator[tuple[int, int]]:
    if node.type in _GONE or (node.type in _TYPE_ONLY and _is_of_types(node)):
        yield node.start_byte, node.end_byte
        return
    if node.type in {"import_specifier", "export_specifier"} and node.children[0].type == "type":
        after = node.next_sibling
        ends = after.end_byte if after is not None and after.type == "," else node.end_byte
        yield node.start_byte, ends
        return
    if node.type in _FIRST_ONLY:
        first = node.children[0]
        yield first.end_byte, node.end_byte
        yield from _cuts(first)
        return
    for child in node.children:
        if node.type in _MARKS and child.type in {"?", "!", "readonly"}:
            yield child.start_byte, child.end_byte
        else:
            yield from _cuts(child)


def _is_of_types(node: Node) -> bool:
    declared = node.child_by_field_name("declaration")
    if declared is not None and declared.type in _GONE:
        return True
    return any(child.type == "type" for child in node.children)


def modules(entry: str) -> dict[str, str]:
    """Answer the JavaScript of every module that an entry needs, by its name."""
    found: dict[str, str] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        script = name.removesuffix(".ts") + ".js"
        if script in found:
            continue
        found[script] = erase((SOURCES / name).read_bytes())
        for target in _IMPORT.findall(found[script]):
            path = (SOURCES / name).parent / f"{target}.ts"
            waiting.append(path.resolve().relative_to(SOURCES.resolve()).as_posix())
    return dict(sorted(found.items()))


def files() -> dict[str, str]:
    """Answer every file of the pages by its name; a page names the digest of all others."""
    needed = {
        name: modules(str(PurePosixPath(source).with_name("main.ts")))
        for name, source in PAGES.items()
    }
    made = {name: (SOURCES / name).read_text() for name in STYLES}
    for scripts in needed.values():
        made |= scripts
    digest = hashlib.sha256(repr(sorted(made.items())).encode()).hexdigest()[:16]
    base = f"/page/{digest}"
    pages = {}
    for name, source in PAGES.items():
        links = (f'<link rel="modulepreload" href="{base}/{script}">' for script in needed[name])
        text = (SOURCES / source).read_text().replace("{{base}}", base)
        pages[name] = text.replace("{{preload}}", "\n".join(links))
    return made | pages


def build() -> None:
    """Write the page to where the api serves it from."""
    made = files()
    shutil.rmtree(ASSETS, ignore_errors=True)
    for name, text in made.items():
        path = ASSETS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


if __name__ == "__main__":
    build()
