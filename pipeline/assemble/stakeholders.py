"""What a file name says beside the respondent: a project, or which of several stakeholders wrote.

Forms, dates, versions and copies are taken away first (`respondents.FileNames.parts`).
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline.texts.folding import fold
from pipeline.texts.projects import bare_project, is_general
from pipeline.texts.respondents import fold_name, is_organisation

_PROJECT = re.compile(
    r"事業(?!者|所|部|課|室|団|主|体|局|本部|継続|計画書?|報告|概要|一覧)|プロジェクト|構想|実証(?!者)"
)
_DEPARTMENT = re.compile(r"(?:課|部|室|係|局|担当|グループ|班|チーム|センター)$")
_ROLE = re.compile(
    r"主体$|提供者$|事業者$|運営者$|運用者$|管理者$|受託者$|委託先$|再委託先$|ベンダー?$|構成員$|企業$|会社$"
)


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """Whose file it is within a respondent, and about which project; empty: unsaid.

    ``role`` is a role or a company.
    """

    role: str = ""
    department: str = ""
    project: str = ""


def same_hand(one: Stakeholder, other: Stakeholder) -> bool:
    """Tell whether two files may be of one hand, so that a later one replaces an earlier one.

    A role, company or project stands for other questions than the rest; a department is often
    named in one of two files of the same person only.
    """
    if (one.role, one.project) != (other.role, other.project):
        return False
    return not (one.department and other.department) or one.department == other.department


def hand_of(rest: Sequence[str]) -> Stakeholder:
    """Tell whose file it is by the words of its name."""
    role = department = ""
    for word in rest:
        if _DEPARTMENT.search(word) and not is_organisation(word):
            department = department or fold(word)
        elif _is_stakeholder(word):
            role = role or fold_name(word) or fold(word)
    return Stakeholder(role, department, bare_project(project_of(rest)))


def project_of(rest: Iterable[str]) -> str:
    """Give the project that a file name says, empty where it says none."""
    for word in rest:
        if not _PROJECT.search(word) or is_general(word):
            continue
        if not _is_stakeholder(word) and not _DEPARTMENT.search(word):
            return word
    return ""


def _is_stakeholder(word: str) -> bool:
    return bool(_ROLE.search(word)) or is_organisation(word)


def rest_of(parts: Sequence[str], names: Iterable[str]) -> tuple[str, ...]:
    """Give the words of a file name without the respondent's own names."""
    rest: list[str] = []
    own = [name for name in names if name]
    keys = {fold_name(name) for name in own}
    for part in parts:
        if fold_name(part) in keys:
            continue
        word = part
        for name in sorted(own, reverse=True):  # of two that fit the longer one
            if word.startswith(name):
                word = re.sub(r"^(?:役所|役場|庁)?の?", "", word.removeprefix(name))
                break
        if word:
            rest.append(word)
    return tuple(rest)
