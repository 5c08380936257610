"""はじめに: what to do this month, the way to each sheet, and the proof that nothing is lost."""

from collections.abc import Sequence

from pipeline.model import Severity
from pipeline.model.plan import Contact, first_of
from pipeline.model.report import Report
from pipeline.texts.calendar import era_month_words
from pipeline.write.book import COVER, PADDING, ROW_POINTS, Book, Sheet, points_of
from pipeline.write.contacts import NOBODY, write_way
from pipeline.write.finding_table import list_begins
from pipeline.write.findings import severity_label
from pipeline.write.names import CONTACTS_SHEET
from pipeline.write.safe import line_count
from pipeline.write.style import LABELS, SYMBOLS, TABS
from pipeline.write.totals import STATUSES

LAST = 6
_WIDTHS = (12, 20, 20, 24, 9, 10, 4)  # together at most 100: 10 points then print as 8 on A4
_WIDE = sum(_WIDTHS) + PADDING * LAST
_ASK = 2, 3  # the columns of what to ask
_ASK_WIDE = sum(_WIDTHS[place] for place in _ASK) + PADDING
_COLUMNS = (0, 2), (3, LAST)  # first and last column of either half of the guide
_PAGE = 980.0  # points of an upright page of A4, printed at 80 percent
LEAST = 5  # bodies that are named however much stands below; 連絡の順 has them all


def write_cover(book: Book, report: Report, guide: Sequence[tuple[str, str]]) -> None:
    """Write はじめに, one upright page. ``guide``: the sheets, and what each tells."""
    sheet = book.sheet(COVER)
    sheet.columns(*_WIDTHS)
    made = report.made_at[:16].replace("T", " ")
    lead = (
        f"{report.checklist.title}　収集の時点 {made}（最も新しい受領ファイルの日時）。"
        f"{report.turnout.line}。"
    )
    title = "取りまとめ結果" if report.public else "今月すること"  # whom to ask is not for all
    sheet.heading(f"{title}　{era_month_words(report.month)}", lead, last=LAST, back=False)
    row = _write_alerts(sheet, report, 3)
    halves = _halves(book, guide)
    reading = (*_left_to_data(report), *_reading(live=book.live))
    if not report.public:
        lines = max(map(len, halves)) + 4  # with the blank ones between
        below = _PROOF_POINTS + ROW_POINTS * lines + _reading_points(reading)
        row = _write_attention(sheet, report, row, _PAGE - below) + 1
    row = _write_proof(sheet, report, row)
    row = _write_guide(sheet, halves, row + 1)
    _write_reading(sheet, row + 1, reading)
    sheet.page(upright=True)
    sheet.raw.fit_to_pages(1, 1)


_PROOF_POINTS = 4 * 28.0 + 2 * 36.0  # of the proof and the headings of what follows


def _write_proof(sheet: Sheet, report: Report, top: int) -> int:
    figures, size = report.figures, len(report.items)
    sheet.section(top, "件数の突合（取りこぼしがないことの確認）", last=LAST)
    agreed = all(check.agrees for check in report.checks)
    shown = (
        f"受信フォルダのファイル {figures.files:,}件 → 集計した提出 {figures.returned:,}件"
        f"（読めない {figures.unreadable:,}件、そのほか {figures.other:,}件）"
        f" → {figures.returned:,}件×{size:,}項目＝回答 {len(report.answers) + report.beyond:,}件"
        f" → 集計表の合計 {figures.counts.total:,}件"
    )
    sheet.merge(top + 1, 0, top + 1, LAST - 1, shown, "text")
    sheet.text(top + 1, LAST, "一致" if agreed else "不一致", "ok" if agreed else "bad")
    sheet.fit_width(top + 1, shown, _WIDE - _WIDTHS[LAST], least=22)
    words = [f"{SYMBOLS[s]} {LABELS[s]} {figures.counts.of(s):,}件" for s in STATUSES]
    share = figures.counts.done_share
    if share is not None:
        words.append(f"対応済み率 {share:.1%}")
    told = "　".join(words)
    sheet.merge(top + 2, 0, top + 2, LAST, told, "text")
    sheet.fit_width(top + 2, told, _WIDE, least=22)
    return top + 3


def _write_alerts(sheet: Sheet, report: Report, top: int) -> int:
    """Write what puts the month as a whole in doubt, before anything else is read."""
    label, style = severity_label(Severity.CHECK), f"severity_{Severity.CHECK.value}"
    for row, alert in enumerate(report.alerts, start=top):
        sheet.text(row, 0, label, style)
        sheet.merge(row, 1, row, LAST, alert, "text")
        sheet.height(row, 22 * line_count(alert, _WIDE - _WIDTHS[0]))
    return top + len(report.alerts)


def _write_attention(sheet: Sheet, report: Report, top: int, bottom: float) -> int:
    """Write 今月まず対応すること: a line a body, those that must answer again on top.

    As many as fit above ``bottom``, in points from the top of the page.
    """
    sheet.section(top, "今月まず対応すること", last=LAST)
    if not report.contacts:
        sheet.text(top + 1, 0, NOBODY, "plain")
        return top + 2
    heads = ("重要度", "団体名", "お願い・確認すること", "", "決まる回答", "一覧", "済")
    for place, head in enumerate(heads):
        sheet.text(top + 1, place, head, "head")
    sheet.merge(top + 1, _ASK[0], top + 1, _ASK[1], heads[_ASK[0]], "head")
    lines, row = list_begins(report), top + 2
    room = bottom - sheet.points_above(row) - ROW_POINTS
    chosen = first_of(report.contacts, len(report.contacts))
    for number, one in enumerate(chosen, start=1):
        height = _contact_points(sheet, one)
        if number > LEAST and height > room:
            break
        room -= height
        _write_contact(sheet, row, one, lines)
        sheet.height(row, height)
        row += 1
    rest = len(chosen) - (row - top - 2)
    if rest:
        told = f"ほか {rest:,}団体。返事で率が固まる順は「{CONTACTS_SHEET}」にあります。"
        sheet.link(row, 0, f"'{CONTACTS_SHEET}'!A1", told)
    return row + 1


def _contact_points(sheet: Sheet, one: Contact) -> float:
    ask = points_of(line_count(one.first_ask, _ASK_WIDE))
    return max(ask, sheet.points([(1, one.name)]))


def _write_contact(sheet: Sheet, row: int, one: Contact, lines: int) -> None:
    sheet.text(row, 0, severity_label(one.severity), f"severity_{one.severity.value}")
    sheet.text(row, 1, one.name, "text")
    sheet.merge(row, _ASK[0], row, _ASK[1], one.first_ask, "text")
    sheet.number(row, 4, one.settles)
    write_way(sheet, row, 5, one, lines)
    sheet.text(row, LAST, "□", "center")


def _halves(book: Book, guide: Sequence[tuple[str, str]]) -> Sequence[list[tuple[str, str]]]:
    """Give the lines of the guide in two halves: what is read; what is acted on or looked up.

    The name of a group stands before its sheets; it has no words.
    """
    halves: tuple[list[tuple[str, str]], list[tuple[str, str]]] = [], []
    for place, group in enumerate(TABS):
        lines = [(name, words) for name, words in guide if book.groups.get(name) == group]
        halves[min(place, 1)].extend(((f"【{group}】", ""), *lines))
    return halves


def _write_guide(sheet: Sheet, halves: Sequence[Sequence[tuple[str, str]]], top: int) -> int:
    sheet.section(top, "シートの案内（クリックすると移ります）", last=LAST)
    for (first, last), lines in zip(_COLUMNS, halves, strict=True):
        for row, (name, words) in enumerate(lines, start=top + 1):
            told = f"{name}：{words}" if words else name
            sheet.merge(row, first, row, last, told, "link" if words else "plain")
            if words:
                sheet.raw.put_way(row, first, f"'{name}'!A1")
    return top + 1 + max(map(len, halves))


def _left_to_data(report: Report) -> list[str]:
    """Say what the lists of a very large month leave out, and where it is."""
    lines = []
    held = len(report.answers) // len(report.items)
    # A month by parts lists none: its data files are folders of parts, without a CSV.
    places = ["data/{0}.parquet と data/{0}.csv", "フォルダー data/{0}.parquet"][not held]
    if report.beyond:
        shown = (
            f"は最初の {held:,}団体分（{len(report.answers):,}件）だけです" if held else "は空です"
        )
        lines.append(
            f"・回答が {len(report.answers) + report.beyond:,}件と多いため、「明細」「一覧表」と"
            f"一覧{shown}。全件は {places.format('answers')} にあります。"
            "集計の数はすべて全件の値です。"
        )
    if report.lines_beyond:
        lines.append(
            f"・「要確認」は重いものから {len(report.lines):,}行だけです。残りの"
            f" {report.lines_beyond:,}行を含む全件は {places.format('findings')} にあります。"
        )
    return lines


def _reading(*, live: bool) -> list[str]:
    return [
        "・①対応済み ②対応予定 ③対応予定なし －対象外 空 未記入 ？判読不能。"
        "色だけで区別した所はありません。",
        "・はっきり読み取れない回答は①に数えず「判読不能」にし、書かれた文字を「明細」に残しています。",
        "・「要確認」の■は回答者に直してもらうもの、▲は目で見て判断するもの、・は参考です。",
        "・各集計の件数は「明細」を数える式です。"
        if live
        else "・行数が多いため、各集計の件数は式ではなく作成時の値です。",
        "・このファイルは集計のたびに作り直されます。回答の訂正は、この表ではなく取りまとめ担当の"
        "確認票に書くか、回答ファイルを差し替えて、集計し直します。",
    ]


def _write_reading(sheet: Sheet, top: int, lines: Sequence[str]) -> None:
    sheet.section(top, "読み方", last=LAST)
    for row, line in enumerate(lines, start=top + 1):
        sheet.merge(row, 0, row, LAST, line, "body")
        sheet.fit_width(row, line, _WIDE)


def _reading_points(lines: Sequence[str]) -> float:
    return sum(points_of(line_count(line, _WIDE)) for line in lines)
