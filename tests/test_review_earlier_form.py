"""Entries that came into an earlier 確認票 after it had been taken over."""

from collections.abc import Mapping

import pytest
from batches import make_batch

from pipeline.model import Batch, Location
from pipeline.model.review import ENTRIES, FACTS, Entry, Review, ReviewKey
from pipeline.review import apply_review, overlooked, with_overlooked

BATCH: Batch = make_batch(2)
ITEM = BATCH.checklist.items[0].id
KEY = ReviewKey(subject="S01", item_id=ITEM, code="A305", digest="d")
DECIDED = {"判断": "修正する", "修正後の回答": "②", "修正後の予定月": "2027-03", "担当": "佐藤"}


def entry(
    written: Mapping[str, str],
    *,
    key: ReviewKey | None = KEY,
    cell: str = "K5",
    name: str = "若葉市",
) -> Entry:
    facts = dict.fromkeys(FACTS, "") | {"コード": "A305", "団体名": name, "項目": ITEM}
    place = Location(file="2026-10/確認票_2026-10.xlsx", sheet="確認票", cell=cell)
    return Entry(
        key=key,
        facts=tuple(facts.values()),
        written=tuple(written.get(head, "") for head in ENTRIES),
        location=place,
        places=(place,) * len(ENTRIES),
    )


def form(*entries: Entry) -> Review:
    return Review(entries=entries)


@pytest.mark.parametrize(
    ("now", "earlier", "told"),
    [
        ([DECIDED], DECIDED, False),
        ([DECIDED], DECIDED | {"修正後の予定月": "２０２７年３月"}, False),
        ([DECIDED], DECIDED | {"修正後の回答": "②これから対応予定"}, False),
        ([DECIDED], DECIDED | {"修正後の予定月": "2027-04"}, True),
        ([DECIDED], DECIDED | {"担当": "鈴木"}, True),
        ([], DECIDED, True),
        ([], {"判断": "よいと思う"}, True),
        ([{"判断": "よいと思う"}], {"判断": "よいと思う"}, False),
        ([], {}, False),
    ],
)
def test_what_this_month_does_not_say_is_told(
    now: list[Mapping[str, str]], earlier: Mapping[str, str], told: bool
) -> None:
    late = entry(earlier)
    found = overlooked(form(*map(entry, now)), form(late), BATCH)
    assert found == ((late,) if told else ())


def test_a_row_without_a_sound_key_goes_by_what_it_shows() -> None:
    lost = entry(DECIDED, key=None)
    assert overlooked(form(entry(DECIDED, key=None, cell="K9")), form(lost), BATCH) == ()
    other = entry(DECIDED, key=None, name="白雲町")
    assert overlooked(form(other), form(lost), BATCH) == (lost,)


def test_each_is_a_problem_at_its_own_cell() -> None:
    reviewed = apply_review(BATCH, (), Review())
    person = BATCH.submissions[0].respondent
    known = entry(DECIDED, key=ReviewKey(subject=person.id, item_id=ITEM, code="A305", digest="d"))
    nobody = entry(DECIDED, key=None, cell="K7")
    after = with_overlooked(reviewed, (known, nobody), month="2026-10")
    assert after.changed
    assert [
        (each.code, each.location.cell, each.respondent, each.item_id, each.written)
        for each in after.batch.entry_problems
    ] == [("R607", "K5", person, ITEM, "修正する"), ("R607", "K7", None, "", "修正する")]
    assert after.batch.entry_problems[0].fields["earlier"] == "2026年10月"
    assert with_overlooked(reviewed, (), month="2026-10") is reviewed
