"""The roster: read wherever its header stands, and every mistake told with its cell."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from pipeline.assemble.roster import read_roster
from pipeline.assemble.roster_heads import COLUMNS
from pipeline.errors import ExitCode, TorimatomeError
from pipeline.formats import read_workbook
from pipeline.forms.checklists import load_checklist
from pipeline.model import (
    CellKind,
    Checklist,
    FileKind,
    RawCell,
    RawSheet,
    RawWorkbook,
    Roster,
    SourceFile,
)
from pipeline.settings import Limits
from pipeline.texts.respondents import entry_id
from pipeline.write.roster_template import write_roster_template

TEMPLATES = Path(__file__).parents[1] / "templates"


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load_checklist(TEMPLATES / "smartcity-security")


def workbook(*tables: str, left: int = 0, top: int = 0) -> RawWorkbook:
    """Make a workbook of text tables, cells parted by ``|``, one sheet a table."""
    sheets = []
    for number, table in enumerate(tables, 1):
        cells = {
            (row + top, column + left): RawCell(kind=CellKind.TEXT, text=text.strip())
            for row, line in enumerate(table.strip().splitlines())
            for column, text in enumerate(line.split("|"))
            if text.strip()
        }
        sheets.append(RawSheet(name=f"シート{number}", cells=cells))
    source = SourceFile(path="名簿.xlsx", location=Path("名簿.xlsx"))
    return RawWorkbook(source=source, kind=FileKind.XLSX, sheets=tuple(sheets))


FULL = """
団体コード | 団体名 | 別名 | 役割 | 対象分野 | 担当 | メール | 除外
001 | 若葉市 | 若葉、わかば市 | 推進主体 | | 企画課 | a@example.jp |
002 | 青空システム㈱ | | サービス提供者 | サービス、ｻﾌﾟﾗｲﾁｪｰﾝ | | | 契約終了
"""


def test_every_column_is_read(checklist: Checklist) -> None:
    first, second = read_roster(workbook(FULL), checklist).entries
    assert (first.code, first.name, first.aliases) == ("001", "若葉市", ("若葉", "わかば市"))
    assert (first.role, first.scope, first.excluded) == ("推進主体", (), "")
    assert (first.contact, first.mail) == ("企画課", "a@example.jp")
    assert second.name == "青空システム㈱"
    assert second.scope == ("サービス", "サプライチェーン")
    assert second.excluded == "契約終了"
    assert second.location is not None
    assert (second.location.sheet, second.location.cell) == ("シート1", "B3")


def test_the_header_is_found_wherever_it_stands(checklist: Checklist) -> None:
    title = "令和8年度 回答をお願いする団体の一覧"
    moved = workbook(title, f"{title}\n作成: 企画課 |\n{FULL.strip()}", left=3, top=4)
    plain = read_roster(workbook(FULL), checklist)
    assert _bare(read_roster(moved, checklist)) == _bare(plain)


def test_cells_of_blanks_are_no_cells(checklist: Checklist) -> None:
    book = workbook(FULL)
    (sheet,) = book.sheets
    blanks = {(row, 9): RawCell(kind=CellKind.TEXT, text=" \u3000") for row in range(40)}
    blank = replace(sheet, cells={**sheet.cells, **blanks})
    assert read_roster(replace(book, sheets=(blank,)), checklist) == read_roster(book, checklist)


def test_renamed_and_reordered_headers(checklist: Checklist) -> None:
    table = "名称 | 備考 | コード（任意）| 分野\n若葉市 | あ | Ａ－１ | すべて"
    (entry,) = read_roster(workbook(table), checklist).entries
    assert (entry.code, entry.name, entry.scope) == ("A-1", "若葉市", ())


def test_a_mere_mark_excludes_too_and_a_dash_does_not(checklist: Checklist) -> None:
    table = "団体名 | 除外\n若葉市 | ○\n白雲町 | －\n青嶺市 | 休止中"
    entries = read_roster(workbook(table), checklist).entries
    assert [entry.excluded for entry in entries] == ["理由の記載なし", "", "休止中"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("名前 | 住所\n若葉市 | 1丁目", ["名簿.xlsx", "見出しが見つかりません", "団体名"]),
        ("団体コード | 役割\n1 | 推進主体", ["見出しが見つかりません"]),
        ("団体名 | 役割", ["シート1", "団体が1つも書かれていません"]),
        ("団体コード | 団体名\n1 | 若葉市\n1 | 白雲町", ["シート1!B3", "「1」", "B2", "若葉市"]),
        ("団体コード | 団体名\n１ | 若葉市\n1 | 白雲町", ["シート1!B3", "重なって"]),
        ("団体名 | 役割\n株式会社青空 |\n青空㈱ |", ["シート1!A3", "「青空㈱」", "A2"]),
        ("団体名 | 別名\n若葉市 | 若葉\n白雲町 | 若葉", ["シート1!A3", "「若葉」"]),
        ("団体コード | 団体名\n7 |", ["シート1!B2", "団体コード「7」の団体名がありません"]),
        ("団体名 | 対象分野\n若葉市 | 宇宙", ["シート1!B2", "「宇宙」", "ガバナンス"]),
        ("団体名 | 名称 | 役割\n若葉市 | 若葉 |", ["シート1!B1", "A1", "団体名"]),
    ],
)
def test_a_mistake_is_told_with_its_cell(table: str, told: list[str], checklist: Checklist) -> None:
    with pytest.raises(TorimatomeError) as caught:
        read_roster(workbook(table), checklist)
    assert caught.value.exit_code is ExitCode.USAGE
    for words in told:
        assert words in caught.value.message


def test_all_mistakes_are_told_at_once(checklist: Checklist) -> None:
    table = "団体コード | 団体名 | 対象分野\n1 | 若葉市 | 宇宙\n1 | 白雲町 | 深海\n2 | |"
    with pytest.raises(TorimatomeError) as caught:
        read_roster(workbook(table), checklist)
    assert len(caught.value.message.splitlines()) == 1 + 4


def test_many_mistakes_are_counted_not_listed(checklist: Checklist) -> None:
    table = "団体名 | 対象分野\n" + "\n".join(f"町{n} | 宇宙" for n in range(50))
    with pytest.raises(TorimatomeError, match="ほか 30 件"):
        read_roster(workbook(table), checklist)


def test_the_template_in_the_checkout_is_fresh(checklist: Checklist, tmp_path: Path) -> None:
    write_roster_template(checklist, tmp_path / "名簿.xlsx")
    fresh = (tmp_path / "名簿.xlsx").read_bytes()
    assert (TEMPLATES / "名簿.xlsx").read_bytes() == fresh, "run `torimatome template build`"


def test_the_template_has_the_headers_and_the_drop_downs(checklist: Checklist) -> None:
    book = openpyxl.load_workbook(TEMPLATES / "名簿.xlsx")
    sheet = book["名簿"]
    assert [cell.value for cell in sheet[1]] == [*COLUMNS["heads"]]
    lists = {
        str(rule.sqref).split(":")[0]: rule.formula1
        for rule in sheet.data_validations.dataValidation
        if rule.type == "list"
    }
    assert [*lists] == ["E2", "F2"]
    assert lists["F2"] == '"' + ",".join(checklist.categories) + '"'
    assert sheet["A2"].number_format == "@"


def test_a_filled_template_is_read_back(checklist: Checklist, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(TEMPLATES / "名簿.xlsx")
    sheet = book["名簿"]
    sheet["A2"], sheet["B2"], sheet["F2"] = "011002", "若葉市", "サービス"
    book.save(tmp_path / "名簿.xlsx")
    source = SourceFile(path="名簿.xlsx", location=tmp_path / "名簿.xlsx")
    read = read_workbook(source, limits=Limits())
    assert isinstance(read, RawWorkbook)
    (entry,) = read_roster(read, checklist).entries
    assert (entry.code, entry.name, entry.scope) == ("011002", "若葉市", ("サービス",))


def test_the_untouched_template_says_that_nobody_is_on_it(
    checklist: Checklist, tmp_path: Path
) -> None:
    write_roster_template(checklist, tmp_path / "名簿.xlsx")
    source = SourceFile(path="名簿.xlsx", location=tmp_path / "名簿.xlsx")
    read = read_workbook(source, limits=Limits())
    assert isinstance(read, RawWorkbook)
    with pytest.raises(TorimatomeError, match="団体が1つも書かれていません"):
        read_roster(read, checklist)


def _bare(roster: Roster) -> list[object]:
    return [replace(entry, location=None) for entry in roster.entries]


def rostered(*rows: tuple[str, str, str], checklist: Checklist) -> Roster:
    lines = (" | ".join(row) for row in (("団体コード", "団体名", "事業名"), *rows))
    return read_roster(workbook("\n".join(lines)), checklist)


@pytest.mark.parametrize(
    "rows",
    [
        (("M01", "月影市", "観光MaaS事業"), ("M01", "月影市", "防災DX事業")),
        (("M01", "月影市", "観光MaaS事業"), ("M02", "月影市", "防災DX事業")),
        (("", "月影市", "観光MaaS事業"), ("", "月影市", "防災DX事業"), ("", "月影市", "農業")),
    ],
)
def test_lines_of_one_body_with_different_projects_are_units(
    rows: tuple[tuple[str, str, str], ...], checklist: Checklist
) -> None:
    entries = rostered(*rows, checklist=checklist).entries
    assert [entry.shown for entry in entries] == [f"月影市／{project}" for _, _, project in rows]
    assert len({entry_id(entry) for entry in entries}) == len(rows)


@pytest.mark.parametrize(
    "rows",
    [
        (("M01", "月影市", "観光MaaS事業"), ("M01", "月影市", "観光ＭａａＳ 事業")),
        (("M01", "月影市", "観光MaaS事業"), ("M01", "月影市", "")),
        (("M01", "月影市", ""), ("M01", "月影市", "")),
        (("M01", "月影市", "観光MaaS事業"), ("M01", "日影市", "防災DX事業")),
    ],
)
def test_lines_that_are_no_two_units_stay_a_mistake(
    rows: tuple[tuple[str, str, str], ...], checklist: Checklist
) -> None:
    with pytest.raises(TorimatomeError, match="重なっています"):
        rostered(*rows, checklist=checklist)


# --- what is nearly understood --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "mail"),
    [
        ("市町村名", "メールアドレス"),
        ("市区町村名", "Ｅメール"),
        ("自治体", "電子メール"),
        ("①団体名※", "メール（必須）"),
        ("団体名【必須】", "E-mail"),
        ("回答団体", "担当者メールアドレス"),
        ("企業名", "メアド"),
        ("【必須】団体名", "【任意】メール"),
        ("市町村名（カナ不要）", "メールアドレス（代表）"),
        ("団体の名称", "連絡先メールアドレス"),
        ("自治体名等", "メ－ル"),
        ("会社名・団体名", "代表メール"),
        ("団体名/事業者名", "mail address"),
        ("参加団体名", "e-mail address"),
    ],
)
@pytest.mark.parametrize(
    "title", ["", "依頼先一覧（令和8年11月）\n\n", "団体名\n", "名簿 | 令和8年\n"]
)
def test_heads_as_people_write_them(title: str, head: str, mail: str, checklist: Checklist) -> None:
    table = f"{title}No. | {head} | 部署名 | {mail}\n1 | 若葉市 | 企画課 | a@city.example.jp"
    found = read_roster(workbook(table), checklist)
    (entry,) = found.entries
    assert (entry.name, entry.contact, entry.mail) == ("若葉市", "企画課", "a@city.example.jp")
    assert found.problems == ()


@pytest.mark.parametrize(
    "table",
    [
        "団体名 | 都道府県\n若葉市 | 北県\n白雲町 | 南県",
        "市町村名\n若葉市\n白雲町",
        "依頼先一覧\n\n団体名\n若葉市\n白雲町",
    ],
)
def test_a_list_of_names_is_a_roster(table: str, checklist: Checklist) -> None:
    assert [e.name for e in read_roster(workbook(table), checklist).entries] == ["若葉市", "白雲町"]


def test_a_looser_head_is_a_grouping_beside_the_real_one(checklist: Checklist) -> None:
    table = "団体名 | 市町村 | 所属 | 担当\n青空㈱ | 若葉市 | 本社 | 佐藤"
    (entry,) = read_roster(workbook(table), checklist).entries
    assert (entry.name, entry.contact) == ("青空㈱", "佐藤")


@pytest.mark.parametrize(
    ("head", "meant"),
    [("役割り", "役割"), ("団体コート", "団体コード"), ("対象分屋", "対象分野"),
     ("メールアドレ", "メール")],
)  # fmt: skip
def test_a_near_miss_is_told_with_its_cell(head: str, meant: str, checklist: Checklist) -> None:
    found = read_roster(workbook(f"団体名 | 人口 | {head}\n若葉市 | 5万 | x"), checklist)
    (problem,) = found.problems
    assert (problem.location.cell, problem.written) == ("C1", head)
    assert f"「{meant}」" in problem.problem


@pytest.mark.parametrize(
    "head",
    [
        "都道府県",
        "人口区分",
        "地域",
        "備考",
        "番号",
        "電話番号",
        "ホームページ",
        "前回回答",
        "代表者",
    ],
)
def test_a_grouping_is_no_near_miss(head: str, checklist: Checklist) -> None:
    table = f"団体コード | 団体名 | {head}\n1 | 若葉市 | x"
    assert read_roster(workbook(table), checklist).problems == ()


def test_a_near_miss_of_the_name_itself_stops_with_its_cell(checklist: Checklist) -> None:
    with pytest.raises(TorimatomeError, match=r"シート1!B2.*「団体各」.*「団体名」"):
        read_roster(workbook("一覧\n役割 | 団体各\n推進主体 | 若葉市"), checklist)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("kikaku@city.example.jp", "kikaku@city.example.jp"),
        ("ｋｉｋａｋｕ＠ｃｉｔｙ．ｅｘａｍｐｌｅ．ｊｐ", "kikaku@city.example.jp"),
        ("mailto:a@b.jp", "mailto:a@b.jp"),  # the drafts take the address out of it
        ("a@b.jp; c.d+e@f-g.lg.jp", "a@b.jp; c.d+e@f-g.lg.jp"),
        ("a@b.jp、c@d.jp", "a@b.jp、c@d.jp"),
        ("企画課 <a@b.jp>", "企画課 <a@b.jp>"),
        ("なし", ""),
        ("－", ""),
    ],
)
def test_an_address_in_any_width(written: str, read: str, checklist: Checklist) -> None:
    found = read_roster(workbook(f"団体名 | メール\n若葉市 | {written}"), checklist)
    assert found.entries[0].mail == read
    assert found.problems == ()


@pytest.mark.parametrize(
    "written",
    ["kikaku", "kikaku@city", "kikaku@city,example.jp", "kikaku.city.example.jp", "a@@b.jp",
     "企画課@city.example.jp", "a@b..jp", "03-1234-5678", "同上", "a@b.jp、c@d"],
)  # fmt: skip
def test_an_address_that_is_none_is_told(written: str, checklist: Checklist) -> None:
    found = read_roster(workbook(f"団体名 | メール\n若葉市 | {written}"), checklist)
    (problem,) = found.problems
    assert (problem.location.cell, problem.written) == ("B2", written)
    assert found.entries[0].name == "若葉市"


def test_an_example_and_a_row_of_nobody_are_no_entries(checklist: Checklist) -> None:
    rows = ("例1 | 若葉市 | ", "1 | 例）青嶺市 | ", " |  | 備考だけ", "2 | 白雲町 | ")
    found = read_roster(workbook("\n".join(("団体コード | 団体名 | 担当", *rows))), checklist)
    assert [(entry.code, entry.name) for entry in found.entries] == [("2", "白雲町")]
    assert found.problems == ()
