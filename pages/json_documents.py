"""docs/json.md, generated from the types of the documents that ``--json`` prints."""

from __future__ import annotations

from typing import Any

from msgspec.json import schema_components

from pages import head_of
from pipeline.cli.documents import DOCUMENTS


def render_json_page() -> str:
    """Give the Markdown of docs/json.md."""
    _, components = schema_components(DOCUMENTS)
    firsts = [kind.__name__ for kind in DOCUMENTS]
    names = [*firsts, *(name for name in components if name not in firsts)]
    return "\n".join([head_of("json"), *(_section(name, components[name]) for name in names)])


def _section(name: str, schema: dict[str, Any]) -> str:
    named = sorted(schema["properties"].items(), key=lambda pair: pair[0] != "document")
    rows = "".join(
        f"| `{field}` | {_kind(each)} | {each.get('description', '')} |\n" for field, each in named
    )
    told = schema["description"].replace("``", "`")
    return f"## {name}\n\n{told}\n\n| field | type | meaning |\n|---|---|---|\n{rows}"


def _kind(schema: dict[str, Any]) -> str:
    """Name a type in a word or two."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return " or ".join(f"`{each}`" for each in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict) and schema["additionalProperties"]:
        return f"object of {_kind(schema['additionalProperties'])}"
    return str(schema.get("type", "any"))
