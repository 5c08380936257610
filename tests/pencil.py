"""前月比 and the promise ledger worked out with a pencil, and compared with what a month shows.

Plain loops over what the respondents of a story meant, month by month. Nothing of the product's
own counting is used; its sheets and data files are only read.
"""

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.model import Checklist, Status
from pipeline.write.style import SYMBOLS

Said = tuple[Status, str]  # status and due month
Place = tuple[str, str]  # respondent's code and item id
Where = Callable[[str, str], bool]
OUTCOMES = (
    "期限超過", "期限前", "時期未定", "取り下げ", "遅れて対応", "時期未定のまま対応",
    "期限内に対応",
)  # fmt: skip
Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was meant: by month, respondent's code and item id.

    ``names`` are those of everybody asked, by code in roster order. ``same`` are the answers
    (month, code, item id) that stand in the very file they stood in the month before.
    """

    months: tuple[str, ...]
    said: Mapping[tuple[str, str, str], Said]
    names: Mapping[str, str]
    same: frozenset[tuple[str, str, str]] = field(default_factory=frozenset)

    def senders(self, month: str) -> set[str]:
        """Give who answers in a month."""
        return {respondent for at, respondent, _ in self.said if at == month}

    def until(self, month: str) -> tuple[str, ...]:
        """Give the months up to one."""
        return tuple(each for each in self.months if each <= month)


def everything(_respondent: str, _item: str) -> bool:
    """Take every answer."""
    return True


def of_item(*wanted: str) -> Where:
    """Take the answers to some items."""
    return lambda _respondent, item: item in wanted


def of(*wanted: str) -> Where:
    """Take the answers of some respondents."""
    return lambda respondent, _item: respondent in wanted


# ── Reading what was written ────────────────────────────────────────────────────────────────


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """Read a table of data/ below a month's folder."""
    path = folder / "data" / f"{name}.csv"
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))


def grid(book: Any, sheet: str) -> Rows:
    """Give a sheet's cells."""
    return [tuple(row) for row in book[sheet].iter_rows(values_only=True)]


def block(rows: Rows, head: tuple[int, str], size: int) -> Rows:
    """Give the lines below the row of heads that has ``head`` in its column."""
    column, text = head
    top = next(n for n, row in enumerate(rows) if row[column] == text)
    return rows[top + 1 : top + 1 + size]


def below(rows: Rows, title: str) -> Rows:
    """Give what stands from a block's title on."""
    top = next(n for n, row in enumerate(rows) if str(row[0] or "").startswith(title))
    return rows[top:]


# ── Counting ────────────────────────────────────────────────────────────────────────────────


def tally(told: Told, month: str, where: Where = everything) -> Counter[Status]:
    """Count a month's answers by status."""
    return Counter(
        status
        for (at, respondent, item), (status, _) in told.said.items()
        if at == month and where(respondent, item)
    )


def share(told: Told, month: str, where: Where = everything) -> float | None:
    """Give the share of ① among what is asked."""
    counts = tally(told, month, where)
    asked = sum(counts.values()) - counts[Status.NOT_APPLICABLE]
    return counts[Status.DONE] / asked if asked else None


def overdue(told: Told, month: str) -> int:
    """Count the ② whose month has passed."""
    return sum(
        at == month and status is Status.PLANNED and "" < due < month
        for (at, _, _), (status, due) in told.said.items()
    )


def moved(old: Said, new: Said) -> str:
    """Tell how an answer moved, by a table of all pairs instead of a distance."""
    better = {"②①", "③①", "空①", "？①", "③②", "空②", "？②", "空③", "？③"}
    pair = SYMBOLS[old[0]] + SYMBOLS[new[0]]
    if pair in better:
        return "進んだ"
    if pair[::-1] in better:
        return "後戻り"
    if pair == "②②" and old[1] != new[1]:
        if not old[1]:
            return "変更"
        return "前倒し" if new[1] and new[1] < old[1] else "先送り"
    return "" if old[0] is new[0] else "変更"


def changes(told: Told, before: str, now: str) -> dict[Place, tuple[str, Said, Said]]:
    """Give what is another than in the month before, with old and new."""
    found = {}
    for (month, respondent, item), said in told.said.items():
        old = told.said.get((before, respondent, item))
        if month == now and old is not None and moved(old, said):
            found[respondent, item] = (moved(old, said), old, said)
    return found


def fell_back(old: Said, new: Said) -> bool:
    """Tell whether an answer is one of B506: ①→②, ①→③, ②→③."""
    return SYMBOLS[old[0]] + SYMBOLS[new[0]] in {"①②", "①③", "②③"}


def put_off(old: Said, new: Said) -> bool:
    """Tell whether an answer is one of B507: still ②, in a later month."""
    return moved(old, new) == "先送り" and bool(new[1])


@dataclass(slots=True)
class Followed:
    """A promise as a person with a pencil would follow it."""

    first_said: str
    dues: list[str]
    last_said: str
    ended: Status | None = None

    def outcome(self, now: str) -> str:
        """Tell what became of it."""
        due = self.dues[-1] if self.dues else ""
        if self.ended is Status.DONE:
            if not due:
                return "時期未定のまま対応"
            return "遅れて対応" if self.last_said > due else "期限内に対応"
        if self.ended is not None:
            return "取り下げ"
        if not due:
            return "時期未定"
        return "期限超過" if due < now else "期限前"


def follow(told: Told, now: str) -> dict[Place, Followed]:
    """Walk through the months, oldest first, and note down each promise."""
    found: dict[Place, Followed] = {}
    for month in told.until(now):
        for (at, respondent, item), (status, due) in told.said.items():
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
    """Count months from year nought."""
    return int(month[:4]) * 12 + int(month[5:]) - 1


# ── 前月比 ──────────────────────────────────────────────────────────────────────────────────


def check_changes(folder: Path, told: Told, before: str, now: str) -> set[str]:
    """Compare data/changes.csv; give the movements there are."""
    rows = table(folder, "changes")
    shown = {
        (row["respondent_id"], row["item_id"]): (
            row["movement"],
            (Status(row["old_status"]), row["old_due"]),
            (Status(row["new_status"]), row["new_due"]),
        )
        for row in rows
    }
    assert shown == changes(told, before, now)
    assert len(rows) == len(shown)
    assert {row["compared_with"] for row in rows} <= {before}
    return {movement for movement, _, _ in shown.values()}


def check_change_list(rows: Rows, told: Told, before: str, now: str) -> None:
    """Compare 変わった回答の一覧: each respondent's changes with old and new."""
    expected = {
        (told.names[code], item): (
            word, SYMBOLS[old[0]], old[1] or None, SYMBOLS[new[0]], new[1] or None,
        )
        for (code, item), (word, old, new) in changes(told, before, now).items()
    }  # fmt: skip
    title, _heads, *lines = below(rows, "変わった回答の一覧")
    assert f"（{len(expected)}件）" in str(title[0])
    lines = [row for row in lines if row[0]]
    assert len(lines) == len(expected)
    for row in lines:
        assert (str(row[1]).split()[-1], *row[4:8]) == expected[row[3], row[2]]


def compared(book: Any) -> Rows:
    """Give the rows of 前月比 and of the sheet that lists what it counts."""
    names = [name for name in ("前月比", "変わった回答") if name in book.sheetnames]
    return [row for name in names for row in book[name].iter_rows(values_only=True)]


def check_comparison(
    rows: Rows, overview: Rows, told: Told, checklist: Checklist, before: str, now: str
) -> None:
    """Compare every figure of 前月比, and those of 概況 that come from it."""
    check_counts(rows, told, checklist, before, now)
    check_flow(rows, told, before, now)
    check_trend(rows, told, now)
    check_trend_lines(rows, told, checklist, before, now)
    check_respondents(rows, told, before, now)
    check_standouts(rows, told, before, now)
    check_change_list(rows, told, before, now)
    check_key_figures(overview, told, before, now)


def check_counts(rows: Rows, told: Told, checklist: Checklist, before: str, now: str) -> None:
    """Compare counts and movements of each item and category."""
    movements: dict[str, Counter[str]] = defaultdict(Counter)
    category_of = {item.id: item.category for item in checklist.items}
    for (_, item), (movement, _, _) in changes(told, before, now).items():
        movements[item][movement] += 1
        movements[category_of[item]][movement] += 1
        movements["合計"][movement] += 1
    items = block(below(rows, "項目別の増減"), (2, "項目ID"), len(checklist.items))
    assert [row[2] for row in items] == [item.id for item in checklist.items]
    categories = block(below(rows, "分野別の増減"), (0, "分野"), len(checklist.categories) + 1)
    assert [row[0] for row in categories] == [*checklist.categories, "合計"]
    lines = [(row[2], row, of_item(row[2])) for row in items]
    for row in categories:
        own = [i for i, category in category_of.items() if row[0] in {category, "合計"}]
        lines.append((row[0], row, of_item(*own)))
    for name, row, where in lines:
        old, new = tally(told, before, where), tally(told, now, where)
        expected: list[int] = []
        for symbol in "①②③空？":
            status = next(s for s in Status if SYMBOLS[s] == symbol)
            expected += [old[status], new[status], new[status] - old[status]]
        expected += [movements[name][word] for word in ("進んだ", "後戻り", "先送り")]
        assert list(row[4:22]) == expected, name


def check_flow(rows: Rows, told: Told, before: str, now: str) -> None:
    """Compare how each status went from the one month to the other, and that it adds up."""
    stayed = told.senders(before) & told.senders(now)
    lines = block(below(rows, "回答の数の増減"), (0, "回答"), len(Status) + 1)
    sums = [0] * 6
    for row, status in zip(lines, Status, strict=False):
        old, new = tally(told, before)[status], tally(told, now)[status]
        both_old = tally(told, before, of(*stayed))[status]
        both_new = tally(told, now, of(*stayed))[status]
        line = [old, both_new - both_old, new - both_new, both_old - old, new, new - old]
        assert list(row[4:10]) == line, status
        assert row[0].startswith(SYMBOLS[status])
        sums = [total + value for total, value in zip(sums, line, strict=True)]
    assert list(lines[-1][4:10]) == sums


def check_trend(rows: Rows, told: Told, now: str) -> None:
    """Compare the line of each month."""
    months = told.until(now)
    lines = block(below(rows, "月ごとの推移"), (0, "基準月"), len(months))
    for row, month in zip(lines, months, strict=True):
        counts = tally(told, month)
        assert row[0] == month
        assert row[4] == len(told.senders(month))
        assert row[5] == pytest.approx(len(told.senders(month)) / len(told.names))
        assert list(row[6:12]) == [counts[status] for status in Status]
        assert row[12] == sum(counts.values())
        assert row[13] == pytest.approx(share(told, month))
        assert row[14] == overdue(told, month)


def check_trend_lines(rows: Rows, told: Told, checklist: Checklist, before: str, now: str) -> None:
    """Compare the shares of ① that the small trend lines are drawn from."""
    months = told.until(now)
    items = block(below(rows, "項目別の増減"), (2, "項目ID"), len(checklist.items))
    size = len(told.senders(before) | told.senders(now))
    people = block(below(rows, "団体別の増減"), (2, "団体コード"), size)
    for row in items:
        expected = [share(told, m, of_item(row[2])) for m in months]
        assert list(row[24 : 24 + len(months)]) == pytest.approx(expected), row[2]
    for row in people:
        expected = [share(told, m, of(row[2])) for m in months]
        assert list(row[24 : 24 + len(months)]) == pytest.approx(expected), row[2]


def check_respondents(rows: Rows, told: Told, before: str, now: str) -> None:
    """Compare who came, stayed and went, their shares, movements and unchanged files."""
    then, here = told.senders(before), told.senders(now)
    came, left = len(here - then), len(then - here)
    shown_rows = below(rows, "団体別の増減")
    assert f"新しく提出 {came}団体、今月は提出なし {left}団体" in shown_rows[0][0]
    shown = {row[2]: row for row in block(shown_rows, (2, "団体コード"), len(then | here))}
    assert shown.keys() == then | here
    movements: dict[str, Counter[str]] = defaultdict(Counter)
    for (respondent, _), (movement, _, _) in changes(told, before, now).items():
        movements[respondent][movement] += 1
    for code, row in shown.items():
        word = "両方の月に提出" if code in then & here else "新しく提出"
        word = "今月は提出なし" if code not in here else word
        assert row[1].endswith(word)
        assert row[3] == told.names[code]
        parts = [share(told, m, of(code)) for m in (before, now)]
        for place, part in zip((4, 5), parts, strict=True):
            assert row[place] == ("－" if part is None else pytest.approx(part))
        if None not in parts:
            assert row[6] == pytest.approx(float(parts[1] or 0) - float(parts[0] or 0))
        words = ("進んだ", "後戻り", "先送り", "前倒し", "変更")
        assert list(row[7:12]) == [movements[code][word] for word in words]
        answers = [key for key in told.said if key[:2] == (now, code)]
        unchanged = bool(answers) and all(key in told.same for key in answers)
        assert row[12].endswith("はい" if unchanged else "いいえ")


def check_standouts(rows: Rows, told: Told, before: str, now: str) -> None:
    """Compare the five respondents and items that improved most and that worry most."""
    gain: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    worry: tuple[Counter[str], Counter[str]] = (Counter(), Counter())
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for place, (movement, _, _) in changes(told, before, now).items():
        for side, key in enumerate(place):
            gain[side][key] += {"進んだ": 1, "後戻り": -1}.get(movement, 0)
            worry[side][key] += movement in {"後戻り", "先送り"}
            counts[key][movement] += 1
    lines = below(rows, "目立つ動き")
    for side, title in enumerate(("団体", "項目")):
        top = next(
            n for n, row in enumerate(lines) if str(row[0]).endswith(f"{title}（進んだ－後戻り）")
        )
        for column, worth in ((0, gain[side]), (4, worry[side])):
            best = sorted((n for n in worth.values() if n > 0), reverse=True)[:5]
            for rank, value in enumerate(best, start=1):
                text = str(lines[top + rank][column])
                name = text.removeprefix(f"{rank}. ").partition("　")[0]
                key = next((code for code, own in told.names.items() if own == name), name)
                assert worth[key] == value, text
                for word in ("進んだ", "後戻り", "先送り"):
                    told_count = f"{word} {counts[key][word]}"
                    assert (told_count in text) == bool(counts[key][word]), text


def check_key_figures(rows: Rows, told: Told, before: str, now: str) -> None:
    """Compare what stands of last month beside the key figures of 概況."""
    counts = tally(told, before)
    unread = counts[Status.BLANK] + counts[Status.UNCLEAR]
    assert [cell for row in rows for cell in row if str(cell).startswith("前月 ")] == [
        f"前月 {len(told.senders(before)) / len(told.names):.1%}",
        f"前月 {len(told.senders(before))}",
        f"前月 {share(told, before):.1%}",
        f"前月 {counts[Status.PLANNED]}",
        f"前月 {overdue(told, before)}",
        f"前月 {unread}",
    ]
    moves = Counter(movement for movement, _, _ in changes(told, before, now).values())
    for word in ("進んだ", "後戻り"):
        place = next(n for n, row in enumerate(rows) if f"{word}回答" in map(_without_did, row))
        column = [*map(_without_did, rows[place])].index(f"{word}回答")
        assert rows[place + 1][column] == moves[word]


def _without_did(cell: object) -> str:
    return str(cell).replace("後戻りした", "後戻り")


def check_same_files(rows: Rows, told: Told, now: str) -> None:
    """Compare which answers of 明細 stand in last month's file."""
    heads, *lines = rows
    code, item = heads.index("団体コード"), heads.index("項目ID")
    same = heads.index("前月と同じファイル")
    assert len(lines) == sum(month == now for month, _, _ in told.said)
    for row in lines:
        if now == told.months[0]:
            assert row[same] is None
        else:
            expected = (now, row[code], row[item]) in told.same
            assert row[same] == ("はい" if expected else "いいえ"), row[: item + 1]


# ── 対応予定の履行状況 ──────────────────────────────────────────────


def check_ledger(folder: Path, told: Told, now: str) -> list[dict[str, str]]:
    """Compare data/promises.csv line by line; give its rows."""
    rows = table(folder, "promises")
    shown = {(row["respondent_id"], row["item_id"]): row for row in rows}
    followed = follow(told, now)
    assert shown.keys() == followed.keys()
    assert len(rows) == len(shown)
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
        assert row["first_said"] == promise.first_said, key
        assert row["first_due"] == (dues[0] if dues else ""), key
        assert row["due"] == (dues[-1] if dues else ""), key
        assert (row["slips"], row["slipped_months"]) == (str(slips), str(far)), key
        assert row["overdue_since"] == since, key
        assert row["last_said"] == promise.last_said, key
        assert row["respondent"] == told.names[key[0]], key
    return rows


def check_rates(rows: Rows, told: Told, checklist: Checklist, now: str) -> None:
    """Compare outcomes, and the rates by category and respondent."""
    followed = follow(told, now)
    outcomes = Counter(promise.outcome(now) for promise in followed.values())
    shown = block(rows, (0, "結果"), len(OUTCOMES) + 1)
    assert {row[0].split()[-1]: row[2] for row in shown} == {
        **{word: outcomes[word] for word in OUTCOMES}, "計": len(followed),
    }  # fmt: skip
    category_of = {item.id: item.category for item in checklist.items}
    categories = {category_of[item] for _, item in followed}
    by_category = block(below(rows, "分野別の割合"), (0, "分野"), len(categories))
    assert [row[0] for row in by_category] == [c for c in checklist.categories if c in categories]
    people = {told.names[code] for code, _ in followed}
    by_respondent = block(below(rows, "団体別の割合"), (0, "団体"), len(people))
    assert {row[0] for row in by_respondent} == people
    for row in [*by_category, *by_respondent]:
        own = [p for (r, i), p in followed.items() if row[0] in {told.names[r], category_of[i]}]
        counts = Counter(promise.outcome(now) for promise in own)
        judged = ("期限内に対応", "遅れて対応", "期限超過", "取り下げ")
        assert list(row[3:8]) == [len(own), *(counts[word] for word in judged)], row[0]
        of = sum(counts[word] for word in judged)
        kept = counts["期限内に対応"] / of if of else None
        assert row[8] == ("－" if kept is None else pytest.approx(kept)), row[0]
        later = sum(any(b > a for a, b in zip(p.dues, p.dues[1:], strict=False)) for p in own)
        assert row[9] == later, row[0]


def check_promise_list(rows: Rows, data: list[dict[str, str]], now: str) -> None:
    """Compare the list of the sheet with the data file, in its order: what earlier months said."""
    data = [row for row in data if row["first_said"] < now]
    heads, *lines = below(rows, "1件ずつの一覧")[1:]
    found = [dict(zip(heads, row, strict=True)) for row in lines[: len(data)]]
    assert not any(row[0] for row in lines[len(data) :])
    for line, row in zip(found, data, strict=True):
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


def check_planned(rows: Rows, told: Told, now: str) -> None:
    """Compare first month and delay of what 対応予定 lists."""
    heads, *lines = below(rows, "対応予定の一覧")[1:]
    codes = {name: code for code, name in told.names.items()}
    followed = follow(told, now)
    planned = [row for row in lines if row[2]]
    assert len(planned) == tally(told, now)[Status.PLANNED]
    for row in planned:
        line = dict(zip(heads, row, strict=True))
        promise = followed[codes[line["団体名"]], line["項目ID"]]
        assert line["初めの予定月"] == (promise.dues[0] if promise.dues else "－")
        late = promise.outcome(now) == "期限超過"
        assert bool(line["超過の始まり"]) == late == (line["状況"] == "■ 期限超過")
