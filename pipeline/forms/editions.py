"""The identity of an item over the editions of a checklist: which questions are the same. Pure.

A new edition moves, rewords, adds and drops items, so an id alone does not tell the question. Two
items are the same question where the new one says so (`was` in checklist.toml), or where the title
is the same after folding. A moved and reworded item without `was` is a new one: a comparison that
guesses would show a gap as closed, or progress as lost, because of a printer's number.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from pipeline.model import Checklist, Item
from pipeline.model.history import History, ItemAsked, PastMonth
from pipeline.texts.folding import fold


def in_edition(history: History, checklist: Checklist) -> History:
    """Give the history with every answer at the item of ``checklist`` that asks the same.

    What is not the same question is left out; a notice says how many items of the month compared
    with that are.
    """
    others = [past.checklist_version for past in history.months]
    before = next((name for name in reversed(others) if name != checklist.version), "")
    months = {past.month: _in_edition(past, checklist, before) for past in history.months}
    compared = months[history.compare_with.month] if history.compare_with else None
    notices = history.notices
    if compared is not None:
        notices += _incomparable(compared, checklist)
    return replace(history, months=tuple(months.values()), notices=notices, compare_with=compared)


def _in_edition(past: PastMonth, checklist: Checklist, before: str) -> PastMonth:
    found = same_questions(past.items, checklist, version=past.checklist_version, before=before)
    moved = {item.id: found.get(item.id, "") for item in past.items}
    if all(then == now for then, now in moved.items()):
        return past
    answers = {
        (person, moved[then]): answer
        for (person, then), answer in past.answers.items()
        if moved[then]
    }
    return replace(past, answers=answers, moved=moved)


def _incomparable(past: PastMonth, checklist: Checklist) -> tuple[str, ...]:
    asked = {*past.moved.values()} if past.moved else {item.id for item in past.items}
    fresh = sum(item.id not in asked for item in checklist.items) if past.items else 0
    dropped = sum(not now for now in past.moved.values())
    if not fresh + dropped:
        return ()
    return (
        f"改訂により比べられない項目: {fresh + dropped}"
        f"（{past.month} になかった項目 {fresh}、今はない項目 {dropped}）。"
        "番号が変わっただけの項目は、同じ項目として比べています。",
    )


def same_questions(
    asked: Iterable[ItemAsked], checklist: Checklist, *, version: str, before: str = ""
) -> Mapping[str, str]:
    """Give, by its id then, the id now of every item that is the same question.

    ``version`` is the edition that ``asked`` is of, ``before`` the one right before this one: a
    `was` that names no edition speaks of that one. An item that `was` names is matched by nothing
    else. Titles that stand twice decide only together with category and section.
    """
    there = {item.id: item for item in asked}
    found: dict[str, str] = {}
    said = {item.id for item in checklist.items if _id_then(item, version, before) is not None}
    for item in checklist.items:
        then = _id_then(item, version, before)
        if then and then in there:
            found[then] = item.id
    for key in _KEYS:
        taken = said | {*found.values()}
        here = [item for item in checklist.items if item.id not in taken]
        left = [item for item in there.values() if item.id not in found]
        now = _unique((key(i.id, i.title, i.category, i.section), i.id) for i in here)
        then_ = _unique((key(i.id, i.title, i.category, i.section), i.id) for i in left)
        found.update((then_[each], now[each]) for each in then_.keys() & now.keys())
    return found


def _id_then(item: Item, version: str, before: str) -> str | None:
    """Give the id that `was` names in an edition: empty for a new item, None where it is silent."""
    was = dict(item.was)
    if version in was:
        return was[version]
    return was.get("") if version == before and version else None


_Key = tuple[str, ...]
# From the strictest to the loosest: the same number first, so that twins keep their places.
_KEYS: tuple[Callable[[str, str, str, str], _Key], ...] = (
    lambda id_, title, _category, _section: (id_, fold(title)),
    lambda _id, title, category, section: (fold(title), fold(category), fold(section)),
    lambda _id, title, category, _section: (fold(title), fold(category)),
    lambda _id, title, _category, _section: (fold(title),),
)


def _unique(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, str]:
    listed = list(pairs)
    counts = Counter(key for key, _ in listed)
    return {key: item for key, item in listed if counts[key] == 1 and key[-1]}
