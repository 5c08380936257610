"""Relationships between the parts of an OOXML package."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from pipeline.formats.package import Package, resolve
from pipeline.formats.xml import local, parse, remembered


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part: the last word of its type, and the part it leads to."""

    kind: str
    target: str


def relations(package: Package, part: str) -> Mapping[str, Relation]:
    """Give a part's relationships by id; links out of the package are left out."""
    content = package.read_or_none(_beside(part))
    if content is None:
        return {}
    found = _relations(content, part)
    if all(relation.target in package for relation in found.values()):
        return found
    return {
        key: relation if relation.target in package else _unquoted(relation)
        for key, relation in found.items()
    }


def _unquoted(relation: Relation) -> Relation:
    """Give a relationship whose target is written as in a URL: ``sheet%201.xml``."""
    return Relation(relation.kind, unquote(relation.target))


@remembered
def _relations(content: bytes, part: str) -> Mapping[str, Relation]:
    return {
        element.get("Id") or "": Relation(
            (element.get("Type") or "").rpartition("/")[2],
            resolve(part, (element.get("Target") or "").strip()),
        )
        for element in parse(content, _beside(part))
        if local(element) == "Relationship" and element.get("TargetMode") != "External"
    }


def parts_by_kind(package: Package, related: Mapping[str, Relation]) -> Mapping[str, str]:
    """Give the first part of each kind; some programs relate parts that they do not write."""
    there = [relation for relation in related.values() if relation.target in package]
    return {relation.kind: relation.target for relation in reversed(there)}


def _beside(part: str) -> str:
    """Give the name of the part that holds a part's relationships."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def main_part(package: Package, usual: str) -> str:
    """Give the part with the workbook: what the package names as its document."""
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument" and relation.target in package:
            return relation.target
    if usual in package:
        return usual
    name = usual.rpartition("/")[2]
    return min((part for part in package.names if part.endswith(name)), key=len, default=usual)
