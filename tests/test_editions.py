"""The identity of an item over editions: which questions of two editions are the same."""

from dataclasses import replace

import pytest
from edition_two import renumbered
from hypothesis import given
from hypothesis import strategies as st
from inboxes import load

from pipeline.forms.editions import same_questions
from pipeline.model import Checklist
from pipeline.model.history import ItemAsked

NOW = load()


def asked(checklist: Checklist) -> list[ItemAsked]:
    return [
        ItemAsked(id=i.id, title=i.title, category=i.category, section=i.section)
        for i in checklist.items
    ]


LATER = renumbered(NOW)


def test_the_same_edition_is_the_same_question_everywhere() -> None:
    found = same_questions(asked(NOW), NOW, version=NOW.version)
    assert found == {item.id: item.id for item in NOW.items}


def test_what_moved_keeps_its_title_and_what_is_new_has_no_counterpart() -> None:
    found = same_questions(asked(NOW), LATER, version=NOW.version, before=NOW.version)
    moved = {f"ガバナンス①-{n}": f"ガバナンス①-{n + 1}" for n in range(5, 9)}
    assert {then: now for then, now in found.items() if then != now} == moved
    assert "サービス②-4" not in found
    assert "ガバナンス①-5" not in found.values()
    assert len(found) == len(NOW.items) - 1


def test_a_reworded_item_is_a_new_one_unless_it_says_what_it_was() -> None:
    def reworded(was: tuple[tuple[str, str], ...]) -> Checklist:
        items = tuple(
            replace(item, title="事業を続ける計画を持つ", was=was)
            if item.id == "ガバナンス①-6"
            else item
            for item in LATER.items
        )
        return replace(LATER, items=items)

    then = asked(NOW)
    silent = same_questions(then, reworded(()), version=NOW.version, before=NOW.version)
    assert "ガバナンス①-5" not in silent
    for was in ((("", "ガバナンス①-5"),), ((NOW.version, "ガバナンス①-5"),)):
        told = same_questions(then, reworded(was), version=NOW.version, before=NOW.version)
        assert told["ガバナンス①-5"] == "ガバナンス①-6"


def test_was_without_an_edition_speaks_of_the_one_before_alone() -> None:
    items = (replace(NOW.items[0], title="別の問い", was=(("", NOW.items[0].id),)), *NOW.items[1:])
    third = replace(NOW, version="第3版", items=items)
    assert NOW.items[0].id not in same_questions(asked(NOW), third, version="第1版", before="第2版")
    assert same_questions(asked(NOW), third, version="第2版", before="第2版")[
        NOW.items[0].id
    ] == NOW.items[0].id  # fmt: skip


def test_an_empty_was_says_that_the_question_is_new() -> None:
    items = (replace(NOW.items[0], was=(("", ""),)), *NOW.items[1:])
    later = replace(NOW, version="第2版", items=items)
    found = same_questions(asked(NOW), later, version="第1版", before="第1版")
    assert NOW.items[0].id not in found.values()


def test_titles_that_stand_twice_are_told_by_where_they_stand() -> None:
    twins = [item.id for item in NOW.items if item.title == "適切な権限設定を実施し、管理する"]
    assert len(twins) == 2
    found = same_questions(asked(NOW), LATER, version=NOW.version)
    assert {twin: found[twin] for twin in twins} == {twin: twin for twin in twins}


@pytest.mark.parametrize("title", ["", "　"])
def test_an_item_without_a_title_is_matched_by_nothing(title: str) -> None:
    past = [ItemAsked(id="昔-1", title=title)]
    items = (replace(NOW.items[0], title=title), *NOW.items[1:])
    assert same_questions(past, replace(NOW, items=items), version="昔") == {}


@given(st.permutations(range(len(NOW.items))), st.data())
def test_no_question_is_given_to_two_and_order_is_nothing(
    order: list[int], data: st.DataObject
) -> None:
    past = asked(NOW)
    kept = data.draw(st.lists(st.sampled_from(order), unique=True))
    some = [past[place] for place in order if place in kept]
    found = same_questions(some, LATER, version=NOW.version, before=NOW.version)
    assert len({*found.values()}) == len(found)
    assert found == same_questions(
        sorted(some, key=lambda item: item.id), LATER, version=NOW.version, before=NOW.version
    )
    titles = {item.id: item.title for item in LATER.items}
    assert all(titles[found[item.id]] == item.title for item in some if item.id in found)
