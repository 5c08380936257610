"""部品一覧: what is in a kit, as a text for people and as a CycloneDX SBOM for machines."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output import make_outputter
from cyclonedx.schema import OutputFormat, SchemaVersion
from packageurl import PackageURL

if TYPE_CHECKING:
    from kit.wheels import Part

OWN = "torimatome"
_MADE = datetime(2026, 1, 1, tzinfo=UTC)  # fixed: the same parts give the same bytes


def parts_text(parts: tuple[Part, ...], *, python: str, embedded: str) -> str:
    """Give the list for people. ``embedded`` is the SHA-256 of the Python inside, or empty."""
    head = [
        "部品一覧",
        "",
        f"対象: Windows（64 ビット、win_amd64）、Python {python}",
        "SHA-256 は各ファイルの識別値です。はじめて起動するときに、この値と照合してから使います。",
        "同じ内容の機械可読な一覧（CycloneDX）が sbom.cdx.json にあります。",
        "",
    ]
    if embedded:
        head += [f"Python（組み込み用） {python}", f"  SHA-256 {embedded}", ""]
    lines = [
        line
        for part in parts
        for line in (
            f"{part.name} {part.version}",
            f"  ライセンス {part.licence}",
            f"  ファイル   {part.path.name}",
            f"  SHA-256    {part.sha256}",
            "",
        )
    ]
    return "\n".join([*head, *lines])


def sbom(parts: tuple[Part, ...], *, python: str) -> str:
    """Give the SBOM as CycloneDX 1.6 JSON, the same for the same parts."""
    components = {part.name: _component(part) for part in parts}
    own = components.pop(OWN)
    own.type = ComponentType.APPLICATION
    bom = Bom(
        components=components.values(),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, "".join(p.sha256 for p in parts) + python),
    )
    bom.metadata.component = own
    bom.metadata.timestamp = _MADE
    bom.register_dependency(own, components.values())
    text = make_outputter(bom, OutputFormat.JSON, SchemaVersion.V1_6).output_as_string(indent=2)
    return f"{text}\n"


def _component(part: Part) -> Component:
    return Component(
        name=part.name,
        version=part.version,
        type=ComponentType.LIBRARY,
        bom_ref=f"{part.name}@{part.version}",
        purl=PackageURL("pypi", name=part.name.lower(), version=part.version),
        licenses=[LicenseFactory().make_from_string(part.licence)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=part.sha256)],
    )
