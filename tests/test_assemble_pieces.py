"""Pieces of putting a month together, each alone: the proof that nothing is lost, words, orders."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from rows import every_row
from test_assemble import CHECKLIST, MONTH
from test_told_batches import _file, put_together

from pipeline.assemble import assemble, conservation, known_names
from pipeline.assemble.joining import join
from pipeline.assemble.reasons import listed_items
from pipeline.assemble.stakeholders import Stakeholder, hand_of, project_of, rest_of, same_hand
from pipeline.assemble.succession import later, name_date, version_of
from pipeline.model import (
    Answer,
    Aside,
    Batch,
    ControlProblem,
    FileRecord,
    FileState,
    Location,
    Roster,
    RosterEntry,
    Status,
    Submission,
)
from pipeline.texts.notes import read_remark

JOINED = put_together(
    {
        "roster": ["S01 若葉市", "S02 白雲町 | excluded=終了", "S03 緑川村"],
        "exclusions": ["緑川村"],
    },
    [
        _file("若葉市_a.xlsx | 1 1 1 - | cell=若葉市"),
        _file("若葉市_b.xlsx | - - - 3 | cell=若葉市"),
        _file("若葉市_b - コピー.xlsx | - - - 3 | cell=若葉市, sha256=bytes of 若葉市_b.xlsx"),
    ],
)
A, B, COPY = "若葉市_a.xlsx", "若葉市_b.xlsx", "若葉市_b - コピー.xlsx"


def files(change: Callable[[FileRecord], FileRecord]) -> Batch:
    return replace(JOINED, files=tuple(map(change, JOINED.files)))


def of(path: str, **changes: Any) -> Batch:
    """Give the month with one record changed."""
    return files(lambda one: replace(one, **changes) if one.source.path == path else one)


def answers(change: Callable[[Answer], Answer]) -> Batch:
    (counted,) = JOINED.submissions
    form = counted.submission
    form = replace(form, answers=tuple(map(change, form.answers)))
    return replace(JOINED, submissions=(replace(counted, submission=form),))


def test_a_month_put_together_adds_up() -> None:
    assert conservation(JOINED) == ()
    assert {one.source.path for one in JOINED.files} == {A, B, COPY}


BROKEN: list[tuple[str, Batch, tuple[str, ...]]] = [
    (
        "a file twice",
        replace(JOINED, files=(*JOINED.files, JOINED.files[0])),
        (f"{JOINED.files[0].source.path}: ファイルが 2 回記録されています",),
    ),
    (
        "a counted form without answers",
        of(B, replaced_by="", gives=()),
        (
            f"{B}: 集計対象なのに回答がありません",
            f"{B}: 「水①-2」の出どころが記録されていません",
        ),
    ),
    (
        "answers of a file that does not count",
        of(A, state=FileState.IGNORED),
        (
            f"{A}: 回答が 1 件、集計対象のファイルは 0 件です",
            f"{COPY}: 代わりに集計したはずの「{A}」が集計対象にありません",
            f"{B}: 代わりに集計したはずの「{A}」が集計対象にありません",
        ),
    ),
    (
        "a copy of nothing",
        of(COPY, replaced_by=""),
        (f"{COPY}: 代わりに集計したはずの「」が集計対象にありません",),
    ),
    ("no reason", of(COPY, reason=""), (f"{COPY}: 扱いの理由がありません",)),
    (
        "an answer said to be given by another file",
        of(COPY, gives=("火①-1",)),
        (f"{COPY}: 「火①-1」の回答が「{A}」に反映されていません",),
    ),
    (
        "a slip that gives to a form that is not there",
        of(B, replaced_by="若葉市_z.xlsx"),
        (
            f"{B}: 代わりに集計したはずの「若葉市_z.xlsx」が集計対象にありません",
            f"{B}: 「水①-2」の出どころが記録されていません",
        ),
    ),
    (
        "an answer said to be given that stands nowhere",
        replace(
            answers(lambda one: replace(one, place=None) if one.item_id == "水①-2" else one),
            files=JOINED.files,
        ),
        (),
    ),
    (
        "two counted returns of one body",
        replace(JOINED, submissions=JOINED.submissions * 2),
        (
            f"{A}: 回答が 2 件、集計対象のファイルは 1 件です",
            "S01: 回答が 2 件集計されています",
        ),
    ),
    (
        "a body that answered and is missing",
        replace(JOINED, missing=(JOINED.submissions[0].respondent,)),
        ("S01: 提出済みなのに未提出とされています",),
    ),
    (
        "a body that is nowhere",
        replace(JOINED, excluded=("S02",)),
        ("S03: 名簿にあるのに提出済みでも未提出でもありません",),
    ),
    ("a body that the roster leaves out", replace(JOINED, excluded=("S03",)), ()),
    (
        "an item too few",
        replace(
            JOINED,
            submissions=(
                replace(
                    JOINED.submissions[0],
                    submission=replace(
                        JOINED.submissions[0].submission,
                        answers=JOINED.submissions[0].submission.answers[1:],
                    ),
                ),
            ),
        ),
        (f"{A}: 項目 4 件に対し回答 3 件",),
    ),
]


@every_row(("what", "batch", "told"), BROKEN)
def test_what_does_not_add_up_is_told_and_nothing_else(
    what: str, batch: Batch, told: tuple[str, ...]
) -> None:
    assert conservation(batch) == told, what


def test_the_answers_of_a_return_that_was_handed_on_are_not_looked_for() -> None:
    (_, batch, told) = BROKEN[-1]
    assert told
    assert conservation(batch, handed={A}) == ()


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["甲"], "「甲」"),
        (["甲", "乙"], "2 項目（甲、乙）"),
        (["甲", "乙", "丙"], "3 項目（甲、乙、丙）"),
        (["甲", "乙", "丙", "丁"], "4 項目（甲、乙、丙 ほか）"),
    ],
)
def test_a_few_items_are_named_and_more_are_counted(items: list[str], words: str) -> None:
    assert listed_items(items) == words


# --- answers beside each other -------------------------------------------------------------------


def joined(*lines: str) -> Submission:
    returns = [each for each in map(_file, lines) if isinstance(each, Submission)]
    return join(returns, month=MONTH).submission


@pytest.mark.parametrize(
    ("first", "second", "raw"),
    [
        ("1", "3", "1（a.xlsx）／3（b.xlsx）"),
        ("?未定", "2:2027-03", "未定（a.xlsx）／2:2027-03（b.xlsx）"),
        (f"?{'長' * 61}", "1", f"{'長' * 60}…（a.xlsx）／1（b.xlsx）"),
        (f"?{'長' * 60}", "1", f"{'長' * 60}（a.xlsx）／1（b.xlsx）"),
    ],
)
def test_what_differs_is_shown_as_each_return_has_it(first: str, second: str, raw: str) -> None:
    found = joined(f"a.xlsx | {first} 1 1 1", f"b.xlsx | {second} 1 1 1")
    assert found.answers[0].mark.raw == raw


@pytest.mark.parametrize(
    ("mark", "words"), [("1", "①"), ("2:2027-03", "②（2027-03）"), ("3", "③"), ("~", "対象外")]
)
def test_an_answer_that_no_text_holds_is_shown_as_it_was_read(mark: str, words: str) -> None:
    """A ticked legend, an ellipse: the cell itself says nothing."""
    one, other = map(_file, (f"a.xlsx | {mark} 1 1 1", "b.xlsx | ?別 1 1 1"))
    assert isinstance(one, Submission)
    assert isinstance(other, Submission)
    first = one.answers[0]
    silent = replace(first, mark=replace(first.mark, raw=""))
    one = replace(one, answers=(silent, *one.answers[1:]))
    found = join([one, other], month=MONTH).submission
    assert found.answers[0].mark.raw == f"{words}（a.xlsx）／別（b.xlsx）"


def remarked(line: str, remark: str, at: int = 0, **beside: Any) -> Submission:
    """Give a return with a comment on one of its answers."""
    form = _file(line)
    assert isinstance(form, Submission)
    aside = Aside(comment=read_remark(remark, month=MONTH), **beside)
    answers = list(form.answers)
    answers[at] = replace(answers[at], aside=aside)
    return replace(form, answers=tuple(answers))


def test_the_comments_of_both_returns_are_kept_and_nothing_else_beside_an_unclear_answer() -> None:
    one = remarked("a.xlsx | 1 1 1 1", "来年の3月に見直し", stored="1.0")
    other = remarked("b.xlsx | 3 1 1 1", "来年の4月に廃止")
    (found, *_) = join([one, other], month=MONTH).submission.answers
    both = read_remark("来年の3月に見直し\n来年の4月に廃止", month=MONTH)
    assert found.mark.status is Status.UNCLEAR
    assert found.aside == Aside(comment=both)


@pytest.mark.parametrize(
    ("form", "slip", "status", "kept"),
    [
        # a note alone leaves the answer with what stood beside it, else takes what the slip has
        ("1", "-#後から", Status.DONE, "甲"),
        ("1", "3", Status.NOT_PLANNED, "乙"),
    ],
)
def test_what_stands_beside_an_answer_that_a_slip_changes(
    form: str, slip: str, status: Status, kept: str
) -> None:
    whole = remarked(f"若葉市.xlsx | {form} 1 1 1 | cell=若葉市, sha256=form", "甲")
    mended = remarked(f"票.xlsx | {slip} . . . | cell=若葉市, {SLIP}, base=form", "乙")
    batch = put_together({}, [whole, mended])
    found = batch.submissions[0].submission.answers[0]
    assert found.mark.status is status
    assert found.comment == kept


def test_a_slips_comment_stands_beside_an_answer_that_had_none() -> None:
    whole = _file("若葉市.xlsx | 1 1 1 1 | cell=若葉市, sha256=form")
    mended = remarked(f"票.xlsx | -#後から . . . | cell=若葉市, {SLIP}, base=form", "乙")
    batch = put_together({}, [whole, mended])
    assert batch.submissions[0].submission.answers[0].comment == "乙"


def test_what_the_roster_could_not_be_read_of_is_told_with_the_month() -> None:
    problem = ControlProblem(
        location=Location(file="名簿.xlsx"), written="", problem="甲", fix="乙"
    )
    asked = Roster(entries=(), file="名簿.xlsx", problems=(problem,))
    batch = assemble([], checklist=CHECKLIST, roster=asked, exclusions=(), month=MONTH)
    assert batch.control_problems == (problem,)


def test_rows_beside_the_form_are_kept_and_repeated_items_only_of_answers_that_count() -> None:
    found = joined(
        "a.xlsx | 1 1 1 1 | extra=甲, repeated=火①-1",
        "b.xlsx | 1 1 1 - | extra=乙, repeated=火①-2",
        "c.xlsx | - - - -#補足 | repeated=水①-2",
    )
    assert [row.text for row in found.extra_rows] == ["甲", "乙"]
    assert [each.item_id for each in found.repeated] == ["火①-1", "水①-2"]


# --- which one is later ---------------------------------------------------------------------------

SLIP = "slip=火①-1"
ORDERS = [
    # what the first return says, what the second says, 1: the first is the later one
    ("filled_on=2026-11-05", "filled_on=2026-11-04", 1),
    ("filled_on=2026-11-05", "filled_on=2026-11-05", 0),
    ("filled_on=2026-11-05", "", 0),
    ("prefilled_from=2026-10", "prefilled_from=2026-09", 1),
    ("prefilled_from=2026-10", "filled_on=2026-12-01", 0),
    (f"{SLIP}, base=bytes of b.xlsx", "filled_on=2027-01-01", 1),
    (f"{SLIP}, base=other, filled_on=2026-11-02", "filled_on=2026-11-01", 1),
    (f"{SLIP}, month=2026-10", "prefilled_from=2026-10", -1),
    (f"{SLIP}, month=2026-10", "prefilled_from=2026-09", 0),
    (f"{SLIP}, issued=2026-11-06", "modified=2026-11-05", 1),
    (f"{SLIP}, issued=2026-11-06", "modified=2026-11-06", 1),
    (f"{SLIP}, issued=2026-11-06", "modified=2026-11-07", 0),
    (f"{SLIP}, issued=2026-11-06", f"{SLIP}, issued=2026-11-07", -1),
    (SLIP, "modified=2026-11-05", 0),
]


@every_row(("one", "other", "order"), ORDERS)
def test_the_later_of_two_returns_is_told_by_what_is_written(
    one: str, other: str, order: int
) -> None:
    compare(one, other, order)


def compare(one: str, other: str, order: int) -> None:
    first, second = _file(f"a.xlsx | 1 1 1 1 | {one}"), _file(f"b.xlsx | 1 1 1 1 | {other}")
    assert isinstance(first, Submission)
    assert isinstance(second, Submission)
    assert later(first, second)[0] == order
    assert later(second, first)[0] == -order
    assert bool(later(first, second)[1]) is bool(order)


MAIL = "sender=a@b.jp, receipt=server, received="
RECEIPTS = [
    (f"{MAIL}2026-11-06", f"{MAIL}2026-11-05", 1),
    (f"{MAIL}2026-11-06, filled_on=2026-11-01", f"{MAIL}2026-11-05", 0),
    (f"{MAIL}2026-11-06", f"{MAIL}2026-11-05, filled_on=2026-11-01", 0),
    (f"{MAIL}2026-11-06, passed_on=1", f"{MAIL}2026-11-05", 0),
    (f"{MAIL}2026-11-06", f"{MAIL}2026-11-05, passed_on=1", 0),
    ("sender=c@b.jp, receipt=server, received=2026-11-06", f"{MAIL}2026-11-05", 0),
    ("receipt=server, received=2026-11-06", "receipt=server, received=2026-11-05", 0),
    ("sender=a@b.jp, receipt=sender, received=2026-11-06", f"{MAIL}2026-11-05", 0),
    (f"{MAIL}2026-11-06", "sender=a@b.jp, receipt=sender, received=2026-11-05", 0),
]


@every_row(("one", "other", "order"), RECEIPTS)
def test_when_a_mail_came_counts_only_by_our_own_server_and_one_sender(
    one: str, other: str, order: int
) -> None:
    compare(one, other, order)


NAMES = [
    # two file names, 1: the first is the later one
    ("若葉市_修正版.xlsx", "若葉市.xlsx", 1),
    ("若葉市_案.xlsx", "若葉市.xlsx", -1),
    ("若葉市_v1.xlsx", "若葉市.xlsx", 0),  # either may be the first
    ("若葉市_v2.xlsx", "若葉市.xlsx", 1),
    ("若葉市_v1.1.xlsx", "若葉市.xlsx", 1),
    ("若葉市_v1.0.xlsx", "若葉市.xlsx", 0),
    ("若葉市_最終.xlsx", "若葉市_再提出.xlsx", 0),
    ("若葉市_最終_再提出.xlsx", "若葉市_再提出.xlsx", 1),
    ("若葉市_最終_再提出.xlsx", "若葉市_最終.xlsx", 1),
    ("若葉市_v1.2.xlsx", "若葉市_v1.10.xlsx", -1),
    ("若葉市_v2_回答.xlsx", "若葉市_v1_最終.xlsx", 1),  # the number tells before the word
    ("若葉市_v2.xlsx", "若葉市_最終.xlsx", -1),
    ("若葉市_v2_修正.xlsx", "若葉市_v2.xlsx", 1),
    ("若葉市_第三版.xlsx", "若葉市_第3版.xlsx", 0),
    ("若葉市_ver3.xlsx", "若葉市_第2版.xlsx", 1),
    ("若葉市_第三版.xlsx", "若葉市_第二版.xlsx", 1),
    ("若葉市_最終.xlsx", "若葉市_修正2.xlsx", 1),
    ("若葉市_修正2.xlsx", "若葉市_修正.xlsx", 1),
    ("若葉市_再修正.xlsx", "若葉市_修正.xlsx", 1),
    ("若葉市_再々修正.xlsx", "若葉市_修正版.xlsx", 1),
    ("若葉市_20261106.xlsx", "若葉市_2026.11.5.xlsx", 1),
    ("若葉市_R8.11.6.xlsx", "若葉市_令和8年11月5日.xlsx", 1),
    ("若葉市_r081106.xlsx", "若葉市_20261105.xlsx", 1),
    ("若葉市_11月6日.xlsx", "若葉市_11月5日.xlsx", 1),
    ("若葉市_2月29日.xlsx", "若葉市_2月28日.xlsx", 1),
    ("若葉市_11月31日.xlsx", "若葉市_11月5日.xlsx", 0),
    ("若葉市_11月6日.xlsx", "若葉市_20261105.xlsx", 0),
    ("若葉市_20261306.xlsx", "若葉市_20261105.xlsx", 0),
    ("若葉市_データ更新事業.xlsx", "若葉市.xlsx", 0),
    ("若葉市 (2).xlsx", "若葉市 (1).xlsx", 0),
    ("旧/若葉市.xlsx", "若葉市.xlsx", 0),
]


@every_row(("one", "other", "order"), NAMES)
def test_the_later_of_two_returns_is_told_by_their_names(one: str, other: str, order: int) -> None:
    first, second = _file(f"{one} | 1 1 1 1"), _file(f"{other} | 1 1 1 1")
    assert isinstance(first, Submission)
    assert isinstance(second, Submission)
    assert (later(first, second)[0], later(second, first)[0]) == (order, -order)


VERSIONS = [
    # a path: level, revision, number, again
    ("若葉市.xlsx", 0, 0, (0, 0), False),
    ("若葉市_案.xlsx", -1, 0, (0, 0), False),
    ("若葉市_修正前.xlsx", -1, 0, (0, 0), False),
    ("若葉市_v1.10.xlsx", 1, 0, (1, 10), False),
    ("若葉市_rev2_ver3.xlsx", 1, 0, (3, 0), False),
    ("若葉市_第3版.xlsx", 1, 0, (3, 0), False),
    ("若葉市_第三版.xlsx", 1, 0, (3, 0), False),
    ("若葉市_五回目.xlsx", 1, 0, (5, 0), False),
    ("若葉市_修正版.xlsx", 2, 1, (0, 0), False),
    ("若葉市_修正版(2).xlsx", 2, 2, (0, 0), False),
    ("若葉市_修正_修正3.xlsx", 2, 3, (0, 0), False),
    ("若葉市_再修正.xlsx", 2, 2, (0, 0), False),
    ("若葉市_再提出.xlsx", 2, 1, (0, 0), True),
    ("若葉市_再提出依頼.xlsx", 0, 0, (0, 0), False),
    ("若葉市_最終版.xlsx", 3, 0, (0, 0), False),
    ("若葉市_v2_最終_再提出.xlsx", 3, 1, (2, 0), True),
    ("若葉市_案_修正.xlsx", 2, 1, (0, 0), False),
    ("最終/若葉市_修正.xlsx", 2, 1, (0, 0), False),
    ("最終!若葉市.xlsx", 0, 0, (0, 0), False),
    ("修正.zip!最終/若葉市_案.xlsx", -1, 0, (0, 0), False),
    ("若葉市.最終.xlsx", 3, 0, (0, 0), False),
    ("若葉市.最終", 0, 0, (0, 0), False),  # an ending
]


@every_row(("path", "level", "revision", "number", "again"), VERSIONS)
def test_the_version_words_of_a_file_name(
    path: str, level: int, revision: int, number: tuple[int, int], again: bool
) -> None:
    found = version_of(path)
    assert (found.level, found.revision, found.number) == (level, revision, number)
    assert found.again is again


DAYS = [
    ("若葉市.xlsx", ""),
    ("若葉市_20261106.xlsx", "2026-11-06"),
    ("若葉市_2026年11月6日.xlsx", "2026-11-06"),
    ("若葉市_令和8年11月6日.xlsx", "2026-11-06"),
    ("若葉市_R8.11.6.xlsx", "2026-11-06"),
    ("若葉市_r081106.xlsx", "2026-11-06"),
    ("若葉市_11月6日.xlsx", "11-06"),
    ("若葉市_2月29日.xlsx", "02-29"),
    ("若葉市_20261306_11月6日.xlsx", "11-06"),  # the first is no day
    ("若葉市_20261306.xlsx", ""),
    ("若葉市_11月31日.xlsx", ""),
    ("20261101/若葉市_20261106.xlsx", "2026-11-06"),
    ("20261101/若葉市.xlsx", ""),
    ("回答20261101!若葉市.xlsx", ""),
    ("20261101/回答20261102.zip!若葉市.xlsx", ""),
]


@every_row(("path", "day"), DAYS)
def test_the_day_in_a_file_name(path: str, day: str) -> None:
    assert name_date(path) == day


def test_names_tell_no_order_between_a_slip_and_a_form() -> None:
    slip, form = _file(f"票_最終.xlsx | 1 . . . | {SLIP}"), _file("若葉市_修正.xlsx | 1 1 1 1")
    assert isinstance(slip, Submission)
    assert isinstance(form, Submission)
    assert later(slip, form) == later(form, slip) == (0, "")


# --- whose hand -----------------------------------------------------------------------------------

OWN = ("若葉市", "わかば", "")
PARTS = [
    # words of a file name, what is left without 若葉市, project, role and department
    (["若葉市", "観光MaaS事業"], ("観光MaaS事業",), "観光MaaS事業", "", ""),
    (["若葉市の観光事業"], ("観光事業",), "観光事業", "", ""),
    (["若葉市庁", "企画課"], ("企画課",), "", "", "企画課"),
    (["わかば推進主体"], ("推進主体",), "", "推進主体", ""),
    (["若葉市"], (), "", "", ""),
    (
        ["企画課", "総務課", "推進主体", "提供者"],
        ("企画課", "総務課", "推進主体", "提供者"),
        "",
        "推進主体",
        "企画課",
    ),
    (["スマートシティ推進事業", "観光事業"], ("スマートシティ推進事業", "観光事業"), None, "", ""),
    (["事業者"], ("事業者",), "", "事業者", ""),
    (["防災事業課"], ("防災事業課",), "", "", "防災事業課"),
    (["株式会社青空"], ("株式会社青空",), "", "青空", ""),
]


def test_of_two_names_of_a_body_the_longer_one_is_taken_away() -> None:
    assert rest_of(["若葉市の観光事業"], ("若葉", "若葉市")) == ("観光事業",)
    assert rest_of(["若葉市の観光事業"], ("若葉市", "若葉")) == ("観光事業",)


@every_row(("words", "rest", "project", "role", "department"), PARTS)
def test_what_a_file_name_says_beside_the_body(
    words: list[str], rest: tuple[str, ...], project: str | None, role: str, department: str
) -> None:
    assert rest_of(words, OWN) == rest
    if project is not None:
        assert project_of(rest) == project
    hand = hand_of(rest)
    assert (hand.role, hand.department) == (role, department)
    assert bool(hand.project) is bool(project_of(rest))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Stakeholder(), Stakeholder(), True),
        (Stakeholder(), Stakeholder(role="甲"), False),
        (Stakeholder(role="甲"), Stakeholder(), False),
        (Stakeholder(role="甲"), Stakeholder(role="甲"), True),
        (Stakeholder(project="甲"), Stakeholder(project="乙"), False),
        (Stakeholder(department="甲"), Stakeholder(department="乙"), False),
        (Stakeholder(department="甲"), Stakeholder(department="甲"), True),
        (Stakeholder(department="甲"), Stakeholder(), True),
        (Stakeholder(), Stakeholder(department="甲"), True),
    ],
)
def test_two_files_are_of_one_hand(one: Stakeholder, other: Stakeholder, same: bool) -> None:
    assert same_hand(one, other) is same


def test_names_that_mean_one_body_alone_are_known() -> None:
    asked = Roster(
        entries=(
            RosterEntry(code="1", name="若葉市", aliases=("わかば",)),
            RosterEntry(code="2", name="白雲町"),
        ),
        file="名簿.xlsx",
    )
    assert known_names(asked)["若葉市"] == "1"
    assert {*known_names(asked).values()} == {"1", "2"}
    assert known_names(None) == {}
