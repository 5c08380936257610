"""Half a year of an office, played by chance: what people do, and what it must come to.

The commands are called as a coordinator calls them. What is expected is kept apart from the
product: a table of what each text means, and plain dictionaries.
"""

import json
import random
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pencil
from inboxes import load
from pencil import Said, Told
from sample.forms import Look, ReturnedForm, pages
from sample.hands import Entry, Way, Written
from sample.workbooks import xlsx
from test_history import DAMAGES

from pipeline.cli import main
from pipeline.inbox.listing import is_closed
from pipeline.machine.lock import LOCK
from pipeline.model import Checklist, Status

NAMES = {"A01": "若葉市", "B02": "白雲町", "C03": "楓村", "D04": "月影市", "E05": "青葉町"}
MONTHS = ("2026-09", "2026-10", "2026-11", "2026-12", "2027-01", "2027-02")
# What stands in a cell and what it says; nothing here is read by the product's own tables.
CLEAR: dict[str, Said] = {
    "①": (Status.DONE, ""),
    "②（2026年8月）": (Status.PLANNED, "2026-08"),
    "②（2026年11月）": (Status.PLANNED, "2026-11"),
    "②（2027年1月）": (Status.PLANNED, "2027-01"),
    "②（2027年6月）": (Status.PLANNED, "2027-06"),
    "③": (Status.NOT_PLANNED, ""),
}
ASKED_BACK: dict[str, Said] = {
    "②": (Status.PLANNED, ""),
    "①②": (Status.UNCLEAR, ""),
    "": (Status.BLANK, ""),
}
MEANING = CLEAR | ASKED_BACK
NOBODY = 2**22 + 1  # no process has a number above 2**22
OPERATIONS = ("mkdir", "rename", "replace", "unlink", "rmdir", "open")


class Killed(BaseException):
    """Stands for a process that ends between two of its statements."""


@dataclass
class Office:
    """One office. ``log`` tells what happened, for whoever looks into a story that fails."""

    folder: Path
    chance: random.Random
    patched: Any  # pytest.MonkeyPatch
    checklist: Checklist = field(default_factory=load)
    said: dict[tuple[str, str, str], Said] = field(default_factory=dict)
    decided: dict[tuple[str, str, str], Said] = field(default_factory=dict)  # code, item, text
    played: list[str] = field(default_factory=list)
    early: set[str] = field(default_factory=set)  # who sent the next month's return already
    files_left: Counter[str] = field(default_factory=Counter)  # counted files of an open month
    log: list[str] = field(default_factory=list)
    deeds: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.inbox = self.folder / "inbox"
        self.outbox = self.folder / "outbox"
        self.inbox.mkdir(parents=True)
        lines = ["団体コード,団体名", *(f"{code},{name}" for code, name in NAMES.items())]
        (self.inbox / "名簿.csv").write_text("\r\n".join(lines), encoding="utf-8-sig")
        self.items = [item.id for item in self.checklist.items]

    # ── What the coordinator does ──────────────────────────────────────────────────────────

    def command(self, name: str, month: str, *options: str) -> int:
        self.log.append(f"{name} {month} {' '.join(options)}")
        places = ("--inbox", str(self.inbox), "--outbox", str(self.outbox), "--month", month)
        return main([name, *places, *options])

    def run(self, month: str, *options: str) -> None:
        options = ("--no-pivot", "--quiet", "--jobs", "1", *options)
        if self.happens("killed run", 0.15):
            self.kill(self.outbox, "aggregate", month, *options)
        assert self.command("aggregate", month, *options) == 0, self.log

    def month(self, month: str) -> None:
        """Play one month to its end."""
        if self.played:
            self.spoil(self.played[-1])
        self.receive(month)
        if self.files_left:
            self.notice_the_forgotten_close(month)
        self.played.append(month)
        self.run(month)
        self.check(month)
        if self.decide(month):
            self.run(month)
            self.check(month)
        if self.answer_slips(month):
            self.run(month)
            self.check(month)
        if month != MONTHS[-1] and self.happens("forgotten close", 0.25):
            self.files_left = Counter(self.contents())
            return
        self.close(month)
        if self.happens("late return", 0.5):
            self.late(month)

    def happens(self, what: str, likely: float) -> bool:
        happened = self.chance.random() < likely
        self.deeds[what] += happened
        return happened

    def notice_the_forgotten_close(self, month: str) -> None:
        """Run a month with the files of the last one still there; be told; close that one."""
        self.run(month)
        before = self.played[-1]
        told = [row for row in self.findings(month) if row["code"] == "B514"]
        assert told, self.log
        assert all(f"--month {before}" in row["fix"] for row in told)
        self.close(before)
        self.files_left.clear()
        self.run(month, "--allow-fewer")
        assert not [row for row in self.findings(month) if row["code"] == "B514"]

    def spoil(self, month: str) -> None:
        """Look at an earlier month's CSV with a spreadsheet, or worse."""
        for name in ("answers", "files", "findings"):
            if self.happens("spoilt data", 0.4):
                damage = self.chance.choice(sorted(DAMAGES))
                self.log.append(f"{month}/{name}.csv: {damage}")
                DAMAGES[damage](self.outbox / month / "data" / f"{name}.csv")

    def decide(self, month: str) -> bool:
        """Correct some answers in 確認票 that nobody can read."""
        unclear = [
            (code, item)
            for (at, code, item), (status, _) in self.said.items()
            if at == month and status is Status.UNCLEAR
        ]
        chosen = [place for place in unclear if self.chance.random() < 0.3]
        if not chosen:
            return False
        path = self.outbox / month / f"確認票_{month}.xlsx"
        book = openpyxl.load_workbook(path)
        heads = {str(cell.value): cell.column for cell in book["確認票"][4] if cell.value}
        rows: dict[tuple[str, str], tuple[Any, int]] = {}
        for sheet in (book["内訳"], book["確認票"]):  # what shares its line is on 内訳
            for row in range(5, sheet.max_row + 1):
                name, item = (str(sheet.cell(row, heads[h]).value) for h in ("団体名", "項目"))
                rows[name, item.split("\n")[0]] = (sheet, row)
        for code, item in chosen:
            sheet, row = rows[NAMES[code], item]
            sheet.cell(row, heads["判断"]).value = "修正する"
            sheet.cell(row, heads["修正後の回答"]).value = "①"
            self.decided[code, item, "①②"] = self.said[month, code, item] = CLEAR["①"]
        book.save(path)
        self.deeds["decisions"] += len(chosen)
        return True

    def answer_slips(self, month: str) -> bool:
        """Send slips out; some bodies answer all that they are asked."""
        assert self.command("sendback", month, "--no-remind") == 0
        answered = False
        for path in sorted((self.outbox / month / "差戻し").glob("*/差戻し_*.xlsx")):
            code = next(code for code, name in NAMES.items() if name in path.name)
            if (month, code, self.items[0]) in self.said and self.happens("slip", 0.5):
                self.fill_slip(path, month, code)
                answered = True
        return answered

    def close(self, month: str) -> None:
        """Close a month, sometimes killed on the way, sometimes opened once more."""
        before = Counter(self.contents())
        for undo in ((), ("--undo",), ()) if self.happens("undone close", 0.4) else ((),):
            if self.happens("killed close", 0.5):
                self.kill(self.inbox, "close", month, *undo)
                assert self.command("distribute", month) in {0, 2}  # any command finishes it
                assert Counter(self.contents()) == before, self.log
            if is_closed(self.inbox / month) == bool(undo):
                assert self.command("close", month, *undo) == 0, self.log
            assert is_closed(self.inbox / month) != bool(undo), self.log
            assert Counter(self.contents()) == before, self.log
        self.run(month, "--yes")  # the next month may have been run already
        self.check(month)

    def kill(self, below: Path, *command: str) -> None:
        """Kill a command at one of its operations on names below a folder."""
        left = self.chance.randrange(60)
        with self.patched.context() as patched:

            def counting(name: str) -> Callable[..., object]:
                real = getattr(Path, name)

                def operation(path: Path, *given: object, **options: object) -> object:
                    nonlocal left
                    left -= path.is_relative_to(below)
                    if left < 0:
                        raise Killed
                    return real(path, *given, **options)

                return operation

            for name in OPERATIONS:
                patched.setattr(Path, name, counting(name))
            try:
                self.command(*command)
            except Killed:
                self.log.append("  killed")
                self.deeds["really killed"] += 1
        self.bury()

    def bury(self) -> None:
        """Let a lock that a killed command left be that of a process that is gone."""
        lock = self.outbox / LOCK
        if lock.exists():
            holder = json.loads(lock.read_text(encoding="utf-8"))
            lock.write_text(json.dumps({**holder, "process": NOBODY}), encoding="utf-8")

    # ── What the bodies do ─────────────────────────────────────────────────────────────────

    def receive(self, month: str) -> None:
        """Put the month's returns into the inbox, plain, in folders or packed together."""
        senders = [code for code in NAMES if self.chance.random() < 0.8 or code in self.early]
        packed: dict[str, bytes] = {}
        for code in senders or ["A01"]:
            texts = self.texts(month, code)
            if code in self.early:
                continue  # lies there since last month: its texts were written then
            name = f"{NAMES[code]}_{month}.xlsx"
            way = self.chance.choice(("plain", "folder", "zip"))
            if way == "zip":
                packed[name] = self.form(code, texts)
            else:
                self.put(f"{NAMES[code]}/{name}" if way == "folder" else name, code, texts)
        if packed:
            with zipfile.ZipFile(self.inbox / f"申請_{month}.zip", "w") as archive:
                for name, content in packed.items():
                    archive.writestr(zipfile.ZipInfo(name), content)
        self.early.clear()

    def texts(self, month: str, code: str) -> dict[str, str]:
        """Choose what a body writes, and note down what it says."""
        if code in self.early:
            return {}
        texts = dict(zip(self.items, self.chance.choices([*CLEAR], k=len(self.items)), strict=True))
        for item in self.chance.sample(self.items, 6):
            texts[item] = self.chance.choice([*ASKED_BACK])
        for item, text in texts.items():
            self.said[month, code, item] = self.decided.get((code, item, text), MEANING[text])
        return texts

    def form(self, code: str, texts: dict[str, str]) -> bytes:
        entries = tuple(
            Entry(written=Written(way=Way.TEXT, text=texts[item]), note="", status=Status.DONE)
            for item in self.items
        )
        form = ReturnedForm(respondent=NAMES[code], entries=entries, look=Look(label="団体名"))
        return xlsx(pages(form, self.checklist), self.checklist)

    def put(self, name: str, code: str, texts: dict[str, str]) -> None:
        path = self.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.form(code, texts))

    def fill_slip(self, slip: Path, month: str, code: str) -> None:
        book = openpyxl.load_workbook(slip, rich_text=True)
        sheet: Any = book["差戻し票"]
        for row in range(1, sheet.max_row + 1):
            item = str(sheet.cell(row, 1).value or "").partition("：")[0]
            if item in self.items:
                text = self.chance.choice([*CLEAR])
                sheet.cell(row, 6).value = text
                self.said[month, code, item] = CLEAR[text]
        saved = BytesIO()
        book.save(saved)
        (self.inbox / slip.name).write_bytes(saved.getvalue())

    def late(self, month: str) -> None:
        """Somebody who sent nothing does so when the month is closed."""
        silent = [code for code in NAMES if (month, code, self.items[0]) not in self.said]
        if not silent:
            return
        code = self.chance.choice(silent)
        following = MONTHS[min(MONTHS.index(month) + 1, len(MONTHS) - 1)]
        late = self.happens("late and moved", 0.5) or month == MONTHS[-1]
        texts = self.texts(month if late else following, code)
        name = f"{NAMES[code]}_遅れ.xlsx"
        self.put(name, code, texts)
        if late:
            counted = {k: v for k, v in self.said.items() if k[:2] != (month, code)}
        else:
            counted = dict(self.said)
            self.early.add(code)
        self.run(month)
        assert [row["file"] for row in self.findings(month) if row["code"] == "F111"] == [name]
        self.check(month, counted)
        if late:
            (self.inbox / name).rename(self.inbox / month / name)
            self.run(month)
            self.check(month)

    # ── What it comes to ───────────────────────────────────────────────────────────────────

    def contents(self) -> list[str]:
        """Give the hash of everything in the inbox, wherever it lies."""
        return [sha256(p.read_bytes()).hexdigest() for p in self.inbox.rglob("*") if p.is_file()]

    def findings(self, month: str) -> list[dict[str, str]]:
        rows = pencil.table(self.outbox / month, "findings")
        return [row for row in rows if row["state"] != "解消"]

    def check(self, month: str, said: dict[tuple[str, str, str], Said] | None = None) -> None:
        """Compare every answer, change and promise of a month."""
        said = self.said if said is None else said
        expected = {(code, item): s for (at, code, item), s in said.items() if at == month}
        folder = self.outbox / month
        shown = {
            (row["respondent_id"], row["item_id"]): (Status(row["status"]), row["due"])
            for row in pencil.table(folder, "answers")
        }
        wrong = {k: (expected.get(k), shown.get(k)) for k in expected.keys() | shown.keys()}
        wrong = {key: pair for key, pair in wrong.items() if pair[0] != pair[1]}
        assert not wrong, (self.log, wrong)
        until = {key: value for key, value in said.items() if key[0] <= month}
        told = Told(months=MONTHS, said=until, names=NAMES)
        before = max((m for m in self.played if m < month), default="")
        if before:
            pencil.check_changes(folder, told, before, month)
        pencil.check_ledger(folder, told, month)
