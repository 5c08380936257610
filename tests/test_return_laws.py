"""Laws of several returns of one body: no order decides, nothing goes up, nothing is lost."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from random import Random

from every_case import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st
from test_assemble import returned
from test_return_names import KITCHEN

from pipeline.assemble import assemble, conservation
from pipeline.model import Batch, Doubt, FileState, Location, Severity, Status, Submission
from pipeline.rules.check import check

NAMES = st.sampled_from(
    (
        "月影市.xlsx", "月影市(1).xlsx", "月影市_修正版.xlsx", "月影市_再提出.xlsx",
        "月影市_最終.xlsx", "月影市_ver2.xlsx", "月影市_案.xlsx",
        "月影市_R8.11.2.xlsx", "月影市_R8.11.5.xlsx",
        "月影市_推進主体.xlsx", "月影市_都市OS事業者.xlsx", "月影市_都市OS事業者_修正版.xlsx",
        "月影市_総務課.xlsx", "月影市_観光MaaS事業.xlsx", "月影市_防災DX事業.xlsx",
        "月影市_防災DX事業_修正版.xlsx", "月影市_防災DX構想.xlsx",
    )
)  # fmt: skip
DATES = st.sampled_from(("", "", "2026-11-02", "2026-11-05"))
TIMES = st.sampled_from(("2026-11-03T09:00:00+09:00", "2026-11-09T09:00:00+09:00"))
MARKS = st.text("13-", min_size=4, max_size=4)
FILES = st.lists(st.tuples(NAMES, MARKS, DATES, TIMES), min_size=1, max_size=4,
                 unique_by=lambda each: each[0])  # fmt: skip
Drawn = tuple[str, str, str, str]


def build(each: Drawn) -> Submission:
    name, marks, filled_on, modified = each
    one = returned(name, cell="月影市", marks=marks, filled_on=filled_on, modified=modified)
    place = Location(file=name, sheet="シート")
    answers = (
        replace(answer, place=place, mark_cell=f"C{row}")
        for row, answer in enumerate(one.answers, start=2)
    )
    return replace(one, answers=tuple(answers))


def together(returns: Sequence[Submission]) -> Batch:
    batch = assemble(returns, checklist=KITCHEN, roster=None, exclusions=(), month="2026-11")
    assert conservation(batch) == ()
    return batch


def statuses(batch: Batch) -> dict[tuple[str, str], Status]:
    return {
        (one.respondent.id, answer.item_id): answer.mark.status
        for one in batch.submissions
        for answer in one.submission.answers
    }


def done(batch: Batch) -> int:
    return Counter(statuses(batch).values())[Status.DONE]


@settings(max_examples=examples(300), deadline=None)
@given(FILES, st.randoms(use_true_random=False))
def test_no_order_and_no_time_of_change_decides(drawn: list[Drawn], random: Random) -> None:
    returns = [build(each) for each in drawn]
    shuffled = list(returns)
    random.shuffle(shuffled)
    assert together(shuffled) == together(returns)
    other = ["2026-11-09T09:00:00+09:00", "2026-11-03T09:00:00+09:00"]
    later = [
        replace(one, source=replace(one.source, modified=random.choice(other))) for one in returns
    ]
    assert statuses(together(later)) == statuses(together(returns))


@settings(max_examples=examples(300), deadline=None, derandomize=True)
@given(FILES, NAMES, DATES)
@example(  # the older of two files that follow by proofs of different kinds stays replaced
    [
        ("月影市.xlsx", "1111", "", "2026-11-03T09:00:00+09:00"),
        ("月影市_修正版.xlsx", "113-", "2026-11-02", "2026-11-03T09:00:00+09:00"),
    ],
    "月影市(1).xlsx",
    "2026-11-05",
)
@example(  # proofs that go round in a circle
    [
        ("月影市.xlsx", "113-", "2026-11-05", "2026-11-03T09:00:00+09:00"),
        ("月影市_最終.xlsx", "1111", "2026-11-02", "2026-11-03T09:00:00+09:00"),
    ],
    "月影市_修正版.xlsx",
    "",
)
def test_a_return_without_any_1_never_raises_what_is_done(
    drawn: list[Drawn], name: str, filled_on: str
) -> None:
    """A further file that says ③ or nothing; files whose names say projects stand apart."""
    drawn = [each for each in drawn if each[0] != name and "事業." not in each[0]] or drawn[:1]
    if name in {each[0] for each in drawn}:
        return
    before = together([build(each) for each in drawn])
    for marks in ("3333", "3-3-", "--3-"):
        less = build((name, marks, filled_on, "2026-11-09T09:00:00+09:00"))
        assert done(together([*(build(each) for each in drawn), less])) <= done(before)


@settings(max_examples=examples(300), deadline=None)
@given(FILES)
def test_no_answer_given_is_lost(drawn: list[Drawn]) -> None:
    """Each is counted, unclear with both texts, in a file replaced by proof, or named by B503."""
    returns = [build(each) for each in drawn]
    batch = together(returns)
    records = {record.source.key: record for record in batch.files}
    counted = {
        one.respondent.id: {a.item_id: a for a in one.submission.answers}
        for one in batch.submissions
    }
    told = {
        finding.location.file
        for finding in check(batch)
        if finding.code == "B503" and finding.severity is not Severity.INFO
    }
    for one in returns:
        record = records[one.source.key]
        assert record.respondent
        for theirs in one.answers:
            if theirs.mark.status is Status.BLANK:
                continue
            ours = counted[record.respondent.id][theirs.item_id].mark
            same = ours.status is theirs.mark.status
            unclear = ours.doubt is Doubt.RETURNS
            replaced = record.state is FileState.SUPERSEDED
            answered_later = replaced and ours.status is not Status.BLANK
            assert same or unclear or answered_later or one.source.path in told
            if record.state is FileState.COUNTED and not same:
                assert unclear
                assert one.source.path in ours.raw
