"""`make docs` writes the generated pages and templates again; ``--check`` tells which are stale.

    python -m pages [--check]

The workbooks are compared by their bytes: they are written reproducibly.
"""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from pages.api import render_api_page
from pages.commands import render_cli_page
from pages.data import render_data_page
from pages.json_documents import render_json_page
from pages.rules import render_rules_page
from pipeline.cli import torimatome
from pipeline.cli.templates import build_templates

ROOT = Path(__file__).resolve().parent.parent


def rendered() -> dict[str, str]:
    """Give every page by its place in the checkout."""
    return {
        "docs/api.md": render_api_page(),
        "docs/cli.md": render_cli_page(torimatome),
        "docs/data.md": render_data_page(),
        "docs/json.md": render_json_page(),
        "docs/rules.md": render_rules_page(),
    }


def stale() -> Iterator[str]:
    """Name the pages and workbooks that differ from what the code would write."""
    for name, content in rendered().items():
        if not (ROOT / name).exists() or (ROOT / name).read_text(encoding="utf-8") != content:
            yield name
    with tempfile.TemporaryDirectory() as folder:
        for path in build_templates(ROOT / "templates", Path(folder)):
            kept = ROOT / "templates" / path.relative_to(folder)
            if not kept.exists() or kept.read_bytes() != path.read_bytes():
                yield kept.relative_to(ROOT).as_posix()


@click.command()
@click.option("--check", is_flag=True, help="Tell which of them are stale; write nothing.")
def main(check: bool) -> None:
    """Write the generated pages and templates again."""
    if check:
        names = [*stale()]
        if names:
            click.echo(f"stale, run `make docs`: {', '.join(names)}", err=True)
            sys.exit(2)
        return
    for name, content in rendered().items():
        (ROOT / name).write_text(content, encoding="utf-8", newline="\n")
        click.echo(f"written: {name}")
    for path in build_templates(ROOT / "templates", letters_anew=True):
        click.echo(f"written: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
