"""Load an official checklist from its folder: templates/<id>/checklist.toml -> Checklist.

Everything that is special to one checklist stands in that file. A mistake in it is a
TorimatomeError (usage) in Japanese that names the file, the entry and what to write.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.model import Checklist, Item, Option, Status
from pipeline.texts.folding import squeezed
from pipeline.texts.saved import saved_text

FILE_NAME = "checklist.toml"
_INSIDE = Path(__file__).resolve().parents[1] / "templates"  # where a wheel carries them

_TEXTS = ("id", "version", "title", "source", "licence")
_LISTS = (
    "categories",
    "legend",
    "mark_headers",
    "note_headers",
    "respondent_labels",
    "date_labels",
)
_OPTIONAL_LISTS = ("headings", "file_words", "other_headers", "other_labels", "project_labels")
_KNOWN = {*_TEXTS, *_LISTS, *_OPTIONAL_LISTS, "caption", "options", "items", "old_versions"}
_ITEM_KEYS = {"id", "title", "description", "category", "section", "table", "was"}
_OPTION_KEYS = {"number", "status", "label"}

# What the numbers of a check cell mean: the table of notations reads them so.
STANDARD = {1: Status.DONE, 2: Status.PLANNED, 3: Status.NOT_PLANNED}
_NEVER_SAID = {
    Status.DONE: ("未", "予定", "なし", "ない", "しない"),
    Status.PLANNED: ("済", "予定なし", "しない"),
    Status.NOT_PLANNED: ("済", "完了"),
}


def templates_folder() -> Path:
    """Give templates/ of the working folder, else of the product's checkout or installation.

    A folder of that name without a checklist is somebody else's.
    """
    places = (Path("templates"), _INSIDE.parents[1] / "templates")
    held = (place for place in places if next(place.glob(f"*/{FILE_NAME}"), None))
    return next(held, _INSIDE)


def own_templates() -> Path:
    """Give the templates/ that its user may change: never what an installation carries."""
    folder = templates_folder()
    return Path("templates") if folder == _INSIDE else folder


class _Place:
    """Where in the file something stands; makes the error that names it."""

    def __init__(self, path: Path, entry: str = "") -> None:
        self.path = path
        self.entry = entry

    def error(self, what: str) -> TorimatomeError:
        place = f"{self.path}" + (f" の {self.entry}" if self.entry else "")
        return TorimatomeError(f"{place}: {what}", ExitCode.USAGE)

    def at(self, entry: str) -> "_Place":
        return _Place(self.path, entry)


def load_checklist(folder: Path) -> Checklist:
    """Load ``folder``/checklist.toml.

    Raises TorimatomeError (usage) where the file is missing, is no TOML, lacks something, or
    contradicts itself (an id twice, an unknown category).
    """
    path = folder / FILE_NAME
    place = _Place(path)
    try:
        table = tomllib.loads(saved_text(path.read_bytes()))
    except FileNotFoundError as error:
        raise place.error(
            "チェックシートの定義が見つかりません。templates フォルダの中の名前を確かめてください。"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        raise place.error("読み込めません。UTF-8 のテキストか確かめてください。") from error
    except tomllib.TOMLDecodeError as error:
        raise place.error(f"書き方が TOML の決まりと違います（{error}）。") from error
    unknown = sorted(set(table) - _KNOWN)
    if unknown:
        raise place.at(unknown[0]).error("知らない見出しです。綴りを確かめてください。")
    said: dict[str, Any] = {key: _text(table, key, place) for key in _TEXTS}
    said |= {key: _texts(table, key, place, required=True) for key in _LISTS}
    said |= {key: _texts(table, key, place, required=False) for key in _OPTIONAL_LISTS}
    items = tuple(_items(table, said["categories"], place))
    sections = (item.section for item in items if item.section)
    said["headings"] = tuple(dict.fromkeys([*sections, *said["headings"]]))
    return Checklist(
        **said,
        items=items,
        options=tuple(_options(table, place)),
        old_versions=_old_versions(table, place),
        caption=_text(table, "caption", place, required=False),
    )


def _text(table: Mapping[str, object], key: str, place: _Place, *, required: bool = True) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or (required and not value.strip()):
        entry = f"{place.entry} の {key}" if place.entry else key
        raise place.at(entry).error(f'{key} = "…" の形で文字を書いてください。')
    return value


def _texts(
    table: Mapping[str, object], key: str, place: _Place, *, required: bool
) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or (required and not value):
        raise place.at(key).error(f'{key} = ["…", "…"] の形で書いてください。')
    texts = tuple(text for text in value if isinstance(text, str) and text.strip())
    if len(texts) != len(value):
        raise place.at(key).error("空の要素か、文字でない要素があります。")
    return texts


def _entries(
    table: Mapping[str, object], key: str, known: set[str], place: _Place
) -> Iterator[tuple[dict[str, object], _Place]]:
    value = table.get(key)
    if not isinstance(value, list) or not value:
        raise place.at(key).error(f"[[{key}]] が 1 件もありません。")
    for number, entry in enumerate(value, start=1):
        here = place.at(f"[[{key}]] {number} 件目")
        if not isinstance(entry, dict):
            raise here.error(f"[[{key}]] の形で書いてください。")
        unknown = sorted(set(entry) - known)
        if unknown:
            raise here.error(f"{unknown[0]} は知らない見出しです。綴りを確かめてください。")
        yield entry, here


def _items(
    table: Mapping[str, object], categories: tuple[str, ...], place: _Place
) -> Iterator[Item]:
    seen: dict[str, str] = {}
    were: dict[tuple[str, str], str] = {}
    for entry, here in _entries(table, "items", _ITEM_KEYS, place):
        item = Item(
            id=_text(entry, "id", here),
            title=_text(entry, "title", here),
            description=_text(entry, "description", here, required=False),
            category=_text(entry, "category", here),
            section=_text(entry, "section", here, required=False),
            table=_whole(entry, "table", here, default=0),
            was=_was(entry, here),
        )
        for edition, then in item.was:
            if then and (edition, then) in were:
                raise here.error(f"was「{then}」は {were[edition, then]} にも書かれています。")
            were[edition, then] = item.id
        key = squeezed(item.id)
        if key in seen:
            raise here.error(f"項目 {item.id} は {seen[key]} と同じ番号です。")
        if item.category not in categories:
            raise here.error(f"分野「{item.category}」が categories にありません。")
        seen[key] = item.id
        yield item


def _was(entry: Mapping[str, object], here: _Place) -> tuple[tuple[str, str], ...]:
    """Read `was`: an id of the edition before, or a table of editions with an id each."""
    value = entry.get("was", {})
    if isinstance(value, str):
        return (("", value.strip()),)
    if not isinstance(value, dict) or not all(isinstance(then, str) for then in value.values()):
        raise here.error(
            'was = "前の版の項目ID"、または was = { "版の名前" = "その版の項目ID" } の形で'
            "書いてください（その版になかった項目は空の文字にします）。"
        )
    return tuple((str(edition), str(then).strip()) for edition, then in value.items())


def _options(table: Mapping[str, object], place: _Place) -> Iterator[Option]:
    seen: set[int] = set()
    statuses = {status.value: status for status in Status}
    for entry, here in _entries(table, "options", _OPTION_KEYS, place):
        number = _whole(entry, "number", here)
        status = _text(entry, "status", here)
        if number in seen:
            raise here.error(f"番号 {number} が 2 回あります。")
        if status not in statuses:
            raise here.error(f"status「{status}」はありません。使える値: {'、'.join(statuses)}")
        label = _text(entry, "label", here)
        if STANDARD.get(number) is not statuses[status] or _contradicts(label, statuses[status]):
            raise here.error(
                f"番号 {number}「{label}」（{status}）は集計できません。読み取れる回答欄は、"
                "1 が対応済み（done）、2 が対応予定（planned）、3 が対応の予定なし（not_planned）の"
                "3 つだけです。意味の違う番号をこの 3 つとして数えると、集計が誤ります。"
            )
        seen.add(number)
        yield Option(number=number, status=statuses[status], label=label)
    if seen != STANDARD.keys():
        raise place.at("[[options]]").error("番号 1、2、3 の 3 つを書いてください。")


def _contradicts(label: str, status: Status) -> bool:
    """Tell whether a label says something else than the status beside it."""
    return any(word in label for word in _NEVER_SAID.get(status, ()))


def _whole(
    table: Mapping[str, object], key: str, place: _Place, *, default: int | None = None
) -> int:
    value = table.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise place.error(f"{key} = 1 の形で数を書いてください。")
    return value


def _old_versions(table: Mapping[str, object], place: _Place) -> dict[str, str]:
    value = table.get("old_versions", {})
    if not isinstance(value, dict) or not all(isinstance(name, str) for name in value.values()):
        raise place.at("old_versions").error('"印字された語" = "版の名前" の形で書いてください。')
    return {str(key): str(name) for key, name in value.items()}
