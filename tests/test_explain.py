"""`torimatome explain`: plain lines for any text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from inboxes import load
from rows import every_row

from pipeline.cli.explain import explain, findings
from pipeline.model import CellKind, Doubt, Mark, RawCell, Status
from pipeline.texts.marks import read_mark

FORM = load()
LEGEND = FORM.legend


def said(text: str) -> dict[str, str]:
    """Give the lines of an explanation by their label."""
    lines = explain(text, month="2026-11", checklist=FORM).split("\n")
    return {line[:8].rstrip("　"): line[8:] for line in lines if not line.startswith("　")}


def test_placeholder() -> None:
    lines = said("②（○月）")
    assert lines["書かれた文字"] == "②（○月）"
    assert lines["照合する形"] == "②(○月)"
    assert lines["特殊な文字"] == "U+25CB WHITE CIRCLE"
    assert lines["状態"] == "②これから対応予定（planned）"
    assert lines["予定月"] == "なし（月が書かれていません）"
    assert lines["指摘"] == "A307 ②だが予定月がない・○月のまま"


def test_month() -> None:
    lines = said("②R9.3頃")
    assert lines["予定月"] == "2027-03（月まで指定）"
    assert lines["指摘"] == "なし"
    assert said("②年度末")["予定月"] == "2027-03（年度（3月）、年は基準月から推定）"


def test_unusual_signs_are_named() -> None:
    assert (
        said("②１２⽉\u200b")["特殊な文字"] == "U+2F49 KANGXI RADICAL MOON、U+200B ZERO WIDTH SPACE"
    )


def test_line_breaks_stay_on_one_line() -> None:
    assert said("\n".join(LEGEND))["書かれた文字"].count("（改行）") == 3


@every_row(
    ("text", "codes"),
    [
        ("①", []),
        ("", ["A301"]),
        ("\n".join(LEGEND), ["A301"]),
        ("①②", ["A302"]),
        ("4", ["A303"]),
        ("検討中", ["A304"]),
        ("○", ["A305"]),
        ("対象外", ["A306"]),
        ("②", ["A307"]),
        ("②8月", ["A308"]),
        ("②13月", ["A309"]),
        ("②年度末", ["A311"]),
        ("①12月", ["A312"]),
        ("2026-02-10", ["A313"]),
        ("#REF!", ["A314"]),
        ("同上", ["A315"]),
        ("○" + "\n".join(LEGEND), ["A316"]),
        ("対応済み", ["A317"]),
        ("②令和12年3月", ["A318"]),
        ("10月対応予定", ["A308", "A317"]),
        ("②上半期", ["A308", "A311"]),
    ],
)
def test_findings_of_the_mark_alone(text: str, codes: list[str]) -> None:
    mark = read_mark(RawCell(kind=CellKind.TEXT, text=text), month="2026-11", legend=LEGEND)
    assert [code for code, _ in findings(mark, "2026-11", FORM)] == codes


# That returns differ is no doubt about one cell.
@pytest.mark.parametrize("doubt", [each for each in Doubt if each and each is not Doubt.RETURNS])
def test_every_doubt_has_a_finding(doubt: Doubt) -> None:
    assert len(findings(Mark(status=Status.UNCLEAR, doubt=doubt), "2026-11", FORM)) == 1


@given(st.text(max_size=40))
def test_total(text: str) -> None:
    assert "状態" in explain(text, month="2026-11", checklist=FORM)
