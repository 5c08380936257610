"""docs/api.md, generated from the signatures and docstrings of what programs call."""

from __future__ import annotations

import inspect
from typing import Any

from pages import head_of
from pipeline.api import Options, Result, aggregate, read
from pipeline.errors import ExitCode, TorimatomeError


def render_api_page() -> str:
    """Give the Markdown of docs/api.md."""
    options = "\n".join(
        f"| `{name}` | `{kind.__forward_arg__}` |" for name, kind in Options.__annotations__.items()
    )
    parts = [
        head_of("api"),
        _section(f"pipeline.aggregate{_signature(aggregate)}", aggregate),
        f"| option | type |\n|---|---|\n{options}\n",
        _section("pipeline.Result", Result),
        *(f"**`{name}`**: {_words(getattr(Result, name))}\n" for name in ("paths", "frames")),
        _section(f"pipeline.read{_signature(read)}", read),
        _section("pipeline.TorimatomeError", TorimatomeError),
        _section("pipeline.ExitCode", ExitCode),
        "| name | value |\n|---|---|\n"
        + "".join(f"| `{code.name}` | {code.value} |\n" for code in ExitCode),
    ]
    return "\n".join(parts)


def _section(head: str, what: object) -> str:
    return f"## {head.partition('(')[0]}\n\n```text\n{head}\n```\n\n{_words(what)}\n"


def _words(what: Any) -> str:
    """Give a docstring as Markdown."""
    return inspect.cleandoc(what.__doc__ or "").replace("``", "`")


def _signature(function: Any) -> str:
    """Give a signature a line for each parameter."""
    lines, keyword_only = [], False
    signature = inspect.signature(function)
    for each in signature.parameters.values():
        if each.kind is each.KEYWORD_ONLY and not keyword_only:
            keyword_only = True
            lines.append("*,")
        star = "**" if each.kind is each.VAR_KEYWORD else ""
        default = "" if each.default is each.empty else f" = {each.default!r}"
        lines.append(f"{star}{each.name}: {each.annotation}{default},")
    inside = "".join(f"    {line}\n" for line in lines)
    return f"(\n{inside}) -> {signature.return_annotation}"
