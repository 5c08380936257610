"""Earlier months: read from their data, never changed, never fatal."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from batches import make_batch, make_settings, save_data

from pipeline.errors import TorimatomeError
from pipeline.history.earlier import load_history, previous_month, settle_years
from pipeline.model import Batch, Due, DueSource, Mark, Precision, Status
from pipeline.summarise import summarise
from pipeline.write.data import write_run

CHECKLIST = make_batch(1).checklist.id


def record(outbox: Path, batch: Batch) -> None:
    """Write a month's data as a run does."""
    folder = outbox / batch.month
    (folder / "data").mkdir(parents=True)
    settings = replace(make_settings(), month=batch.month)
    report = summarise(batch, (), settings)
    data = save_data(report, folder / "data")
    write_run(report, folder / "run.json", settings, data=data)


def month_of(batch: Batch, month: str) -> Batch:
    return replace(batch, month=month)


def with_due(batch: Batch, due: str, *, inferred: bool) -> Batch:
    """Make every answer of the batch ② for that month."""
    submissions = []
    for counted in batch.submissions:
        answers = tuple(
            replace(
                answer,
                mark=Mark(status=Status.PLANNED, raw="②", due=given),
                due=given,
            )
            for answer in counted.submission.answers
            for given in [
                Due(
                    month=due,
                    precision=Precision.MONTH,
                    inferred=inferred,
                    source=DueSource.MARK,
                )
            ]
        )
        submission = replace(counted.submission, answers=answers)
        submissions.append(replace(counted, submission=submission))
    return replace(batch, submissions=tuple(submissions))


def test_what_was_counted_comes_back(tmp_path: Path) -> None:
    batch = make_batch(3)
    record(tmp_path, month_of(batch, "2026-10"))
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert [past.month for past in history.months] == ["2026-10"]
    assert history.notices == ()
    past = history.months[0]
    meant = {
        (counted.respondent.id, answer.item_id): (answer.mark.status, answer.due.month)
        for counted in batch.submissions
        for answer in counted.submission.answers
    }
    assert {key: (a.status, a.due) for key, a in past.answers.items()} == meant
    hashes = {a.sha256 for a in past.answers.values()}
    assert hashes == {counted.submission.source.sha256 for counted in batch.submissions}
    previous = previous_month(history)
    assert previous is not None
    assert previous.answers.keys() == past.answers.keys()


def test_only_earlier_months_and_a_gap_is_told(tmp_path: Path) -> None:
    batch = make_batch(1)
    for month in ("2026-08", "2026-11", "2026-12"):
        record(tmp_path, month_of(batch, month))
    (tmp_path / "README.txt").write_text("")
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert [past.month for past in history.months] == ["2026-08"]
    assert "2026-10" in history.notices[0]
    assert "2026-08" in history.notices[0]


def test_no_outbox_is_no_history(tmp_path: Path) -> None:
    history = load_history(tmp_path / "none", "2026-11", checklist=CHECKLIST)
    assert history.months == ()
    assert previous_month(history) is None


def as_excel_saves(path: Path) -> None:
    """Save a CSV as Excel does when somebody looked at it: 2026-11 becomes a date, Nov-26."""
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace(",2027-", ",Mar-"), encoding="utf-8-sig", newline="")


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])


def lose_a_body(path: Path) -> None:
    lines = path.read_bytes().split(b"\r\n")
    path.write_bytes(b"\r\n".join([*lines[:1], *lines[4:]]))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "dates": as_excel_saves,
    "rows": lose_a_body,
    "cut": cut,
    "empty": lambda path: path.write_bytes(b""),
    "binary": lambda path: path.write_bytes(b"\x00\xff\xfe" * 100),
    "columns": lambda path: path.write_text("a,b\r\n1,2\r\n", encoding="utf-8-sig"),
    "gone": lambda path: path.unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("name", ["answers", "files", "findings"])
def test_a_csv_that_was_changed_is_read_from_its_copy(
    tmp_path: Path, name: str, damage: str
) -> None:
    record(tmp_path, with_due(month_of(make_batch(2), "2026-10"), "2027-03", inferred=True))
    whole = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    path = tmp_path / "2026-10" / "data" / f"{name}.csv"
    before = path.read_bytes() if path.exists() else b""
    DAMAGES[damage](path)
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert history.months == whole.months
    if path.exists() and path.read_bytes() == before:  # a table without such a date
        assert history.problems == ()
        return
    (problem,) = history.problems
    assert (problem.month, problem.file) == ("2026-10", f"2026-10/data/{name}.csv")
    assert problem.copied
    assert any("控え（Parquet）を使いました" in notice for notice in history.notices)


@pytest.mark.parametrize("damage", ["dates", "rows", "cut", "empty", "gone"])
@pytest.mark.parametrize("copy", ["empty", "binary", "gone"])
def test_a_month_whose_copy_is_changed_too_is_not_compared(
    tmp_path: Path, damage: str, copy: str
) -> None:
    record(tmp_path, with_due(month_of(make_batch(2), "2026-10"), "2027-03", inferred=True))
    data = tmp_path / "2026-10" / "data"
    DAMAGES[damage](data / "answers.csv")
    DAMAGES[copy](data / "answers.parquet")
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert history.months == ()
    assert [problem.copied for problem in history.problems] == [False]
    assert any("その月とは比べていません" in notice for notice in history.notices)


def test_how_a_csv_differs_is_told(tmp_path: Path) -> None:
    record(tmp_path, with_due(month_of(make_batch(2), "2026-10"), "2027-03", inferred=True))
    answers = tmp_path / "2026-10" / "data" / "answers.csv"
    rows = answers.read_bytes().count(b"\r\n") - 1
    whole = answers.read_bytes()
    for damage, words in (
        ("dates", "中身が書き換えられています"),
        ("rows", f"{rows}行のはずが{rows - 3}行です"),
        ("empty", "空になっています"),
        ("gone", "ファイルがありません"),
    ):
        answers.write_bytes(whole)
        DAMAGES[damage](answers)
        (problem,) = load_history(tmp_path, "2026-11", checklist=CHECKLIST).problems
        assert problem.problem == words


@pytest.mark.parametrize("damage", ["answers.csv", "files.csv", "run.json", "columns", "binary"])
def test_a_damaged_month_of_an_old_version_is_told(tmp_path: Path, damage: str) -> None:
    """Its run.json has no hashes: what can be read is taken, and that is said."""
    for month in ("2026-09", "2026-10"):
        record(tmp_path, month_of(make_batch(1), month))
        run = tmp_path / month / "run.json"
        content = json.loads(run.read_text(encoding="utf-8"))
        del content["data"]
        run.write_text(json.dumps(content), encoding="utf-8")
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert [past.month for past in history.months] == ["2026-09", "2026-10"]
    assert ["2026-09、2026-10 は古い版" in notice for notice in history.notices] == [True]
    folder = tmp_path / "2026-10"
    match damage:
        case "run.json":
            (folder / "run.json").write_text("{")
        case "columns" | "binary":
            DAMAGES[damage](folder / "data" / "answers.csv")
        case name:
            (folder / "data" / name).unlink()
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert [past.month for past in history.months] == ["2026-09"]
    assert [problem.copied for problem in history.problems] == [False]


def test_a_run_json_that_an_editor_saved_again_still_holds(tmp_path: Path) -> None:
    record(tmp_path, month_of(make_batch(1), "2026-10"))
    run = tmp_path / "2026-10" / "run.json"
    text = run.read_text(encoding="utf-8").replace("\n", "\r\n")
    run.write_text(text, encoding="utf-8-sig", newline="")
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert [past.checked for past in history.months] == [True]
    assert history.problems == ()


def test_a_folder_without_a_run_is_no_damage(tmp_path: Path) -> None:
    (tmp_path / "2026-10" / "差戻し").mkdir(parents=True)
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert history.problems == ()
    assert "2026-10" in history.notices[0]


def test_another_version_or_checklist_is_told(tmp_path: Path) -> None:
    record(tmp_path, month_of(make_batch(1), "2026-09"))
    record(tmp_path, month_of(make_batch(1), "2026-10"))
    run = tmp_path / "2026-10" / "run.json"
    content = json.loads(run.read_text(encoding="utf-8"))
    content["versions"]["torimatome"] = "9.9.9"
    run.write_text(json.dumps(content), encoding="utf-8")
    told = load_history(tmp_path, "2026-11", checklist=CHECKLIST).notices
    assert any("9.9.9" in notice for notice in told)
    other = load_history(tmp_path, "2026-11", checklist="other")
    assert other.months == ()
    assert sum("別の様式" in notice for notice in other.notices) == 2


def test_the_month_to_compare_with_can_be_chosen(tmp_path: Path) -> None:
    for month in ("2026-08", "2026-10"):
        record(tmp_path, month_of(make_batch(1), month))
    history = load_history(tmp_path, "2026-11", checklist=CHECKLIST, previous="2026-08")
    assert history.compare_with is not None
    assert history.compare_with.month == "2026-08"
    with pytest.raises(TorimatomeError, match="2026-07"):
        load_history(tmp_path, "2026-11", checklist=CHECKLIST, previous="2026-07")


@pytest.mark.parametrize(
    ("earlier", "inferred", "settled"),
    [
        ("2026-10", True, "2026-10"),  # ②10月 still there: the October that was promised
        ("2026-09", True, "2027-10"),  # another month: a new promise
        ("2026-10", False, "2027-10"),  # the year is written now: it is what it says
    ],
)
def test_a_month_without_year_keeps_its_first_year(
    tmp_path: Path, earlier: str, inferred: bool, settled: str
) -> None:
    batch = make_batch(2)
    record(tmp_path, with_due(month_of(batch, "2026-06"), earlier, inferred=inferred))
    now = with_due(month_of(batch, "2027-06"), "2027-10", inferred=inferred)
    history = load_history(tmp_path, "2027-06", checklist=CHECKLIST)
    found = {
        answer.due.month
        for counted in settle_years(now, history).submissions
        for answer in counted.submission.answers
    }
    assert found == {settled}


def test_a_month_of_silence_takes_no_year_back(tmp_path: Path) -> None:
    batch = make_batch(2)
    record(tmp_path, with_due(month_of(batch, "2026-06"), "2026-10", inferred=True))
    record(tmp_path, month_of(replace(batch, submissions=batch.submissions[:1]), "2027-05"))
    now = with_due(month_of(batch, "2027-06"), "2027-10", inferred=True)
    settled = settle_years(now, load_history(tmp_path, "2027-06", checklist=CHECKLIST))
    dues = [
        {answer.due.month for answer in counted.submission.answers}
        for counted in settled.submissions
    ]
    assert dues[1] == {"2026-10"}  # said nothing in May
    assert "2027-10" in dues[0]  # said other things in May


def test_how_many_were_asked_comes_back(tmp_path: Path) -> None:
    batch = make_batch(3)
    record(tmp_path, month_of(batch, "2026-09"))
    record(tmp_path, month_of(replace(batch, roster=None, missing=()), "2026-10"))
    with_roster, without = load_history(tmp_path, "2026-11", checklist=CHECKLIST).months
    assert (with_roster.asked, with_roster.missing) == (6, 3)
    assert (without.asked, without.missing) == (None, None)


def test_names_and_long_texts_come_back_as_written(tmp_path: Path) -> None:
    batch = make_batch(1)
    (counted,) = batch.submissions
    person = replace(counted.respondent, name="＝雲町", id="-7")
    first, *others = counted.submission.answers
    first = replace(first, note=replace(first.note, raw="長" * 200_000, empty=False))
    submission = replace(counted.submission, answers=(first, *others))
    counted = replace(counted, respondent=person, submission=submission)
    record(tmp_path, month_of(replace(batch, submissions=(counted,)), "2026-10"))
    (past,) = load_history(tmp_path, "2026-11", checklist=CHECKLIST).months
    assert {(id_, p.name) for id_, p in past.respondents.items()} == {("-7", "＝雲町")}
    assert {respondent for respondent, _ in past.answers} == {"-7"}


def test_the_old_month_is_not_touched(tmp_path: Path) -> None:
    record(tmp_path, month_of(make_batch(1), "2026-10"))
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    load_history(tmp_path, "2026-11", checklist=CHECKLIST)
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before
