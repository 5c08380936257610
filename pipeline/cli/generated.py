"""Everything in the checkout that is generated from code or data, and whether it is fresh.

The workbooks are compared by their bytes: they are written reproducibly.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.forms.checklists import FILE_NAME, load_checklist
from pipeline.loop.letters import FOLDER, first_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def build_templates(
    templates: Path, into: Path | None = None, *, letters_anew: bool = False
) -> Iterator[Path]:
    """Write blank.xlsx of every checklist below `templates`, 名簿.xlsx and 手紙/; give the paths.

    Written elsewhere (``into``), what the checklist is made from goes along.

    A letter that is there may be the coordinator's own: it stays unless ``letters_anew``.
    """
    from pipeline.write.blank_form import write_blank_form  # noqa: PLC0415 - xlsxwriter is slow
    from pipeline.write.roster_template import (  # noqa: PLC0415 - the same
        write_roster_template,
    )

    target = into or templates
    checklists = {path.parent.name: load_checklist(path.parent) for path in _checklists(templates)}
    for name, checklist in checklists.items():
        (target / name).mkdir(parents=True, exist_ok=True)
        written = target / name / FILE_NAME
        if not written.exists():
            written.write_bytes((templates / name / FILE_NAME).read_bytes())
            yield written
        path = target / name / "blank.xlsx"
        write_blank_form(checklist, path)
        yield path
    if checklists:
        roster = target / "名簿.xlsx"
        write_roster_template(next(iter(checklists.values())), roster)
        yield roster
    (target / FOLDER).mkdir(parents=True, exist_ok=True)
    for name, text in first_files().items():
        letter = target / FOLDER / name
        if letters_anew or not letter.exists():
            # As Notepad writes it, so that it also reads it.
            letter.write_text(text, encoding="utf-8-sig", newline="\r\n")
            yield letter


def write_pages(root: Path, pages: Mapping[str, str]) -> Iterator[str]:
    """Write every generated page below the checkout `root` again; give their names.

    `pages` are those that the caller rendered, by name; the rest is rendered here.
    """
    for name, content in {**pages, **_pages()}.items():
        (root / name).write_text(content, encoding="utf-8", newline="\n")
        yield name
    for path in build_templates(root / "templates", letters_anew=True):
        yield str(path.relative_to(root))


def stale_pages(root: Path, pages: Mapping[str, str]) -> list[str]:
    """Name the generated pages and workbooks that differ from what the code would write."""
    stale = [
        name
        for name, content in {**pages, **_pages()}.items()
        if not (root / name).exists() or (root / name).read_text(encoding="utf-8") != content
    ]
    with tempfile.TemporaryDirectory() as folder:
        for path in build_templates(root / "templates", Path(folder)):
            name = path.relative_to(folder)
            kept = root / "templates" / name
            if not kept.exists() or kept.read_bytes() != path.read_bytes():
                stale.append(f"templates/{name.as_posix()}")
    return stale


def _pages() -> dict[str, str]:
    from pipeline.rules import render_rules_page  # noqa: PLC0415 - not needed for the templates
    from pipeline.write.codes import render_data_page  # noqa: PLC0415 - xlsxwriter is slow

    return {"docs/rules.md": render_rules_page(), "docs/data.md": render_data_page()}


def _checklists(templates: Path) -> list[Path]:
    return sorted(templates.glob(f"*/{FILE_NAME}"))
