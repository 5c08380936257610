"""The checklist data against the published text, the loader's errors, the blank form."""

import re
from collections import Counter
from pathlib import Path

import openpyxl
import pytest
from layouts import read_plain

from pipeline.errors import ExitCode, TorimatomeError
from pipeline.forms.checklists import load_checklist
from pipeline.locate import locate
from pipeline.model import Checklist, FileKind, SourceFile, Status
from pipeline.parse import parse
from pipeline.texts.folding import fold
from pipeline.write.blank_form import write_blank_form

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "templates" / "smartcity-security"
SOURCE = ROOT / "tests" / "golden" / "source" / "checklist_source.txt"

TINY = """
id = "tiny"
version = "1"
title = "防災点検表"
source = "若葉市「防災点検表」"
licence = "CC BY 4.0"
categories = ["備え", "訓練"]
legend = ["①はい", "②これから（○月）", "③いいえ"]
mark_headers = ["答え"]
note_headers = ["ひとこと"]
respondent_labels = ["自治会名"]
date_labels = ["記入日"]

[[options]]
number = 1
status = "done"
label = "はい"

[[options]]
number = 2
status = "planned"
label = "これから"

[[options]]
number = 3
status = "not_planned"
label = "いいえ"

[[items]]
id = "備え1"
title = "水を備える"
category = "備え"

[[items]]
id = "備え2"
title = "食べ物を備える"
category = "備え"

[[items]]
id = "訓練1"
title = "避難訓練をする"
description = "年に一度は行う"
category = "訓練"
"""


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(FOLDER)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", fold(text))


def test_item_counts(checklist: Checklist) -> None:
    counts = Counter(item.category for item in checklist.items)
    assert counts == {
        "ガバナンス": 13,
        "サービス": 11,
        "都市OS": 13,
        "アセット": 5,
        "サプライチェーン": 3,
        "インシデント対応": 4,
        "データ連携": 6,
    }
    assert tuple(counts) == checklist.categories
    assert [option.status for option in checklist.options] == [
        Status.DONE,
        Status.PLANNED,
        Status.NOT_PLANNED,
    ]


def test_source_is_every_item_in_order_and_nothing_else(checklist: Checklist) -> None:
    """Caption, headers, legends, sections and items, joined in order, are the whole source."""
    parts = [checklist.caption]
    section = table = None
    for item in checklist.items:
        heads = item.table != table
        if heads:
            parts += [checklist.mark_headers[0], checklist.note_headers[0]]
        if item.section != section:
            parts.append(item.section)
        parts += [f"{item.id}：{item.title}", item.description]
        if heads:
            parts += checklist.legend
        section, table = item.section, item.table
    source = squeezed(SOURCE.read_text(encoding="utf-8")).replace("−", "-")
    assert "".join(squeezed(part) for part in parts).replace("−", "-") == source


def test_texts_are_mended(checklist: Checklist) -> None:
    for item in checklist.items:
        for text in (item.title, item.description, item.section):
            assert "\n" not in text
            assert not re.search(r"[\u2e80-\u2fdf]", text), f"radical left in {item.id}"
        assert not re.search(r"\s", item.title + item.description), item.id
        assert item.title.endswith("する")


def test_sections_are_no_items(checklist: Checklist) -> None:
    titles = {squeezed(item.title) for item in checklist.items}
    sections = {item.section for item in checklist.items}
    assert len(sections) == 16
    assert not titles & {squeezed(section[1:]) for section in sections}


def make(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "checklist.toml").write_text(text, encoding="utf-8")
    return folder


def test_another_checklist_is_another_folder(tmp_path: Path) -> None:
    """A form is written from its data, filled, and read back with nothing else to change."""
    tiny = load_checklist(make(tmp_path / "tiny", TINY))
    path = tmp_path / "tiny.xlsx"
    write_blank_form(tiny, path)
    workbook = read_plain(path, fill={"備え1": "①", "備え2": "③", "訓練1": "1"}, checklist=tiny)
    layout = locate(workbook, tiny, month="2026-11")
    assert layout is not None
    submission = parse(workbook, layout, tiny, month="2026-11")
    assert [answer.mark.status for answer in submission.answers] == [
        Status.DONE,
        Status.NOT_PLANNED,
        Status.DONE,
    ]


@pytest.mark.parametrize(
    ("old", "new", "names"),
    [
        ('id = "tiny"', "", "id"),
        ('title = "防災点検表"', "title = 1", "title"),
        ('licence = "CC BY 4.0"', 'licence = ""', "licence"),
        ('legend = ["①はい", "②これから（○月）", "③いいえ"]', "legend = []", "legend"),
        ('legend = ["①はい", "②これから（○月）", "③いいえ"]', 'legend = ["①はい", 2]', "legend"),
        ('date_labels = ["記入日"]', 'date_label = ["記入日"]', "date_label"),
        ('id = "備え2"', 'id = "備え１"', "[[items]] 2 件目"),
        ('id = "備え2"', "", "[[items]] 2 件目 の id"),
        ('category = "訓練"', 'category = "訓錬"', "[[items]] 3 件目"),
        ('description = "年に一度は行う"', 'desc = "年に一度は行う"', "desc"),
        ('status = "done"', 'status = "finished"', "[[options]] 1 件目"),
        ("number = 2", "number = 1", "[[options]] 2 件目"),
        ("number = 2", 'number = "2"', "[[options]] 2 件目"),
        ('status = "done"', 'status = "not_planned"', "[[options]] 1 件目"),
        ('label = "はい"', 'label = "未対応"', "[[options]] 1 件目"),
        ('label = "いいえ"', 'label = "対応済み"', "[[options]] 3 件目"),
        ("number = 3", "number = 4", "[[options]] 3 件目"),
        ('title = "水を備える"', 'title = "水を備える"\nwas = 3', "[[items]] 1 件目"),
        (
            'title = "水を備える"',
            'title = "水を備える"\ncategory = "備え"\nwas = "備え9"\n[[items]]\nid = "備え8"\n'
            'title = "火"\nwas = "備え9"',
            "備え1 にも",
        ),
        ('id = "tiny"', 'id = "tiny', "TOML"),
        ('id = "tiny"', 'id = "tiny"\nold_versions = {"第1版" = 1}', "old_versions"),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, old: str, new: str, names: str
) -> None:
    assert old in TINY
    folder = make(tmp_path / "tiny", TINY.replace(old, new, 1))
    with pytest.raises(TorimatomeError) as caught:
        load_checklist(folder)
    assert caught.value.exit_code is ExitCode.USAGE
    assert names in caught.value.message
    assert str(folder / "checklist.toml") in caught.value.message


def test_missing_folder_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(TorimatomeError) as caught:
        load_checklist(tmp_path / "nowhere")
    assert caught.value.exit_code is ExitCode.USAGE


def test_file_without_items_or_no_text(tmp_path: Path) -> None:
    head = TINY.split("[[items]]", maxsplit=1)[0]
    with pytest.raises(TorimatomeError, match="items"):
        load_checklist(make(tmp_path / "tiny", head))
    plain = load_checklist(make(tmp_path / "tiny", TINY))
    for encoding in ("utf-8-sig", "cp932", "utf-16"):  # as Notepad saves
        text = TINY.replace("\n", "\r\n").encode(encoding)
        (tmp_path / "tiny" / "checklist.toml").write_bytes(text)
        assert load_checklist(tmp_path / "tiny") == plain
    (tmp_path / "tiny" / "checklist.toml").write_bytes(TINY.encode("cp932") + b"#\x81\x20")
    with pytest.raises(TorimatomeError, match="UTF-8"):
        load_checklist(tmp_path / "tiny")


# the blank form


def test_blank_form_is_fresh(checklist: Checklist, tmp_path: Path) -> None:
    """templates/smartcity-security/blank.xlsx is what the data gives, byte for byte."""
    write_blank_form(checklist, tmp_path / "blank.xlsx")
    assert (tmp_path / "blank.xlsx").read_bytes() == (FOLDER / "blank.xlsx").read_bytes()


def test_blank_form_reads_back_as_the_checklist(checklist: Checklist) -> None:
    workbook = read_plain(FOLDER / "blank.xlsx")
    layout = locate(workbook, checklist, month="2026-11")
    assert layout is not None
    assert [row.item_id for row in layout.rows] == [item.id for item in checklist.items]
    assert [table.items for table in layout.tables] == [42, 13]
    assert not any(row.title_written for row in layout.rows)
    assert layout.other_rows == ()
    assert layout.version_written == ""
    submission = parse(workbook, layout, checklist, month="2026-11")
    assert {answer.mark.status for answer in submission.answers} == {Status.BLANK}
    legends = [answer for answer in submission.answers if answer.mark.legend_untouched]
    assert [answer.item_id for answer in legends] == ["ガバナンス①-1", "サプライチェーン①"]


def test_blank_form_has_the_shape_of_the_official_one(checklist: Checklist) -> None:
    workbook = read_plain(FOLDER / "blank.xlsx")
    (sheet,) = workbook.sheets
    texts = {key: cell.text for key, cell in sheet.cells.items()}
    assert texts[0, 0] == checklist.caption
    headers = [row for (row, column), text in texts.items() if (column, text) == (2, "チェック欄")]
    assert len(headers) == 2
    assert texts[headers[1] + 1, 1] == "１ 適切なサプライチェーン管理"
    categories = {texts[area.top, area.left] for area in sheet.merged if area.left == area.right}
    assert categories == set(checklist.categories)
    first = checklist.items[0]
    assert texts[headers[0] + 2, 1] == f"{first.id}：{first.title}\n{first.description}"


def test_check_cells_of_the_blank_form_keep_what_is_typed(checklist: Checklist) -> None:
    sheet = openpyxl.load_workbook(FOLDER / "blank.xlsx").worksheets[0]
    formats = [row[2].number_format for row in sheet.iter_rows() if "：" in str(row[1].value)]
    assert formats == ["@"] * len(checklist.items)


def test_form_with_a_head(checklist: Checklist, tmp_path: Path) -> None:
    path = tmp_path / "form.xlsx"
    write_blank_form(checklist, path, head={"団体名": "若葉市", "記入日": ""})
    workbook = read_plain(path)
    layout = locate(workbook, checklist, month="2026-11")
    assert layout is not None
    submission = parse(workbook, layout, checklist, month="2026-11")
    assert [evidence.text for evidence in submission.evidence] == ["若葉市"]


def test_form_that_cannot_be_written(checklist: Checklist, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        write_blank_form(checklist, tmp_path / "nowhere" / "blank.xlsx")


def test_source_file_values() -> None:
    """The helper reads what Excel reads: the kind and path are those of the file."""
    workbook = read_plain(FOLDER / "blank.xlsx")
    assert workbook.kind is FileKind.XLSX
    assert isinstance(workbook.source, SourceFile)
