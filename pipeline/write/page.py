"""報告_YYYY-MM.html: the month on one A4 page, for those who open no workbook.

One file without scripts or anything to load; it says what 概況 says, from the same figures. Texts
are escaped by the template, colours are those of the workbook.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.model import Status
from pipeline.model.plan import Sentence
from pipeline.texts.calendar import era_month_words
from pipeline.write.safe import plain_text
from pipeline.write.style import COLOURS, INK, LABELS, LINE, MUTED, NAVY, SOFT, SYMBOLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2 import Template

    from pipeline.model.plan import Contact
    from pipeline.model.report import DueMonth, GroupTotal, Report
    from pipeline.settings import Settings

CALLS = 8  # of 連絡の順 that fit on the page
_WIDTH, _LABEL, _SHARE = 400.0, 92.0, 44.0  # of the chart of categories, in units of the drawing
_STEP, _TALLEST = 26.0, 78.0
_TELLING = 16.0  # a part so wide holds its number
_MONTHS = 11  # columns of the chart of months
_LONGEST_LABEL, _LONGEST_ASK, _LONGEST_NAME = 9, 70, 24
_TEMPLATE = Path(__file__).parent / "page.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A key figure in words."""

    label: str
    value: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A status in a bar: where it stands, and its count where there is room."""

    x: float
    width: float
    fill: str
    ink: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A category: all its answers as one bar."""

    label: str
    y: float
    parts: tuple[Part, ...]
    share: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A month of ②."""

    x: float
    height: float
    fill: str
    count: int
    label: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A line of 連絡の順, shortened to what fits."""

    name: str
    ask: str
    settles: str
    width: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Everything the template shows."""

    title: str
    handling: str
    lead: str
    figures: tuple[Figure, ...]
    sentences: tuple[Sentence, ...]
    bars: tuple[Bar, ...]
    columns: tuple[Column, ...]
    calls: tuple[Call, ...]
    foot: str

    @property
    def bars_height(self) -> float:
        """Give the height of the drawing."""
        return _STEP * len(self.bars)

    @property
    def bars_words(self) -> str:
        """Say the drawing in words."""
        return "分野別の対応済み率: " + "、".join(f"{bar.label} {bar.share}" for bar in self.bars)

    @property
    def columns_width(self) -> float:
        """Give the width of the drawing."""
        return max(_STEP * len(self.columns), _STEP * 6)

    @property
    def columns_words(self) -> str:
        """Say the drawing in words."""
        told = (f"{one.label}{one.note} {one.count}件" for one in self.columns)
        return "②の予定月: " + "、".join(told)

    @property
    def legend(self) -> str:
        """Name the statuses in the order of the bars."""
        return "　".join(f"{SYMBOLS[status]} {LABELS[status]}" for status in Status)


def write_page(report: Report, path: Path, settings: Settings) -> None:
    """Write the page; the same report gives the same bytes."""
    text = _template().render(
        page=page_of(report, settings.edition_name, settings.workbook),
        width=_WIDTH, label=_LABEL, away=COLOURS[Status.NOT_APPLICABLE][0],
        ink=INK, navy=NAVY, muted=MUTED, soft=SOFT, line=LINE,
    )  # fmt: skip
    path.write_text(plain_text(text), encoding="utf-8", newline="\n")


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - keeps `--help` fast

    made = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return made.from_string(_TEMPLATE.read_text(encoding="utf-8"))


def page_of(report: Report, handling: str, workbook: str) -> Page:
    """Give what the page shows of a month; ``workbook`` names the file that has everything."""
    made = report.made_at[:16].replace("T", " ")
    return Page(
        title=f"取りまとめ結果　{era_month_words(report.month)}分",
        handling=handling,
        lead=f"{report.checklist.title}　収集の時点 {made}（最も新しい受領ファイルの日時）",
        figures=_figures(report),
        sentences=_sentences(report),
        bars=_bars([group for group in report.groups if not group.section]),
        columns=_columns(report.due_months),
        calls=() if report.public else _calls(report.contacts),
        foot=f"{report.turnout.equation}。回答 {report.figures.counts.total:,}件。"
        "対応済み率は、対象外を除いた項目のうち①の割合です（未記入と判読不能は①に数えません）。"
        f"詳しくは「{workbook}」をご覧ください。",
    )


def _figures(report: Report) -> tuple[Figure, ...]:
    whole, figures = report.ranges[0], report.figures
    unread = figures.counts.blank + figures.counts.unclear
    spread = "－"
    if whole.least is not None and whole.most is not None:
        spread = f"確定後は {whole.least:.1%}～{whole.most:.1%}"
    if report.target is not None:
        spread += f"・目標 {report.target:.0%}"
    return (
        Figure(label="回収率", value=_share(figures.return_share), note=_asked(report)),
        Figure(label="対応済み率", value=_share(whole.done_rate), note=spread),
        Figure(
            label="期限超過",
            value=f"{figures.overdue:,}件",
            note=f"予定月を過ぎた②（②は {figures.counts.planned:,}件）",
        ),
        Figure(
            label="未記入・判読不能",
            value=f"{unread:,}件",
            note=f"要修正の指摘 {figures.findings.fix:,}件",
        ),
    )


def _sentences(report: Report) -> tuple[Sentence, ...]:
    remark = Sentence(topic="担当者から", text=report.remark)
    return (*report.sentences, *([remark] if report.remark else []))


def _asked(report: Report) -> str:
    asked, returned = report.turnout.asked, report.turnout.returned
    if asked is None:
        return f"提出 {returned:,}団体（名簿なし）"
    return f"対象 {asked:,}団体のうち {returned:,}団体"


def _share(share: float | None) -> str:
    return "－" if share is None else f"{share:.1%}"


def _bars(groups: Sequence[GroupTotal]) -> tuple[Bar, ...]:
    room = _WIDTH - _LABEL - _SHARE
    bars = []
    for place, group in enumerate(groups):
        if not group.counts.total:
            continue
        x, parts = _LABEL, []
        for status in Status:
            count = group.counts.of(status)
            width = room * count / group.counts.total
            if not count:
                continue
            hatched = status is Status.NOT_APPLICABLE
            parts.append(
                Part(
                    x=round(x, 2),
                    width=round(width, 2),
                    fill="url(#hatch)" if hatched else COLOURS[status][0],
                    ink="#FFFFFF" if status in _DARK else INK,
                    text=f"{SYMBOLS[status]}{count:,}" if width >= 1.8 * _TELLING else "",
                )
            )
            x += width
        bars.append(
            Bar(
                label=_short(group.category, _LONGEST_LABEL),
                y=_STEP * place,
                parts=tuple(parts),
                share=_share(group.counts.done_share),
            )
        )
    return tuple(bars)


_DARK = frozenset({Status.DONE, Status.UNCLEAR})  # fills that take white letters


def _columns(months: Sequence[DueMonth]) -> tuple[Column, ...]:
    """Draw the months of ②; those beyond what fits are added up, so that nothing is left out."""
    told = [(one.month, one.overdue, sum(one.by_category)) for one in months]
    told = [one for one in told if one[2]]
    dated = [one for one in told if one[0]]
    none = [one for one in told if not one[0]]
    if len(dated) > _MONTHS - 1:
        later = dated[_MONTHS - 2 :]
        dated = [*dated[: _MONTHS - 2], (f"{later[0][0]}～", False, sum(one[2] for one in later))]
    shown = [*dated, *none]
    most = max((count for _, _, count in shown), default=1)
    return tuple(
        Column(
            x=_STEP * place + 3,
            height=round(max(1.0, _TALLEST * count / most), 2),
            fill=_column_fill(month, late=late),
            count=count,
            label=f"{month[2:4]}/{month[5:]}" if month else "月なし",
            note="超過" if late else "",
        )
        for place, (month, late, count) in enumerate(shown)
    )


def _column_fill(month: str, *, late: bool) -> str:
    status = Status.NOT_PLANNED if late else Status.PLANNED if month else Status.UNCLEAR
    return COLOURS[status][0]


def _calls(contacts: Sequence[Contact]) -> tuple[Call, ...]:
    shown = [
        Call(
            name=_short(one.name, _LONGEST_NAME),
            ask=_short(one.asks[0] if one.asks else "", _LONGEST_ASK),
            settles=f"{one.settles:,}件",
            width=f"{one.width:.1f}ポイント",
        )
        for one in contacts[:CALLS]
    ]
    rest = contacts[CALLS:]
    if rest:
        shown.append(
            Call(
                name=f"ほか {len(rest):,}団体",
                ask="「連絡の順」のシートにあります。",
                settles=f"{sum(one.settles for one in rest):,}件",
                width=f"{rest[-1].width:.1f}ポイント",
            )
        )
    return tuple(shown)


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: letters - 1]}…"
