"""A unit is a respondent and, where given, a project: keys of projects and ids of units."""

import hashlib
import re

from pipeline.texts.folding import fold

_BETWEEN = re.compile(r"[\s・,、，/／\-‐―ー~〜「」『』()（）【】\[\]]+")
_GENERAL = re.compile(
    r"(?:事業|プロジェクト|構想|実証|実験|調査|推進|実装|について|の|\d+年度|[rh]\d+)+$"
)
_DIGITS = 8


def project_key(text: str) -> str:
    """Give the form of a project's name that is the same for all its spellings."""
    return _BETWEEN.sub("", fold(text))


def bare_project(text: str) -> str:
    """Give a project's name without the words of all projects: 観光MaaS of 観光MaaS実証事業."""
    key = project_key(text)
    return _GENERAL.sub("", key) or key


def is_general(text: str) -> bool:
    """Tell whether a project's name is made of such words alone (推進事業): it tells none apart."""
    return not _GENERAL.sub("", project_key(text))


def unit_id(body: str, project: str) -> str:
    """Give the id of a project of a body: the same for the same names, every month."""
    if not project:
        return body
    return f"{body}-p{hashlib.sha256(project_key(project).encode()).hexdigest()[:_DIGITS]}"
