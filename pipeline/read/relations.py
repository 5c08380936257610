"""Relationships between the parts of an OOXML package."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.read.package import Package, resolve
from pipeline.read.xml import local, parse


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a part: the last word of its type, and the part it leads to."""

    kind: str
    target: str


def relations(package: Package, part: str) -> Mapping[str, Relation]:
    """Give a part's relationships by id; links out of the package are left out."""
    folder, _, name = part.rpartition("/")
    rels = f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"
    content = package.read_or_none(rels)
    if content is None:
        return {}
    return {
        element.get("Id") or "": Relation(
            (element.get("Type") or "").rpartition("/")[2],
            resolve(part, element.get("Target") or ""),
        )
        for element in parse(content, rels)
        if local(element) == "Relationship" and element.get("TargetMode") != "External"
    }


def main_part(package: Package, default: str) -> str:
    """Give the part with the workbook."""
    for relation in relations(package, "").values():
        if relation.kind == "officeDocument":
            return relation.target
    return default
