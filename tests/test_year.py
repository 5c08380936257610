"""Three months, told in the sample, run one after the other into one outbox.

Every figure of 前月比 and of the promise ledger is worked out here anew, by plain loops over what
the respondents of the story meant; nothing of the product's own counting is used for that.
"""

import csv
import io
import shutil
import warnings
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from gates import lint, recalc, render, schema
from inboxes import fingerprint, load, settings_for

from pipeline.distribute import distribute
from pipeline.model import Checklist, Status
from pipeline.run import RunResult, aggregate
from pipeline.sample.year import MEMBERS, MONTHS, senders, write_year, year_answers
from pipeline.sendback import send_back
from pipeline.write.style import SYMBOLS

Said = tuple[Status, str]
Story = Mapping[tuple[str, str, str], Said]  # by month, respondent and item
PAIRS = tuple(pairwise(MONTHS))
NAMES = {member.code: member.name for member in MEMBERS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """The outbox of the story after all months, and how each month looked when it was new."""

    folder: Path
    results: Mapping[str, RunResult]
    fresh: Mapping[str, Mapping[str, str]]

    def table(self, month: str, name: str) -> list[dict[str, str]]:
        path = self.folder / "outbox" / month / "data" / f"{name}.csv"
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))

    def book(self, month: str) -> Any:
        with warnings.catch_warnings():
            # openpyxl says that it cannot keep data bars and sparklines; nothing is saved here.
            warnings.filterwarnings("ignore", message=".* extension is not supported")
            return openpyxl.load_workbook(self.results[month].workbook, data_only=True)


@pytest.fixture(scope="module")
def checklist() -> Checklist:
    return load()


@pytest.fixture(scope="module")
def story(checklist: Checklist) -> Story:
    return year_answers(checklist)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, checklist: Checklist) -> Year:
    folder = tmp_path_factory.mktemp("year")
    results, fresh = {}, {}
    for month in write_year(folder, checklist):
        settings = settings_for(
            folder, month=month, inbox=folder / month / "inbox", pivot=month == MONTHS[-1]
        )
        results[month] = aggregate(settings)
        fresh[month] = fingerprint(folder / "outbox" / month)
    return Year(folder=folder, results=results, fresh=fresh)


@pytest.fixture(scope="module")
def books(year: Year) -> Mapping[str, Any]:
    return {month: year.book(month) for month in MONTHS}


def grid(book: Any, sheet: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in book[sheet].iter_rows(values_only=True)]


def block(rows: list[tuple[Any, ...]], head: tuple[int, str], size: int) -> list[tuple[Any, ...]]:
    """Give the lines below the row of heads that has ``head`` in its column."""
    column, text = head
    top = next(n for n, row in enumerate(rows) if row[column] == text)
    return rows[top + 1 : top + 1 + size]


def below(rows: list[tuple[Any, ...]], title: str) -> list[tuple[Any, ...]]:
    """Give what stands from a block's title on."""
    top = next(n for n, row in enumerate(rows) if str(row[0] or "").startswith(title))
    return rows[top:]


def tally(
    story: Story, month: str, where: Any = lambda _respondent, _item: True
) -> Counter[Status]:
    return Counter(
        status
        for (at, respondent, item), (status, _) in story.items()
        if at == month and where(respondent, item)
    )


def moved(old: Said, new: Said) -> str:
    """Tell how an answer moved, by a table of all pairs instead of a distance."""
    better = {"②①", "③①", "空①", "？①", "③②", "空②", "？②", "空③", "？③"}
    pair = SYMBOLS[old[0]] + SYMBOLS[new[0]]
    if pair in better:
        return "前進"
    if pair[::-1] in better:
        return "後退"
    if pair == "②②" and old[1] != new[1]:
        if not old[1]:
            return "変更"
        return "前倒し" if new[1] and new[1] < old[1] else "先送り"
    return "" if old[0] is new[0] else "変更"


def changes(story: Story, before: str, now: str) -> dict[tuple[str, str], tuple[str, Said, Said]]:
    found = {}
    for (month, respondent, item), said in story.items():
        old = story.get((before, respondent, item))
        if month == now and old is not None and moved(old, said):
            found[respondent, item] = (moved(old, said), old, said)
    return found


def test_every_month_is_read_as_it_was_meant(year: Year, story: Story) -> None:
    for month in MONTHS:
        read = {
            (row["respondent_id"], row["item_id"]): (Status(row["status"]), row["due"])
            for row in year.table(month, "answers")
        }
        meant = {key[1:]: said for key, said in story.items() if key[0] == month}
        assert read == meant


def test_a_month_without_year_never_becomes_next_year(year: Year) -> None:
    said = {"②（6月）": 0, "②（10月）": 0}
    for row in year.table("2026-11", "answers"):
        if row["mark"] in said and row["respondent"] != NAMES["131004"]:
            said[row["mark"]] += 1
            assert row["due"][:4] == "2026"
            assert row["due_inferred"] == "true"
    assert min(said.values()) > 10
    new = [row for row in year.table("2026-11", "answers") if row["respondent_id"] == "131004"]
    assert {row["due"] for row in new if row["mark"] == "②（6月）"} == {"2027-06"}


def test_earlier_months_are_never_touched(year: Year) -> None:
    for month in MONTHS:
        assert fingerprint(year.folder / "outbox" / month) == year.fresh[month]


def test_the_same_months_again_give_the_same_bytes(
    year: Year, checklist: Checklist, tmp_path: Path
) -> None:
    for month in write_year(tmp_path, checklist)[:2]:
        settings = settings_for(
            tmp_path, month=month, inbox=tmp_path / month / "inbox", pivot=False
        )
        aggregate(settings)
        again = fingerprint(tmp_path / "outbox" / month)
        assert {k: v for k, v in again.items() if k != "run.json"} == {
            k: v for k, v in year.fresh[month].items() if k != "run.json"
        }


def test_the_first_month_says_that_there_is_nothing_to_compare(books: Mapping[str, Any]) -> None:
    rows = grid(books[MONTHS[0]], "前月比")
    texts = [str(cell) for row in rows for cell in row if cell is not None]
    assert sum("比べられる前の月の集計がない" in text for text in texts) == 1
    assert len(texts) == 3  # title, this sentence, the way back


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_changes_are_those_of_the_story(year: Year, story: Story, before: str, now: str) -> None:
    shown = {
        (row["respondent_id"], row["item_id"]): (
            row["movement"],
            (Status(row["old_status"]), row["old_due"]),
            (Status(row["new_status"]), row["new_due"]),
        )
        for row in year.table(now, "changes")
    }
    assert shown == changes(story, before, now)
    assert {row["compared_with"] for row in year.table(now, "changes")} == {before}
    assert {movement for movement, _, _ in shown.values()} >= {"前進", "先送り", "変更"}


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_counts_by_item_and_category(
    books: Mapping[str, Any], story: Story, checklist: Checklist, before: str, now: str
) -> None:
    rows = grid(books[now], "前月比")
    movements: dict[str, Counter[str]] = defaultdict(Counter)
    category_of = {item.id: item.category for item in checklist.items}
    for (_, item), (movement, _, _) in changes(story, before, now).items():
        movements[item][movement] += 1
        movements[category_of[item]][movement] += 1
        movements["合計"][movement] += 1
    items = block(below(rows, "項目別の増減"), (2, "項目ID"), len(checklist.items))
    assert [row[2] for row in items] == [item.id for item in checklist.items]
    categories = block(below(rows, "分野別の増減"), (0, "分野"), len(checklist.categories) + 1)
    assert [row[0] for row in categories] == [*checklist.categories, "合計"]
    lines = [(row[2], row, lambda _r, i, id_=row[2]: i == id_) for row in items]
    lines += [
        (row[0], row, lambda _r, i, name=row[0]: name in {category_of[i], "合計"})
        for row in categories
    ]
    for name, row, where in lines:
        old, new = tally(story, before, where), tally(story, now, where)
        expected: list[int] = []
        for symbol in "①②③空？":
            status = next(s for s in Status if SYMBOLS[s] == symbol)
            expected += [old[status], new[status], new[status] - old[status]]
        expected += [movements[name][word] for word in ("前進", "後退", "先送り")]
        assert list(row[4:22]) == expected, name


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_the_flow_of_each_status_adds_up(
    books: Mapping[str, Any], story: Story, before: str, now: str
) -> None:
    stayed = {m.code for m in senders(before)} & {m.code for m in senders(now)}
    rows = block(below(grid(books[now], "前月比"), "回答の数の増減"), (0, "回答"), len(Status) + 1)
    sums = [0] * 6
    for row, status in zip(rows, Status, strict=False):
        old, new = tally(story, before)[status], tally(story, now)[status]
        both_old = tally(story, before, lambda r, _: r in stayed)[status]
        both_new = tally(story, now, lambda r, _: r in stayed)[status]
        line = [old, both_new - both_old, new - both_new, both_old - old, new, new - old]
        assert list(row[4:10]) == line, status
        assert row[0].startswith(SYMBOLS[status])
        sums = [total + value for total, value in zip(sums, line, strict=True)]
    assert list(rows[-1][4:10]) == sums


def test_the_trend_tells_every_month(books: Mapping[str, Any], story: Story) -> None:
    rows = block(below(grid(books[MONTHS[-1]], "前月比"), "月ごとの推移"), (0, "基準月"), 3)
    for row, month in zip(rows, MONTHS, strict=True):
        counts = tally(story, month)
        total = sum(counts.values())
        late = sum(
            at == month and status is Status.PLANNED and due != "" and due < month
            for (at, _, _), (status, due) in story.items()
        )
        assert row[0] == month
        assert row[4] == len(senders(month))
        assert row[5] == pytest.approx(len(senders(month)) / len(MEMBERS))
        assert list(row[6:12]) == [counts[status] for status in Status]
        assert row[12] == total
        share = counts[Status.DONE] / (total - counts[Status.NOT_APPLICABLE])
        assert row[13] == pytest.approx(share)
        assert row[14] == late


def share(story: Story, month: str, where: Any) -> float | None:
    counts = tally(story, month, where)
    asked = sum(counts.values()) - counts[Status.NOT_APPLICABLE]
    return counts[Status.DONE] / asked if asked else None


def test_trend_lines_are_drawn_from_the_shares_of_each_month(
    books: Mapping[str, Any], story: Story, checklist: Checklist
) -> None:
    rows = grid(books[MONTHS[-1]], "前月比")
    items = block(below(rows, "項目別の増減"), (2, "項目ID"), len(checklist.items))
    people = block(below(rows, "団体別の増減"), (2, "団体コード"), len(MEMBERS))
    for row in items:
        expected = [share(story, m, lambda _r, i, id_=row[2]: i == id_) for m in MONTHS]
        assert list(row[24:27]) == pytest.approx(expected), row[2]
    for row in people:
        expected = [share(story, m, lambda r, _i, id_=row[2]: r == id_) for m in MONTHS]
        assert list(row[24:27]) == pytest.approx(expected), row[2]


@pytest.mark.parametrize(("before", "now"), PAIRS)
def test_what_is_told_of_each_respondent(
    books: Mapping[str, Any], story: Story, before: str, now: str
) -> None:
    then, here = {m.code for m in senders(before)}, {m.code for m in senders(now)}
    rows = below(grid(books[now], "前月比"), "団体別の増減")
    shown = {row[2]: row for row in block(rows, (2, "団体コード"), len(then | here))}
    assert shown.keys() == then | here
    movements: dict[str, Counter[str]] = defaultdict(Counter)
    for (respondent, _), (movement, _, _) in changes(story, before, now).items():
        movements[respondent][movement] += 1
    for code, row in shown.items():
        word = "両方の月に提出" if code in then & here else "新しく提出"
        word = "今月は提出なし" if code not in here else word
        assert row[1].endswith(word)
        assert row[3] == NAMES[code]
        for place, month in ((4, before), (5, now)):
            part = share(story, month, lambda r, _i, code=code: r == code)
            assert row[place] == ("－" if part is None else pytest.approx(part))
        words = ("前進", "後退", "先送り", "前倒し", "変更")
        assert list(row[7:12]) == [movements[code][word] for word in words]
        same = next(m.repeats == now for m in MEMBERS if m.code == code)
        assert row[12].endswith("はい" if same else "いいえ")


def test_what_went_best_and_what_worries_most(books: Mapping[str, Any], story: Story) -> None:
    before, now = PAIRS[-1]
    gain: Counter[str] = Counter()
    worry: Counter[str] = Counter()
    for (respondent, _), (movement, _, _) in changes(story, before, now).items():
        gain[respondent] += {"前進": 1, "後退": -1}.get(movement, 0)
        worry[respondent] += movement in {"後退", "先送り"}
    rows = below(grid(books[now], "前月比"), "目立つ動き")
    best = [code for code in gain if gain[code] == max(gain.values())]
    worst = [code for code in worry if worry[code] == max(worry.values())]
    assert any(rows[2][0].startswith(f"1. {NAMES[code]}") for code in best)
    assert any(rows[2][4].startswith(f"1. {NAMES[code]}") for code in worst)


def test_answers_of_an_unchanged_file_are_marked(books: Mapping[str, Any]) -> None:
    for month in MONTHS:
        heads, *rows = grid(books[month], "明細")
        code, same = heads.index("団体コード"), heads.index("前月と同じファイル")
        repeats = {m.code for m in senders(month) if m.repeats == month}
        for row in rows:
            if month == MONTHS[0]:
                assert row[same] is None
            else:
                assert row[same] == ("はい" if row[code] in repeats else "いいえ")
    assert any(member.repeats for member in MEMBERS)


@dataclass(slots=True)
class Followed:
    """A promise as a person with a pencil would follow it."""

    first_said: str
    dues: list[str]
    last_said: str
    ended: Status | None = None

    def outcome(self, now: str) -> str:
        due = self.dues[-1] if self.dues else ""
        if self.ended is Status.DONE:
            return "遅れて対応" if due and self.last_said > due else "期限内に対応"
        if self.ended is not None:
            return "取り下げ"
        if not due:
            return "時期未定"
        return "期限超過" if due < now else "期限前"


def follow(story: Story, now: str) -> dict[tuple[str, str], Followed]:
    """Walk through the months, oldest first, and note down each promise."""
    found: dict[tuple[str, str], Followed] = {}
    for month in [m for m in MONTHS if m <= now]:
        for (at, respondent, item), (status, due) in story.items():
            if at != month:
                continue
            known = found.get((respondent, item))
            if status is Status.PLANNED:
                if known is None or known.ended is not None:
                    known = found[respondent, item] = Followed(month, [], month)
                known.last_said = month
                known.dues += [due] if due else []
            elif known is not None and known.ended is None:
                known.ended, known.last_said = status, month
    return found


def number_of(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


@pytest.mark.parametrize("now", MONTHS)
def test_the_ledger_is_that_of_the_story(year: Year, story: Story, now: str) -> None:
    shown = {(row["respondent_id"], row["item_id"]): row for row in year.table(now, "promises")}
    followed = follow(story, now)
    assert shown.keys() == followed.keys()
    for key, promise in followed.items():
        row, dues = shown[key], promise.dues
        slips = 0
        for place in range(1, len(dues)):
            slips += number_of(dues[place]) > number_of(dues[place - 1])
        far = max(0, number_of(dues[-1]) - number_of(dues[0])) if dues else 0
        outcome = promise.outcome(now)
        after = number_of(dues[-1]) + 1 if dues else 0
        since = f"{after // 12}-{after % 12 + 1:02d}" if outcome == "期限超過" else ""
        assert row["outcome"] == outcome, key
        assert row["first_said"] == promise.first_said
        assert row["first_due"] == (dues[0] if dues else "")
        assert row["due"] == (dues[-1] if dues else "")
        assert (row["slips"], row["slipped_months"]) == (str(slips), str(far))
        assert row["overdue_since"] == since
        assert row["last_said"] == promise.last_said
        assert row["respondent"] == NAMES[key[0]]
    if now == MONTHS[-1]:
        assert {row["outcome"] for row in shown.values()} == {
            "期限前", "時期未定", "期限超過", "期限内に対応", "遅れて対応", "取り下げ",
        }  # fmt: skip
        assert {row["slips"] for row in shown.values()} == {"0", "1", "2"}


def test_rates_and_outcomes_on_the_sheet(
    books: Mapping[str, Any], story: Story, checklist: Checklist
) -> None:
    now = MONTHS[-1]
    rows = grid(books[now], "約束の記録")
    followed = follow(story, now)
    outcomes = Counter(promise.outcome(now) for promise in followed.values())
    shown = block(rows, (0, "結果"), len(outcomes) + 1)
    assert {row[0].split()[-1]: row[2] for row in shown} == {**outcomes, "計": len(followed)}
    category_of = {item.id: item.category for item in checklist.items}
    by_category = block(below(rows, "分野別の割合"), (0, "分野"), len(checklist.categories))
    assert [row[0] for row in by_category] == list(checklist.categories)
    by_respondent = block(below(rows, "団体別の割合"), (0, "団体"), len(MEMBERS))
    assert {row[0] for row in by_respondent} == set(NAMES.values())
    for row in [*by_category, *by_respondent]:
        own = [p for (r, i), p in followed.items() if row[0] in {NAMES[r], category_of[i]}]
        counts = Counter(promise.outcome(now) for promise in own)
        judged = ("期限内に対応", "遅れて対応", "期限超過", "取り下げ")
        expected = [len(own), *(counts[word] for word in judged)]
        assert list(row[3:8]) == expected, row[0]
        assert row[8] == pytest.approx(counts["期限内に対応"] / sum(counts[w] for w in judged))
        later = sum(any(b > a for a, b in zip(p.dues, p.dues[1:], strict=False)) for p in own)
        assert row[9] == later


@pytest.mark.parametrize("now", MONTHS)
def test_the_sheet_lists_every_promise_as_the_data_do(
    year: Year, books: Mapping[str, Any], now: str
) -> None:
    heads, *rows = below(grid(books[now], "約束の記録"), "約束の一覧")[1:]
    data = year.table(now, "promises")
    lines = [dict(zip(heads, row, strict=True)) for row in rows[: len(data)]]
    assert not any(row[0] for row in rows[len(data) :])
    for line, row in zip(lines, data, strict=True):
        assert line["結果"].split()[-1] == row["outcome"]
        assert (line["団体コード"], line["団体名"]) == (row["respondent_id"], row["respondent"])
        assert (line["項目ID"], line["分野"]) == (row["item_id"], row["category"])
        assert line["初めて②と答えた月"] == row["first_said"]
        assert line["初めの予定月"] == (row["first_due"] or "－")
        assert line["今の予定月"] == (row["due"] or "－")
        assert (line["延期の回数"], line["延びた月数"]) == (
            int(row["slips"]), int(row["slipped_months"]),
        )  # fmt: skip
        assert (line["超過の始まり"] or "") == row["overdue_since"]
        assert line["最後の回答の月"] == row["last_said"]


def test_what_is_planned_tells_its_first_month(books: Mapping[str, Any], story: Story) -> None:
    now = MONTHS[-1]
    heads, *rows = below(grid(books[now], "対応予定"), "対応予定の一覧")[1:]
    codes = {name: code for code, name in NAMES.items()}
    followed = follow(story, now)
    planned = [row for row in rows if row[2]]
    assert len(planned) == tally(story, now)[Status.PLANNED]
    for row in planned:
        line = dict(zip(heads, row, strict=True))
        promise = followed[codes[line["団体名"]], line["項目ID"]]
        assert line["初めの予定月"] == (promise.dues[0] if promise.dues else "－")
        overdue = promise.outcome(now) == "期限超過"
        assert bool(line["超過の始まり"]) == overdue == (line["状況"] == "■ 期限超過")


def test_last_month_stands_beside_the_key_figures(books: Mapping[str, Any], story: Story) -> None:
    before, now = PAIRS[-1]
    rows = grid(books[now], "概況")
    counts = tally(story, before)
    share_before = share(story, before, lambda _r, _i: True)
    late = sum(
        at == before and status is Status.PLANNED and "" < due < before
        for (at, _, _), (status, due) in story.items()
    )
    unread = counts[Status.BLANK] + counts[Status.UNCLEAR]
    assert [cell for cell in rows[7][:12] if cell] == [
        f"前月 {len(senders(before)) / len(MEMBERS):.1%}",
        f"前月 {len(senders(before))}",
        f"前月 {share_before:.1%}",
        f"前月 {counts[Status.PLANNED]}",
        f"前月 {late}",
        f"前月 {unread}",
    ]
    moves = Counter(movement for movement, _, _ in changes(story, before, now).values())
    assert (rows[5][12], rows[5][14]) == (moves["前進"], moves["後退"])


def test_a_month_that_is_left_out_is_told(checklist: Checklist, tmp_path: Path) -> None:
    write_year(tmp_path, checklist)
    for month in (MONTHS[0], MONTHS[2]):
        settings = settings_for(
            tmp_path, month=month, inbox=tmp_path / month / "inbox", pivot=False
        )
        result = aggregate(settings)
    year = Year(folder=tmp_path, results={MONTHS[2]: result}, fresh={})
    texts = [str(cell) for row in grid(year.book(MONTHS[2]), "前月比")[:5] for cell in row if cell]
    assert any("2026-10" in text and "2026-09 と比べています" in text for text in texts)
    assert {row["compared_with"] for row in year.table(MONTHS[2], "changes")} == {MONTHS[0]}


def test_the_public_edition_names_nobody_of_any_month(
    year: Year, story: Story, checklist: Checklist, tmp_path: Path
) -> None:
    before, now = PAIRS[-1]
    shutil.copytree(year.folder, tmp_path, dirs_exist_ok=True)
    settings = settings_for(
        tmp_path, month=now, inbox=tmp_path / now / "inbox", edition="public", pivot=False
    )
    result = aggregate(settings)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".* extension is not supported")
        book = openpyxl.load_workbook(result.workbook, data_only=True)
    texts = "\n".join(
        str(cell) for sheet in book.worksheets for row in grid(book, sheet.title) for cell in row
    )
    data = "\n".join(
        path.read_text(encoding="utf-8-sig") for path in (result.folder / "data").glob("*.csv")
    )
    for member in MEMBERS:
        assert member.name not in texts + data
        assert member.code not in texts + data
    total = block(
        below(grid(book, "前月比"), "分野別の増減"), (0, "分野"), len(checklist.categories) + 1
    )[-1]
    assert total[4] == tally(story, before)[Status.DONE]
    moves = Counter(movement for movement, _, _ in changes(story, before, now).values())
    assert list(total[19:22]) == [moves[word] for word in ("前進", "後退", "先送り")]


def told(folder: Path, month: str) -> tuple[dict[Any, Any], dict[Any, Any]]:
    """Give answers and changes of a month as its data files tell them."""
    year = Year(folder=folder, results={}, fresh={})
    answers = {
        (row["respondent_id"], row["item_id"]): (Status(row["status"]), row["due"])
        for row in year.table(month, "answers")
    }
    moves = {
        (row["respondent_id"], row["item_id"]): row["movement"]
        for row in year.table(month, "changes")
    }
    return answers, moves


def rows_by_item(sheet: Any, column: int, checklist: Checklist) -> dict[str, int]:
    """Give the row of each item of a form or slip."""
    known, found = {item.id for item in checklist.items}, {}
    for row in range(1, sheet.max_row + 1):
        item = str(sheet.cell(row, column).value or "").partition("：")[0]
        if item in known:
            found[item] = row
    return found


def test_forms_handed_out_and_slips_sent_back_close_the_loop(
    year: Year, story: Story, checklist: Checklist, tmp_path: Path
) -> None:
    """November anew: one respondent answers in the form handed to it, and then in a slip."""
    (before, now), member = PAIRS[-1], MEMBERS[0]
    shutil.copytree(year.folder, tmp_path, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "outbox" / now)
    inbox = tmp_path / now / "inbox"
    settings = settings_for(tmp_path, month=now, inbox=inbox, deadline="2026-11-30", pivot=False)
    written = {
        row["item_id"]: row["mark"]
        for row in year.table(now, "answers")
        if row["respondent_id"] == member.code
    }

    handed = distribute(settings, prefill=True)
    assert handed.prefilled_from == before
    book = openpyxl.load_workbook(handed.forms[member.code])
    sheet = book["チェックシート"]
    for item, row in rows_by_item(sheet, 2, checklist).items():
        sheet.cell(row, 3).value = written[item] or None
    (inbox / f"{member.name}_{now}.xlsx").unlink()
    book.save(inbox / "scan_0012.xlsx")
    result = aggregate(settings)
    answers, moves = told(tmp_path, now)
    assert answers == {key[1:]: said for key, said in story.items() if key[0] == now}
    assert moves == {key: word for key, (word, _, _) in changes(story, before, now).items()}
    assert not any(f.code == "B509" and "scan" in f.location.file for f in result.findings)

    slip = openpyxl.load_workbook(send_back(settings).folder / f"差戻し_{member.name}.xlsx")
    sheet = slip["差戻し票"]
    asked = rows_by_item(sheet, 1, checklist)
    mended = {item for item in asked if story[now, member.code, item][0] is Status.UNCLEAR}
    assert mended
    for item in mended:
        sheet.cell(asked[item], 6).value = "①"
    slip.save(inbox / "返信.xlsx")
    aggregate(settings)
    better = {
        key: (Status.DONE, "") if key[:2] == (now, member.code) and key[2] in mended else said
        for key, said in story.items()
    }
    answers, moves = told(tmp_path, now)
    assert answers == {key[1:]: said for key, said in better.items() if key[0] == now}
    assert moves == {key: word for key, (word, _, _) in changes(better, before, now).items()}
    outcomes = {
        (row["respondent_id"], row["item_id"]): row["outcome"]
        for row in Year(folder=tmp_path, results={}, fresh={}).table(now, "promises")
    }
    assert outcomes == {key: p.outcome(now) for key, p in follow(better, now).items()}


@pytest.mark.outside
@pytest.mark.parametrize("month", [MONTHS[0], MONTHS[-1]])
@pytest.mark.parametrize("gate", [lint, schema, recalc, render])
def test_the_months_pass_the_outside_gates(gate: Any, month: str, year: Year) -> None:
    assert gate.problems(year.results[month].workbook) == []
