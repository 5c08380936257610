"""A second edition of the checklist as a folder: a question more, one less, one reworded."""

import json
from dataclasses import replace
from pathlib import Path

from inboxes import CHECKLIST, TEMPLATES

from pipeline.forms.checklists import FILE_NAME
from pipeline.model import Checklist, Item

AI = "生成AIの利用ルールを定める"


def renumbered(
    checklist: Checklist, *, at: str = "ガバナンス①-5", gone: str = "サービス②-4"
) -> Checklist:
    """Put a question in before ``at``, whose later numbers move, and take ``gone`` away."""
    items: list[Item] = []
    prefix, _, number = at.rpartition("-")
    for item in checklist.items:
        if item.id == gone:
            continue
        if item.id == at:
            items.append(replace(item, title=AI, description=""))
        own, _, its = item.id.rpartition("-")
        moved = own == prefix and int(its) >= int(number)
        items.append(replace(item, id=f"{own}-{int(its) + 1}") if moved else item)
    return replace(checklist, version="第2版", items=tuple(items))


def write_templates(folder: Path, checklist: Checklist) -> Path:
    """Write a templates folder whose one checklist has these items and this version; give it."""
    head, _, _ = (TEMPLATES / CHECKLIST / FILE_NAME).read_text("utf-8").partition("[[items]]")
    head = head.replace('version = "別紙3-2"', f"version = {json.dumps(checklist.version)}")
    target = folder / CHECKLIST
    target.mkdir(parents=True)
    entries = "".join(map(_entry, checklist.items))
    (target / FILE_NAME).write_text(head + entries, encoding="utf-8")
    return folder


def _entry(item: Item) -> str:
    values: dict[str, str | int] = {
        "id": item.id,
        "title": item.title,
        "description": item.description,
        "category": item.category,
        "section": item.section,
        "table": item.table,
    }
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()]
    if item.was:
        pairs = (f"{json.dumps(edition)} = {json.dumps(then)}" for edition, then in item.was)
        lines.append(f"was = {{ {', '.join(pairs)} }}")
    return "[[items]]\n" + "\n".join(lines) + "\n\n"
