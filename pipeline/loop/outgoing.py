"""What goes out has a folder for each body: letter, draft, workbooks; beside them 宛先一覧."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.loop.letters import Kind
from pipeline.loop.mails import Letter, draft, plain_letter
from pipeline.model import Respondent, Roster
from pipeline.texts.addresses import addresses
from pipeline.texts.respondents import entry_id
from pipeline.write.addressees import Row, write_addressees
from pipeline.write.names import unique_names

_A_FOLDER = 100  # folders that lie beside each other; more are put into folders by hundreds


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """A letter ready to be written, with what 宛先一覧 says of it beside the common columns."""

    respondent_id: str
    letter: Letter
    told: Row


def body_folders(roster: Roster | None, others: Iterable[Respondent] = ()) -> dict[str, Path]:
    """Give each body's folder by its id: its name, below its hundred of the roster's lines.

    A body keeps its place whoever else is written to: 0101-0200/若葉市.
    """
    entries = roster.entries if roster else ()
    shown = {entry_id(entry): entry.shown for entry in entries}
    for one in others:
        shown.setdefault(one.id, one.name)
    names = unique_names(shown, suffix="")
    if len(names) <= _A_FOLDER:
        return {key: Path(name) for key, name in names.items()}
    blocks = (number // _A_FOLDER * _A_FOLDER for number in range(len(names)))
    return {
        key: Path(f"{block + 1:04d}-{block + _A_FOLDER:04d}", name)
        for block, (key, name) in zip(blocks, names.items(), strict=True)
    }


def write_sendings(
    folder: Path,
    kind: Kind,
    sendings: Iterable[Sending],
    places: Mapping[str, Path],
    common: Mapping[str, str],
) -> None:
    """Write letters, drafts and their workbooks, and 宛先一覧 of them."""
    folder.mkdir(parents=True, exist_ok=True)
    rows: list[Row] = []
    for sending in sendings:
        letter, place = sending.letter, places[sending.respondent_id]
        (folder / place).mkdir(parents=True, exist_ok=True)
        for attached in letter.attachments:
            (folder / place / attached.name).write_bytes(attached.content)
        stem = folder / place / f"{kind}_{place.name}"
        stem.with_name(f"{stem.name}.txt").write_text(
            plain_letter(letter), encoding="utf-8-sig", newline="\r\n"
        )
        stem.with_name(f"{stem.name}.eml").write_bytes(draft(letter))
        rows.append(
            {
                **{head: common[head] for head in ("様式名", "調査月", "提出期限", "返信期限")},
                "種類": kind,
                "件名": letter.subject,
                "宛先メール": "; ".join(addresses(letter.mail)),
                "添付ファイル": "、".join(each.name for each in letter.attachments),
                "フォルダ": place.as_posix(),
                **sending.told,
            }
        )
    write_addressees(folder, rows)


def told_of(roster: Roster | None, respondent_id: str, name: str) -> Row:
    """Give what the roster says of an addressee."""
    for entry in roster.entries if roster else ():
        if entry_id(entry) == respondent_id:
            return {
                "団体コード": entry.code,
                "団体名": entry.name,
                "事業名": entry.project,
                "担当": entry.contact,
            }
    return {"団体名": name}
