"""The blank forms, 名簿 and 手紙 of templates/, made from the checklists."""

from collections.abc import Iterator
from pathlib import Path

from pipeline.forms.checklists import FILE_NAME, load_checklist
from pipeline.loop.issued import NAME as ISSUED
from pipeline.loop.letters import FOLDER, first_files


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
        issued = templates / name / ISSUED
        if issued.exists() and not (target / name / ISSUED).exists():
            (target / name / ISSUED).write_bytes(issued.read_bytes())
            yield target / name / ISSUED
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


def _checklists(templates: Path) -> list[Path]:
    return sorted(templates.glob(f"*/{FILE_NAME}"))
