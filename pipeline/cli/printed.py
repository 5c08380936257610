"""What a command prints where ``--json`` is asked for: one document, and all words elsewhere."""

from __future__ import annotations

import io
import json
import re
import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from pipeline.errors import ExitCode

_NOT_ASCII = re.compile(r"[^\x00-\x7f]+")


def wants_json(arguments: Sequence[str]) -> bool:
    """Tell whether one JSON document is asked for.

    Told before anything is parsed: a command line that is wrong is answered as JSON, too.
    """
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options and not {"-h", "--help"}.intersection(options)


def print_document(run: Callable[[Callable[[str], None]], Any]) -> int:
    """Run a command with its words on stderr, print its document, and give the exit code.

    ``run`` takes what is called with the words of a failure, and gives the document or exit code.
    """
    told: list[str] = []
    with redirect_stdout(_Words()):
        result = run(told.append)
    if isinstance(result, int):
        _print({"error": "\n".join(told).strip(), "exit_code": int(result)})
        return int(result)
    _print(as_plain(result))
    code: ExitCode | int = getattr(result, "exit_code", 0)
    return int(code)


def as_plain(document: Any) -> Any:
    """Give a document as mappings, lists and plain values."""
    from msgspec import to_builtins  # noqa: PLC0415 - only where a document is asked for

    return to_builtins(document)


def _print(content: Any) -> None:
    """Print a document. Where a console is not UTF-8, other signs are escaped: none gets lost."""
    text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
    text = text.encode("utf-8", "replace").decode("utf-8")  # names of files may hold odd bytes
    if sys.stdout is None:
        return
    if (getattr(sys.stdout, "encoding", "") or "").lower().replace("-", "") != "utf8":
        text = _NOT_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


class _Words(io.TextIOBase):
    """Passes words on to stderr; never a terminal, so that nothing is asked."""

    def write(self, text: str, /) -> int:
        return sys.stderr.write(text) if sys.stderr is not None else len(text)

    def flush(self) -> None:
        if sys.stderr is not None:
            sys.stderr.flush()
