"""A bundle: what one office counted, sealed for the office above it (提出用_YYYY-MM.zip).

    torimatome.json      who sealed what and when, and the SHA-256 of every other part
    returns/0001.json    one counted return each: every answer as it was read and decided
    run.json, data/      that office's own figures and data files, for people and programs

A bundle is believed whole or not at all. Nothing in it is run: the parts are plain data, checked
against the types of the model as they are read.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from pipeline.history.record import DamagedError, read_record
from pipeline.inbox.archive import MemberError, member_bytes, read_content
from pipeline.machine.zipped import write_archive
from pipeline.model import (
    Bundle,
    BundleProblem,
    Checklist,
    CountedSubmission,
    Entry,
    SourceFile,
    Submission,
    Unreadable,
    UnreadableReason,
    Wanted,
    return_key,
    shown_key,
)
from pipeline.settings import Limits
from pipeline.texts.calendar import MONTH

MANIFEST = "torimatome.json"
RETURNS = "returns/"
_KIND = "torimatome-bundle"
_FORMAT = 1
_OWN = "\x01"  # stands for the file itself until it is known where the bundle lies
_WRITTEN = b'"file":"\\u0001"'  # no text of a respondent looks so: its quotes are escaped
_PLACE = {"file", "sheet", "cell", "part"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What stands in torimatome.json, its own seal and the hashes of the parts aside."""

    office: str
    wanted: Wanted
    sealed_at: str
    returns: Mapping[str, tuple[str, str]]  # part -> (the file it was, the respondent's id)
    missing: tuple[tuple[str, str], ...] = ()
    done_share: float | None = None


def is_bundle(archive: ZipFile) -> bool:
    """Tell a bundle from a zip of files by its first part."""
    return archive.namelist()[:1] == [MANIFEST]


def write_bundle(path: Path, manifest: Manifest, parts: Mapping[str, bytes]) -> None:
    """Write a bundle; the same parts give the same bytes."""
    told = {
        "kind": _KIND,
        "format": _FORMAT,
        "office": manifest.office,
        "month": manifest.wanted.month,
        "checklist": manifest.wanted.checklist,
        "checklist_version": manifest.wanted.version,
        "sealed_at": manifest.sealed_at,
        "returns": {part: list(named) for part, named in manifest.returns.items()},
        "missing": [list(one) for one in manifest.missing],
        "done_share": manifest.done_share,
    }
    write_parts(path, told, parts)


def write_parts(path: Path, told: Mapping[str, Any], parts: Mapping[str, bytes]) -> None:
    """Write parts with a manifest before them: what is told, their hashes, and a seal over all."""
    hashes = {name: hashlib.sha256(part).hexdigest() for name, part in parts.items()}
    told = {**told, "parts": hashes}
    sealed = {**told, "seal": _seal(told)}
    first = json.dumps(sealed, ensure_ascii=False, indent=1).encode()
    write_archive(
        path, {name: [part] for name, part in ((MANIFEST, first), *sorted(parts.items()))}
    )


def _seal(told: Mapping[str, Any]) -> str:
    """Stand for everything that the manifest says, in whatever order and spacing."""
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def opened_bundle(
    archive: ZipFile, source: SourceFile, limits: Limits, wanted: Wanted
) -> list[Bundle | SourceFile]:
    """Give a bundle and, where it is as it was sealed and wanted, a file for each of its returns.

    ``source`` is the bundle itself, a file or the member of an archive.
    """
    try:
        manifest, hashes = _checked(archive, limits)
    except (MemberError, ValueError, KeyError, TypeError, AttributeError):
        return [Bundle(source=source, problem=BundleProblem.CHANGED)]
    bundle = Bundle(
        source=source,
        office=manifest.office,
        wanted=manifest.wanted,
        sealed_at=manifest.sealed_at,
        respondents=tuple(id_ for _, id_ in manifest.returns.values()),
        missing=manifest.missing,
        done_share=manifest.done_share,
        problem=_unwanted(manifest, wanted),
    )
    if bundle.problem:
        return [bundle]
    members = [
        SourceFile(
            path=f"{source.path}!{shown}",
            location=source.location,
            member=source.member or part,
            inner=(*source.inner, part) if source.member else (),
            size=archive.getinfo(part).file_size,
            modified=source.modified,
            sha256=hashes[part],
            sealed=True,
        )
        for part, (shown, _) in manifest.returns.items()
    ]
    return [bundle, *members]


def _unwanted(manifest: Manifest, wanted: Wanted) -> BundleProblem:
    said = manifest.wanted
    if (said.checklist, said.version) != (wanted.checklist, wanted.version):
        return BundleProblem.CHECKLIST
    if said.month != wanted.month:
        return BundleProblem.MONTH
    counted = [sealed_at for office, sealed_at in wanted.counted if office == manifest.office]
    stale = bool(counted) and manifest.sealed_at < min(counted)
    return BundleProblem.STALE if stale else BundleProblem.NONE


def counted_bundles(folder: Path) -> tuple[tuple[str, str], ...]:
    """Give office and time of each bundle that the last run of a month counted; maybe none."""
    try:
        told = read_record(folder).run.get("bundles")
    except DamagedError:
        return ()
    listed = told if isinstance(told, list) else []
    return tuple((str(one["office"]), str(one["sealed_at"])) for one in listed
                 if isinstance(one, dict) and {"office", "sealed_at"} <= one.keys())  # fmt: skip


def checked_parts(archive: ZipFile, kind: str, limits: Limits) -> dict[str, Any]:
    """Give what the manifest tells, where every part is there as it was sealed, and no other.

    Raises MemberError, or one of ValueError, KeyError, TypeError and AttributeError, where not.
    """
    told: dict[str, Any] = json.loads(member_bytes(archive, MANIFEST, limit=limits.file_size))
    seal = told.pop("seal")
    parts: dict[str, str] = told["parts"]
    same = told["kind"] == kind and seal == _seal(told)
    if not same or sorted(archive.namelist()) != sorted((MANIFEST, *parts)):
        raise ValueError("not as it was sealed")
    for name, digest in parts.items():
        content = member_bytes(archive, name, limit=limits.part_size)
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(name)
    return told


def _checked(archive: ZipFile, limits: Limits) -> tuple[Manifest, Mapping[str, str]]:
    """Read the manifest of a bundle that is as it was sealed."""
    told = checked_parts(archive, _KIND, limits)
    parts: dict[str, str] = told["parts"]
    if told["format"] != _FORMAT or not MONTH.fullmatch(told["month"]):
        raise ValueError("another format, or no month")
    manifest = Manifest(
        office=str(told["office"]),
        wanted=Wanted(
            month=told["month"], checklist=told["checklist"], version=told["checklist_version"]
        ),
        sealed_at=str(told["sealed_at"]),
        returns={
            part: (str(shown), str(id_))
            for part, (shown, id_) in told["returns"].items()
            if parts[part]
        },
        missing=tuple((str(one), str(name)) for one, name in told["missing"]),
        done_share=None if told["done_share"] is None else float(told["done_share"]),
    )
    return manifest, parts


def newest_bundles(entries: Sequence[Entry]) -> list[Entry]:
    """Leave of each office's bundles the one that was sealed last; the others tell why not."""
    whole = [one for one in entries if isinstance(one, Bundle) and not one.problem]
    by_office: defaultdict[str, list[Bundle]] = defaultdict(list)
    aside: dict[str, Bundle] = {}
    whole.sort(key=lambda each: each.source.path)
    for one in sorted(whole, key=lambda each: each.sealed_at, reverse=True):
        # Two offices of one name have no respondent in common: both count.
        newer = (n for n in by_office[one.office] if {*n.respondents} & {*one.respondents})
        first = next(newer, None)
        if first is None:
            by_office[one.office].append(one)
            continue
        twice = one.source.sha256 == first.source.sha256
        problem = BundleProblem.TWICE if twice else BundleProblem.OLDER
        aside[one.source.path] = replace(one, problem=problem, instead=first.source.path)
    gone = tuple(f"{path}!" for path in aside)
    return [
        aside.get(entry.source.path, entry) if isinstance(entry, Bundle) else entry
        for entry in entries
        if not (isinstance(entry, SourceFile) and entry.sealed and entry.path.startswith(gone))
    ]


def sealed_return(submission: Submission) -> bytes:
    """Write a counted return as a part of a bundle.

    Every place in it is one in its own file then: an answer that came from another file of the
    respondent's says so in the name of its sheet.
    """
    import msgspec  # noqa: PLC0415 - only here are returns made into texts, and back

    plain = msgspec.to_builtins(
        replace(submission, answers=tuple(submission.answers)), enc_hook=_plain_path
    )
    return msgspec.json.encode(_at_home(plain, submission.source.key))


def _plain_path(value: object) -> str:
    if isinstance(value, Path):
        return ""  # where it lay on that office's computer is nobody's business
    raise NotImplementedError(type(value))


def _at_home(value: Any, key: str) -> Any:
    """Give places in the return's own file the sign that stands for it."""
    if isinstance(value, list | tuple):
        return [_at_home(each, key) for each in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == _PLACE:
        there = return_key(value["file"], value["part"])
        sheet = value["sheet"] if there == key else f"{shown_key(there)} {value['sheet']}".rstrip()
        return {"file": _OWN, "sheet": sheet, "cell": value["cell"], "part": ""}
    return {name: _at_home(each, key) for name, each in value.items()}


def read_sealed(
    source: SourceFile, checklist: Checklist, *, limits: Limits, passwords: Sequence[str] = ()
) -> Submission | Unreadable:
    """Read the member of a bundle back into the return that it was.

    Unreadable where it is none, or answers other items than the checklist has.

    Size, hash and time are those of the file that was sent to the office; the hash only where
    nothing was decided about it since.
    """
    import msgspec  # noqa: PLC0415 - see above

    try:
        content = read_content(source, limit=limits.part_size, passwords=passwords)
        own = b'"file":' + json.dumps(source.path).encode()
        told = msgspec.json.decode(
            content.replace(_WRITTEN, own),
            type=Submission,
            dec_hook=lambda _kind, text: Path(text),
        )
        ids = [answer.item_id for answer in told.answers]
        if told.sealed is None or ids != [item.id for item in checklist.items]:
            raise ValueError("not one answer for each item")
    except (OSError, MemberError, ValueError, msgspec.MsgspecError) as error:
        return Unreadable(source=source, reason=UnreadableReason.BROKEN, detail=repr(error))
    decided = any(answer.decision for answer in told.answers)
    return replace(
        told,
        answers=tuple(told.answers),
        source=replace(
            source,
            size=told.source.size,
            modified=told.source.modified,
            sha256=source.sha256 if decided else told.source.sha256,
        ),
    )


def named_parts(returns: Iterable[CountedSubmission]) -> dict[str, tuple[str, str]]:
    """Give the part of each counted return, in order, with its file and its respondent's id."""
    return {
        f"{RETURNS}{number:04d}.json": (_shown(one.submission.source), one.respondent.id)
        for number, one in enumerate(returns, start=1)
    }


def _shown(source: SourceFile) -> str:
    """Give a name of its own to each of several returns in one workbook, with the same ending."""
    if not source.part:
        return source.path
    stem, dot, suffix = source.path.rpartition(".")
    return f"{stem}［{source.part}］{dot}{suffix}"
