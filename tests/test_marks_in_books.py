"""Marks in a real workbook, through the whole run: what each cell is counted as."""

from pathlib import Path

from inboxes import load, put, settings_for, table
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import xlsx

from pipeline.model import Status
from pipeline.run import aggregate

# What a check cell says, its right status and the finding it raises ("" for none of its own).
CELLS = (
    ("①対応済\n②これから対応予定（○月）\n③対応の予定なし", "blank", "A301"),
    ("①はい\n②今後対応予定（○月）\n③対応しない\n※該当する番号を選択してください", "blank", "A301"),
    ("１．既に対応済み　２．これから対応予定（○月）　３．対応の予定なし", "blank", "A301"),
    ("1 対応済 2 予定（ 月） 3 予定なし", "blank", "A301"),
    ("①\n②これから対応予定（○月）\n③対応の予定なし", "unclear", "A302"),
    ("①対応済\n②対応予定（12月）\n③予定なし", "planned", "A316"),
    ("①未対応\n②対応中\n○③対応済", "unclear", "A302"),
    ("○①対応済\n②対応予定（○月）\n③予定なし", "done", "A316"),
    ("①（策定へ）", "unclear", "A304"),
    ("①（導入へ）", "unclear", "A304"),
    ("①（ISMS取得へ）", "unclear", "A304"),
    ("①対応の方針です", "unclear", "A304"),
    ("①（導入の方針）", "unclear", "A304"),
    ("①（ISO27001取得を）", "unclear", "A304"),
    ("①は", "unclear", "A304"),
    ("①に向けて", "unclear", "A304"),
    ("①（令和9年4月）", "unclear", "A302"),
    ("①R9年3月", "unclear", "A302"),
    ("①（来年3月）", "unclear", "A302"),
    ("①2027/3", "unclear", "A302"),
    ("①（翌年度）", "unclear", "A302"),
    ("①（12月）", "done", "A312"),
    ("①（令和8年11月）", "done", "A312"),
    ("①（令和5年3月策定）", "done", "A312"),
    ("1システム", "unclear", "A304"),
    ("3社", "unclear", "A304"),
    ("3名", "unclear", "A304"),
    ("2回", "unclear", "A304"),
    ("1件", "unclear", "A304"),
    ("①基本方針を策定済み", "done", ""),
    ("①", "done", ""),
)


def test_each_cell_is_counted_as_it_stands(tmp_path: Path) -> None:
    checklist = load()
    texts = [text for text, _, _ in CELLS] + ["③"] * (len(checklist.items) - len(CELLS))
    entries = tuple(
        Entry(written=Written(way=Way.TEXT, text=text), note="", status=Status.UNCLEAR)
        for text in texts
    )
    form = ReturnedForm(respondent="若葉市", entries=entries, look=Look(label="団体名"))
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": xlsx(pages(form, checklist), checklist)})
    aggregate(settings_for(tmp_path, jobs=1))
    rows = table(tmp_path, "answers")
    assert len(rows) == len(checklist.items)
    for row, (text, status, code) in zip(rows, CELLS, strict=False):
        assert (row["mark"], row["status"]) == (text, status)
        assert code in row["findings"], (text, row["findings"])


_LEGEND = "①既に対応済み\n②これから対応予定（○月）\n③対応の予定なし"
# How an answer is shown without a number (month filled in, option), and who has to look at it.
SHOWN = (
    (Way.STRUCK, "", 0, "done", "参考"),
    (Way.STRUCK, "12", 1, "planned", "参考"),
    (Way.CIRCLED, "", 2, "not_planned", "参考"),
    (Way.CIRCLED, "12", 1, "planned", "参考"),
    (Way.TICKED, "", 0, "done", "参考"),
    (Way.TEXT, f"○{_LEGEND}", 0, "done", "参考"),
    (Way.BOLD, "", 0, "done", "要確認"),
    (Way.COLOURED, "", 2, "not_planned", "要確認"),
    (Way.COLOURED, "12", 1, "planned", "要確認"),
    (Way.TEXT, _LEGEND.replace("○月", "12月"), 1, "planned", "要確認"),
    (Way.CIRCLED, "12", 0, "unclear", ""),  # a circle round ①, and a month filled into ②
    (Way.BOLD, "12", 0, "unclear", ""),
)


def test_only_a_sign_that_may_be_by_chance_asks_for_a_look(tmp_path: Path) -> None:
    checklist = load()
    written = [Written(way=way, text=text, option=option) for way, text, option, _, _ in SHOWN]
    written += [Written(way=Way.TEXT, text="③")] * (len(checklist.items) - len(SHOWN))
    entries = tuple(Entry(written=each, note="", status=Status.UNCLEAR) for each in written)
    form = ReturnedForm(respondent="若葉市", entries=entries, look=Look(label="団体名"))
    (tmp_path / "inbox").mkdir()
    put(tmp_path, {"若葉市.xlsx": xlsx(pages(form, checklist), checklist)})
    aggregate(settings_for(tmp_path, jobs=1))
    severities = {
        row["item_id"]: row["severity"]
        for row in table(tmp_path, "findings")
        if row["code"] == "A316"
    }
    for row, (_, text, _, status, severity) in zip(table(tmp_path, "answers"), SHOWN, strict=False):
        assert row["status"] == status, (row["item_id"], text)
        assert severities.get(row["item_id"], "") == severity, (row["item_id"], text)
