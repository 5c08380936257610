"""Check: no repetition, the order in which findings are read, grouping, what matters most."""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from batches import make_batch
from hypothesis import given
from hypothesis import strategies as st
from rows import every_row
from rule_examples import CHECKLIST, MONTH, run_example

from pipeline.errors import TorimatomeError
from pipeline.frame.columns import Frame
from pipeline.frame.findings import findings_of
from pipeline.model import (
    Answer,
    Batch,
    CountedSubmission,
    EvidenceKind,
    FileKind,
    FileRecord,
    FileState,
    Finding,
    Location,
    Mark,
    MatchedBy,
    Note,
    ReadBy,
    Repeated,
    Respondent,
    Severity,
    SourceFile,
    Status,
    Submission,
)
from pipeline.model.answers import BY_PLAIN_SIGN
from pipeline.rules import RULES, similar
from pipeline.rules.check import check
from pipeline.rules.grouping import group_findings, grouped
from pipeline.rules.rows import _lines
from pipeline.settings import RuleSettings


def _codes(text: str, settings: RuleSettings | None = None) -> Counter[str]:
    batch, previous = run_example(text)
    return Counter(f.code for f in check(batch, settings or RuleSettings(), previous=previous))


# what another finding already says


def test_a_form_correctly_filled_in_gives_no_finding() -> None:
    assert _codes("ファイル: 若葉市.xlsx") == Counter()


def test_an_empty_form_is_one_finding() -> None:
    assert _codes("ファイル: 若葉市.xlsx\nほかの項目: 空") == Counter(["F107"])


def test_a_missing_row_is_not_also_blank() -> None:
    found = _codes("ファイル: 若葉市.xlsx\nほかの項目: 行なし\n運用①-1 | ① |\n運用①-2 | ③ | 理由")
    assert found == Counter({"L201": 10})


def test_an_answer_in_the_note_is_not_also_blank() -> None:
    assert _codes("ファイル: 若葉市.xlsx\n運用①-1 | | ①") == Counter(["L209"])


def test_a_month_from_the_note_is_not_also_missing() -> None:
    found = _codes("ファイル: 若葉市.xlsx\n運用①-1 | ② | 令和9年3月に策定予定")
    assert found == Counter(["A319"])


def test_differing_repetitions_are_one_finding() -> None:
    found = _codes("ファイル: 若葉市.xlsx\n運用①-1 | ① |\n運用①-1 | ③ | 理由")
    assert found == Counter(["L202"])


@pytest.mark.parametrize(("fact", "code"), [("置き換え", "B503"), ("同一", "B504")])
def test_a_file_that_does_not_count_is_only_named(fact: str, code: str) -> None:
    found = _codes(f"ファイル: 若葉市.xlsx（{fact}: 若葉市_修正版.xlsx）\n運用①-1 | ② |")
    assert found == Counter([code])


def test_an_excluded_file_has_no_findings() -> None:
    batch, _ = run_example("ファイル: 若葉市.xls（中身: xlsx）\n運用①-1 | ② |")
    excluded = replace(
        batch,
        submissions=(),
        files=tuple(replace(record, state=FileState.EXCLUDED) for record in batch.files),
    )
    assert check(excluded) == ()


def test_an_excluded_file_that_cannot_be_read_is_nobodys_concern() -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx（読めない: password）")
    records = tuple(replace(record, state=FileState.EXCLUDED) for record in batch.files)
    assert check(replace(batch, files=records)) == ()


def test_switching_a_rule_off_brings_up_nothing_else() -> None:
    off = RuleSettings(off=frozenset(["F107"]))
    assert _codes("ファイル: 若葉市.xlsx\nほかの項目: 空", off) == Counter()


# any batch


@pytest.mark.parametrize("seed", [1, 2])
def test_every_rule_takes_any_text(seed: int) -> None:
    batch = make_batch(20, seed=seed, hostile=True)
    findings = check(batch)
    assert findings
    for finding in findings:
        assert finding.message.startswith(finding.location.file)
        assert finding.problem
        assert finding.fix


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_the_files_is_of_no_importance(seed: int) -> None:
    batch = make_batch(20, hostile=True)
    files, submissions = list(batch.files), list(batch.submissions)
    _chance(seed).shuffle(files)
    _chance(seed).shuffle(submissions)
    shuffled = replace(batch, files=tuple(files), submissions=tuple(submissions))
    assert set(check(shuffled)) == set(check(batch))


# settings


@pytest.mark.parametrize(
    "read_by", sorted(BY_PLAIN_SIGN | {ReadBy.EMPHASIS, ReadBy.FILLED_MONTH, ReadBy.OBJECT})
)
def test_only_a_sign_that_somebody_may_doubt_asks_for_a_look(read_by: ReadBy) -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx\n運用①-1 | ① |")
    (counted,) = batch.submissions
    first, *rest = counted.submission.answers
    seen = replace(first, mark=replace(first.mark, read_by=read_by))
    submission = replace(counted.submission, answers=(seen, *rest))
    told = replace(batch, submissions=(replace(counted, submission=submission),))
    (finding,) = check(told)
    expected = Severity.INFO if read_by in BY_PLAIN_SIGN else Severity.CHECK
    assert (finding.code, finding.severity) == ("A316", expected)


def test_a_severity_can_be_changed() -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx\n運用①-1 | ②（年度内） |")
    (as_declared,) = check(batch)
    (changed,) = check(batch, RuleSettings(severity={"A311": Severity.CHECK}))
    assert (as_declared.severity, changed.severity) == (Severity.INFO, Severity.CHECK)
    assert replace(changed, severity=Severity.INFO) == as_declared


def test_a_threshold_can_be_changed() -> None:
    text = "ファイル: 若葉市.xlsx\n運用①-1 | ②（2028年3月） |"
    assert _codes(text) == Counter()
    assert _codes(text, RuleSettings(thresholds={"due_far_months": 12})) == Counter(["A318"])


def test_unknown_settings_are_refused_before_anything_is_checked() -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx")
    with pytest.raises(TorimatomeError, match="X999"):
        check(batch, RuleSettings(off=frozenset(["X999"])))


# order


def test_findings_are_sorted_by_severity_respondent_and_form_order() -> None:
    batch, _ = run_example(
        "名簿: 白雲町、若葉市、緑村\n"
        "ファイル: 若葉市.xlsx\n運用②-1 | ② |\n運用①-2 | ② |\n運用①-3 | ②（年度内） |\n"
        "ファイル: 白雲町.xlsx\n運用①-4 | 対象外 |\n運用①-5 | ② |"
    )
    lines = [(f.severity, f.respondent, f.item_id, f.code) for f in check(batch)]
    assert lines == [
        ("要修正", "白雲町", "運用①-5", "A307"),
        ("要修正", "若葉市", "運用①-2", "A307"),
        ("要修正", "若葉市", "運用②-1", "A307"),
        ("要修正", "緑村", "", "B501"),
        ("要確認", "白雲町", "運用①-4", "A306"),
        ("参考", "若葉市", "運用①-3", "A311"),
    ]


def test_respondents_without_a_code_stand_in_the_order_of_the_roster() -> None:
    batch, _ = run_example(
        "名簿: 白雲町、若葉市\nファイル: 若葉市.xlsx\n運用①-1 | ② |\n"
        "ファイル: 白雲町.xlsx\n運用①-1 | ② |"
    )
    assert batch.roster is not None
    entries = tuple(replace(entry, code="") for entry in batch.roster.entries)
    without = replace(batch, roster=replace(batch.roster, entries=entries))
    assert [f.respondent for f in check(without)] == ["白雲町", "若葉市"]


# grouping


def test_equal_findings_of_a_submission_are_one_line_with_their_cells() -> None:
    batch, _ = run_example(
        "ファイル: 若葉市.xlsx\n運用①-1 | ② |\n運用①-2 | ②（○月） |\n運用①-3 | ② |\n"
        "運用①-4 | ② |\n運用①-5 | 検討中 |\nファイル: 白雲町.xlsx\n運用①-1 | ② |"
    )
    findings = check(batch)
    groups = group_findings(findings)
    assert [(g.line.code, g.line.respondent, len(g.rows)) for g in groups] == [
        ("A307", "若葉市", 3),
        ("A307", "若葉市", 1),
        ("A304", "若葉市", 1),
        ("A307", "白雲町", 1),
    ]
    line = groups[0].line
    assert line.message == (
        "若葉市.xlsx［チェックシート!B4、B6～B7］運用①-1、運用①-3、運用①-4: "
        "予定月が書かれていません。"
    )
    assert (line.fix, line.written) == (RULES["A307"].fix, "②")
    assert (line.location.file, line.location.sheet) == ("若葉市.xlsx", "チェックシート")
    assert line.location.cell == "B4、B6～B7"
    assert groups[1].line == findings[groups[1].rows[0]]


@pytest.mark.parametrize(
    ("lines", "counts"),
    [
        ("運用①-1 | ②（○月） |\n運用①-2 | ②(○月) |\n運用①-3 | ② |", [2, 1]),
        ("運用①-1 | ②（8月） |\n運用①-2 | ②（２０２６年８月） |\n運用①-3 | ②（9月） |", [2, 1]),
        ("運用①-1 | 対象外 |\n運用①-2 | 対象外 |\n運用①-3 | 該当なし |", [2, 1]),
        ("運用①-1 | ① | 未策定\n運用①-2 | ① | 未策定\n運用①-3 | ③ | 策定済み", [2, 1]),
        ("運用①-1 | | \n運用①-2 | 　 |\n運用①-3 | 〈凡例〉 |", [2, 1]),
        ("運用①-1 | ④ |\n運用①-2 | 5 |", [1, 1]),
    ],
)
def test_what_is_to_be_decided_is_one_line_for_one_cause(lines: str, counts: list[int]) -> None:
    batch, _ = run_example(f"ファイル: 若葉市.xlsx\n{lines}")
    told = [f for f in check(batch) if f.severity is not Severity.INFO]
    assert [len(group.rows) for group in group_findings(told)] == counts


def test_what_needs_no_action_is_told_once_a_respondent() -> None:
    batch, _ = run_example(
        "ファイル: 若葉市.xlsx\n運用①-1 | ③ |\n運用①-2 | ③ | 特になし\n運用②-1 | ③ |\n"
        "ファイル: 白雲町.xlsx\n運用①-1 | ③ |"
    )
    groups = group_findings(check(batch))
    assert [(g.line.code, g.line.respondent, len(g.rows)) for g in groups] == [
        ("N401", "若葉市", 3),
        ("N401", "白雲町", 1),
    ]
    assert groups[0].line.item_id == "運用①-1、運用①-2、運用②-1"


def test_findings_that_differ_in_words_say_them_all_or_stand_under_their_title() -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx\n運用①-1 | ② |\n運用①-2 | ②（時期未定） |")
    line = grouped(check(batch))
    assert line.problem == "予定月が書かれていません。予定月が未定とされています。"
    assert line.written == "②、②（時期未定）"
    many = [_finding("A307", "甲", f"B{row}") for row in range(1, 6)]
    told = [replace(each, problem=f"{number}番目です。") for number, each in enumerate(many)]
    assert grouped(told).problem == "②だが予定月がない・○月のまま（5件）。"


def test_cells_of_several_files_are_named_with_their_file() -> None:
    findings = [_finding("N401", "甲", "B4"), _finding("N401", "乙", "B5"),
                _finding("N401", "乙", "B6")]  # fmt: skip
    line = grouped(findings)
    assert line.location.cell == "甲.xlsx: B4 ／ 乙.xlsx: B5～B6"
    assert line.location.file == "甲.xlsx、乙.xlsx"


@given(st.permutations(list(range(12))), st.integers(0, 12))
def test_grouping_loses_no_finding(order: list[int], cut: int) -> None:
    findings = [_finding(f"A30{i % 3 + 1}", f"団体{i % 4}", f"B{i}") for i in order[:cut]]
    rows = [row for group in group_findings(findings) for row in group.rows]
    assert sorted(rows) == [*range(len(findings))]


# what matters most


def _finding(code: str, respondent: str, cell: str = "") -> Finding:
    rule = RULES[code]
    return Finding(
        code=code,
        severity=rule.severity,
        title=rule.title,
        location=Location(file=f"{respondent}.xlsx", sheet="シート", cell=cell),
        written="",
        told=f"{respondent} {cell}",
        fix=rule.general_fix,
        respondent_id=respondent,
        respondent=respondent,
        item_id=cell,
        problem=rule.title,
    )


def _empty_batch() -> Batch:
    return Batch(month=MONTH, checklist=CHECKLIST, files=(), submissions=())


# nearly the same answers and notes


_WORDS = (
    "基準",
    "手順",
    "台帳",
    "委託先",
    "契約",
    "訓練",
    "点検",
    "通知",
    "記録",
    "会議",
    "監査",
    "研修",
)


def _chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - test data, not secrets


def _note(random_source: random.Random) -> str:
    return "を".join(random_source.choice(_WORDS) for _ in range(12)) + "で定めた"


def _submission(name: str, marks: list[Status], notes: list[str]) -> CountedSubmission:
    source = SourceFile(path=f"{name}.xlsx", location=Path(f"{name}.xlsx"))
    respondent = Respondent(id=name, name=name, identified_by=EvidenceKind.CELL)
    answers = tuple(
        Answer(
            item_id=item.id,
            mark=Mark(status=mark, raw="①", read_by=ReadBy.NUMBER),
            note=Note(raw=note, empty=not note),
            place=Location(file=source.path, sheet="シート"),
            mark_cell=f"B{index}",
            matched_by=MatchedBy.ID,
        )
        for index, (item, mark, note) in enumerate(zip(CHECKLIST.items, marks, notes, strict=True))
    )
    return CountedSubmission(
        respondent=respondent,
        submission=Submission(
            source=source, kind=FileKind.XLSX, checklist_id="example", answers=answers
        ),
    )


def _batch(submissions: list[CountedSubmission]) -> Batch:
    records = tuple(
        FileRecord(
            source=counted.submission.source,
            state=FileState.COUNTED,
            reason="",
            kind=FileKind.XLSX,
            content=counted.submission,
            respondent=counted.respondent,
        )
        for counted in submissions
    )
    return replace(_empty_batch(), files=records, submissions=tuple(submissions))


def _marks(random_source: random.Random) -> list[Status]:
    return [random_source.choice((Status.DONE, Status.NOT_PLANNED)) for _ in CHECKLIST.items]


def _similar(submissions: list[CountedSubmission]) -> dict[str, str]:
    return {f.respondent: f.problem for f in check(_batch(submissions)) if f.code == "B505"}


def test_a_copied_form_is_found_though_the_name_and_some_words_were_changed() -> None:
    source = _chance(1)
    marks, notes = _marks(source), [f"若葉市では{_note(source)}" for _ in CHECKLIST.items]
    copied = [note.replace("若葉市", "白雲町") for note in notes]
    copied[3] = copied[3].replace("定めた", "定めている")
    found = _similar(
        [
            _submission("若葉市", marks, notes),
            _submission("緑村", _marks(source), [_note(source) for _ in notes]),
            _submission("白雲町", marks, copied),
        ]
    )
    assert set(found) == {"若葉市", "白雲町"}
    assert "「白雲町」（白雲町.xlsx）と、回答の100%、補足説明の100%が同じです" in found["若葉市"]
    assert "「若葉市」" in found["白雲町"]


def test_the_same_answers_without_notes_of_their_own_are_no_copy() -> None:
    done = [Status.DONE] * 12
    assert not _similar([_submission(name, done, [""] * 12) for name in ("甲", "乙")])
    short = ["規程を策定済み"] * 12
    assert not _similar([_submission(name, done, short) for name in ("甲", "乙")])
    one_text = ["情報セキュリティポリシーに従って全ての部署で実施している"] * 12
    assert not _similar([_submission(name, done, one_text) for name in ("甲", "乙")])


def test_the_same_notes_beside_other_answers_are_no_copy() -> None:
    source = _chance(2)
    notes = [_note(source) for _ in CHECKLIST.items]
    found = _similar(
        [
            _submission("甲", [Status.DONE] * 12, notes),
            _submission("乙", [Status.NOT_PLANNED] * 12, notes),
        ]
    )
    assert not found


def test_wording_that_many_share_is_standard_and_no_copy() -> None:
    source = _chance(3)
    notes = [_note(source) for _ in CHECKLIST.items]
    done = [Status.DONE] * 12
    assert not _similar([_submission(f"団体{i}", done, notes) for i in range(20)])


def test_copies_are_found_among_2000_without_comparing_every_pair(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[object] = []
    agreement = similar._agreement

    def counting(frame: Frame, pairs: Sequence[tuple[int, int]]) -> Iterator[float]:
        compared.extend(pairs)
        return agreement(frame, pairs)

    monkeypatch.setattr(similar, "_agreement", counting)
    source = _chance(4)
    standard = [_note(source) for _ in range(30)]
    submissions = []
    for index in range(2000):
        notes = [
            source.choice(standard) if source.random() < 0.5 else _note(source)
            for _ in CHECKLIST.items
        ]
        submissions.append(_submission(f"団体{index:04}", _marks(source), notes))
    original = submissions[100]
    notes = [answer.note.raw for answer in original.submission.answers]
    marks = [answer.mark.status for answer in original.submission.answers]
    submissions[1900] = _submission("写し", marks, notes)
    found = _similar(submissions)
    assert len(compared) < 2 * len(submissions)  # every pair would be two million
    assert set(found) == {"団体0100", "写し"}


# the words of a finding


def test_equal_texts_of_findings_are_one_in_memory() -> None:
    batch, _ = run_example("ファイル: 若葉市.xlsx\n運用①-1 | ② |\n運用①-2 | ② |")
    one, other = (finding for finding in check(batch) if finding.code == "A307")
    assert one.problem is other.problem
    assert one.fix is other.fix


def test_a_message_names_the_place_where_the_finding_stands() -> None:
    finding = replace(_finding("A301", "若葉市"), told=None, item_id="", subject="表紙")
    moved = replace(finding, location=Location(file="別.xlsx", sheet="表", cell="C5"))
    assert finding.message == f"若葉市.xlsx［シート］表紙: {finding.problem}"
    assert moved.message == f"別.xlsx［表!C5］表紙: {finding.problem}"


def test_a_message_repeats_what_was_written_as_it_is_quoted() -> None:
    finding = replace(_finding("A301", "若葉市", "C5"), told=None, quoted="① か ／ ②")
    assert "C5「① か ／ ②」: " in finding.message
    assert "「" not in replace(finding, quoted="").message
    assert replace(finding, told="全体の話です。").message == "全体の話です。"
    assert findings_of([finding])[0].message == finding.message


@every_row(
    ("cells", "lines"),
    [
        (("C5", "D5"), ("C", "D")),
        (("C5", "C9"), ("5", "9")),
        (("C5", "D9"), ()),  # a copy of the table below it
    ],
)
def test_answers_stand_beside_each_other_in_one_row_or_one_column(
    cells: tuple[str, ...], lines: tuple[str, ...]
) -> None:
    places = tuple(Location(file="a.xlsx", sheet="1", cell=cell) for cell in cells)
    item = Repeated(item_id="x", locations=places, written=("①", "②"), agree=False)
    assert _lines(item) == (("1" if lines else ""), lines)
