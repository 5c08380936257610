"""Evidence of whose a file is, held against each other."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipeline.model import Respondent

_TOWNS = frozenset("市区町村")
_PREFECTURES = frozenset("都道府県")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Whom each piece of evidence names; several of one kind contradict each other."""

    hidden: tuple[Respondent, ...] = ()
    cell: tuple[Respondent, ...] = ()
    tab: tuple[Respondent, ...] = ()
    file: tuple[Respondent, ...] = ()
    folder: tuple[Respondent, ...] = ()
    sender: tuple[Respondent, ...] = ()


def beside_sender(decided: tuple[Respondent, ...], said: Said) -> tuple[Respondent, ...]:
    """Tell of the one whom stronger evidence names that another sent the mail."""
    return (contradicted_by(decided[0], said.sender),) if len(decided) == 1 else decided


def with_hidden_id(
    said: Said, named: tuple[Respondent, ...], *, slip: bool
) -> tuple[Respondent, ...]:
    """Decide about a form that was handed out to somebody.

    The head of a send-back slip is printed before it is sent: whoever sends it back says who they
    are by the file name alone, and that must not contradict it.
    """
    own, file = said.hidden[0], {each.id for each in said.file}
    if named and named[0].id != own.id:
        if file == {named[0].id}:
            return (contradicted_by(named[0], said.hidden),)
        return names_differ((own, *named, *said.file))
    if file and own.id not in file and (slip or not named):
        return names_differ((own, *said.file))
    return (contradicted_by(own, said.file),)


def contradicted_by(who: Respondent, others: tuple[Respondent, ...]) -> Respondent:
    """Give a respondent with those whom weaker evidence names, where that names them not at all."""
    if who.id in {each.id for each in others}:
        return who
    return replace(who, outvoted=who.outvoted + others)


def names_differ(respondents: Iterable[Respondent]) -> tuple[Respondent, ...]:
    """Give each respondent once, as the first of the evidence names it."""
    found: dict[str, Respondent] = {}
    for each in respondents:
        found.setdefault(each.id, each)
    return tuple(found.values())


def without_prefecture(named: tuple[Respondent, ...]) -> tuple[Respondent, ...]:
    """Leave out a prefecture beside a town: 白峰県_若葉市.xlsx comes from the town."""
    towns = tuple(each for each in named if each.own_name[-1:] in _TOWNS)
    rest = tuple(each for each in named if each.own_name[-1:] not in _PREFECTURES)
    return rest if towns else named


def names_within(path: str) -> list[str]:
    """Give the folders and archives of a path, outermost first, and the file's own name."""
    return path.replace("!", "/").split("/")


def is_of_mail(name: str) -> bool:
    """Tell a mail's own name, which is its subject and no body."""
    return name.casefold().endswith((".eml", ".msg"))
