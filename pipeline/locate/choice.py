"""Which of several tables or sheets with the same items are read: those named best, then all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.locate.callings import Calling, settle

Items = frozenset[str]


@dataclass(frozen=True, slots=True)
class Place:
    """A sheet or table as it stands among others: how well it is placed, named and filled.

    ``rank`` comes before the name: what is in sight before what is hidden. ``firm`` places stay
    where a few of their items stand in a better place too.
    """

    rank: int
    calling: Calling
    items: Items
    filled: bool
    firm: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """Places by number: those to read, and of these the ones that only repeat others."""

    read: tuple[int, ...]
    copies: tuple[int, ...]  # read or blank, equal in name to one that is read
    aside: tuple[int, ...]


def choose_places(places: Sequence[Place]) -> Choice:
    """Choose what to read: parts of one checklist together, of the same items the best named.

    Of equal places the filled ones are read; `parse` compares them.
    """
    read: list[int] = []
    copies: list[int] = []
    aside: list[int] = []
    covered: set[str] = set()
    for rank in sorted({place.rank for place in places}, reverse=True):
        free: list[int] = []
        for number, place in enumerate(places):
            if place.rank == rank:
                (aside if _stands_again(place, covered) else free).append(number)
        for group in _groups(free, lambda number: places[number].items):
            best = [group[each] for each in _best([places[number].calling for number in group])]
            filled = [number for number in best if places[number].filled]
            kept = filled or best[:1]
            read += kept
            copies += [number for number in best if number != kept[0]]
            aside += [number for number in group if number not in best]
            covered.update(item for number in kept for item in places[number].items)
    return Choice(tuple(sorted(read)), tuple(sorted(copies)), tuple(sorted(aside)))


def _best(callings: list[Calling]) -> list[int]:
    """Settle by name, where no two names tell different things that are unknown here."""
    if len({calling.rest for calling in callings} - {""}) > 1:
        return list(range(len(callings)))
    return settle(callings)


def _stands_again(place: Place, covered: set[str]) -> bool:
    shared = len(place.items & covered)
    return shared * 2 >= len(place.items) if place.firm else shared > 0


def _groups(numbers: Sequence[int], items: Callable[[int], Items]) -> list[list[int]]:
    """Group what holds for the most part the same items, in order."""
    groups: list[list[int]] = []
    for number in numbers:
        own = items(number)
        near = [
            group
            for group in groups
            if any(
                2 * len(own & items(other)) >= min(len(own), len(items(other))) for other in group
            )
        ]
        groups = [group for group in groups if group not in near]
        groups.append(sorted([number, *(each for group in near for each in group)]))
    return groups
