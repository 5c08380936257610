"""docs/json.md, generated from the types of the documents that ``--json`` prints."""

from __future__ import annotations

from typing import Any

from msgspec.json import schema_components

from pipeline.cli.documents import DOCUMENTS

_HEAD = """# JSON documents

This page is generated from the types of the documents by `make docs`; do not edit it.

`torimatome aggregate`, `inspect`, `rules` and `explain` take `--json`: stdout then holds exactly
one JSON document, in UTF-8 or, on a console of another encoding, in ASCII with escapes. Words and
progress go to stderr, nothing is asked, and the exit codes are as always ([cli.md](cli.md)). A
command that ends without a result prints `Failure` instead. All fields are always there; later
versions may add some.

```console
torimatome aggregate --month 2026-11 --json | jq '.files, .run.counts.answers'
torimatome inspect 回答.xlsx --json | jq '.files[].findings[] | {code, cell, fix}'
torimatome rules A307 --json
torimatome explain "②（○月）" --month 2026-11 --json | jq .status
```
"""


def render_json_page() -> str:
    """Give the Markdown of docs/json.md."""
    _, components = schema_components(DOCUMENTS)
    firsts = [kind.__name__ for kind in DOCUMENTS]
    names = [*firsts, *(name for name in components if name not in firsts)]
    return "\n".join([_HEAD, *(_section(name, components[name]) for name in names)])


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
