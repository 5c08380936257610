"""The manners of the command line: no English, suggestions, exit codes, --open, --dry-run."""

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from inboxes import good, load, put

from pages.commands import render_cli_page
from pipeline.cli import main
from pipeline.cli.asking import confirm
from pipeline.cli.commands import torimatome
from pipeline.cli.plan import _PLANS
from pipeline.errors import ExitCode

ROOT = Path(__file__).resolve().parent.parent
MONTH = "2026-11"
# Names that stay as they are: of the product, its files and formats, and of options.
_NAMES = re.compile(
    r"--?[\w-]+|「[^」]*」|[\w.-]*/[\w./-]*|[\w-]+\.\w{2,5}\b|YYYY-MM|\b(?:torimatome|Enter|"
    r"dask scheduler|dask worker|README|Excel|Parquet|Python|Dask|URL|tcp|PATH|DIR|FILE|NAME|"
    r"LEVEL|ADDRESS|N|"
    r"internal|public|local|inbox|outbox|bash|zsh|fish|data|json|JSON|aggregate|HTML|PDF|zip|CSV|toml|make|demo|A307)\b"
)


def commands(group: click.Group = torimatome, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Give every visible command as words of the command line."""
    found = []
    for name, command in group.commands.items():
        if not command.hidden:
            found.append((*path, name))
            if isinstance(command, click.Group):
                found += commands(command, (*path, name))
    return found


def english(text: str) -> list[str]:
    """Give the English words of a text that are no names."""
    names = {word for path in commands() for word in path}
    return [
        word for word in re.findall(r"[A-Za-z]{3,}", _NAMES.sub(" ", text)) if word not in names
    ]


@pytest.mark.parametrize("command", [(), *commands()])
def test_no_help_has_english(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == ExitCode.OK
    assert english(capsys.readouterr().out) == []


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["aggregate", "--month"], "「--month」の後ろに値を指定"),
        (["aggregate", "--quiet=1"], "「--quiet」に値は付けられません"),
        (["aggregate", "--jobs", "多"], "0 以上の整数"),
        (["aggregate", "余分", "なもの"], "余分な指定があります: 余分 なもの"),
        (["inspect", "."], "フォルダではなく、ファイル"),
        (["init", __file__], "ファイルではなく、フォルダ"),
        (["aggregat"], "「aggregate」ではありませんか"),
        (["agregate"], "「aggregate」ではありませんか"),
        (["send-back"], "「sendback」ではありませんか"),
        (["集計"], "「aggregate」ではありませんか"),
        (["差戻し"], "「sendback」ではありませんか"),
        (["締め"], "「close」ではありませんか"),
        (["zzzz"], "使えるコマンド: aggregate"),
        (["template", "bild"], "「build」ではありませんか"),
        (["completion", "cmd"], "bash / zsh / fish"),
        (["completion"], "を指定してください"),
        (["aggregate", "--dry-run", "--edition", "public"], "--dry-run は internal の版"),
    ],
)
def test_wrong_usage_has_no_english(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == ExitCode.USAGE
    output = capsys.readouterr()
    assert words in output.err
    assert english(output.err) == []


def test_every_command_of_a_month_says_first_what_it_does() -> None:
    named = {
        name
        for name, command in torimatome.commands.items()
        if {"month", "outbox"} <= {option.name for option in command.params}
    }
    assert named == {plan.partition(" ")[0] for plan in _PLANS}


def test_every_message_is_shown_by_a_japanese_console() -> None:
    """Windows' own page for Japanese, cp932, has every letter that the commands say."""
    package = ROOT / "pipeline"
    for path in [*(package / "cli").glob("*.py"), package / "month" / "guard.py"]:
        path.read_text(encoding="utf-8").encode("cp932")


_SAYING = {"TorimatomeError", "FewerBodiesError", "BadParameter", "UsageError", "ClickException"}
_SAYING |= {"echo", "confirm", "ask", "refused", "StopError", "_wrong", "_bad"}


def said_in(path: Path) -> list[tuple[int, str]]:
    """Give every text of a module that is said to somebody, with its line."""
    return [
        (part.lineno, part.value)
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] in _SAYING
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]


def test_no_message_of_an_error_has_english() -> None:
    """Every path that ends in words, those that no test walks as well."""
    places = [*(ROOT / "pipeline").rglob("*.py"), *(ROOT / "kit" / "files").glob("*.py")]
    said = {place: said_in(place) for place in places}
    assert sum(map(len, said.values())) > 200
    assert [
        (place.name, line, text)
        for place, texts in said.items()
        for line, text in texts
        if re.search(r"[a-z]{2,} [a-z]{2,}", _NAMES.sub("", text)) and english(text)
    ] == []


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with an aggregated month."""
    folder = tmp_path_factory.mktemp("office")
    marks = {"若葉市": "①", "楓村": "○"}
    files = {f"{name}.xlsx": good(name, load(), mark) for name, mark in marks.items()}
    put(folder, {**files, "壊れた.xlsx": b"PK\x03\x04 cut off"})
    assert main(["aggregate", *places(folder), "--quiet"]) == ExitCode.SOME_UNREADABLE
    return folder


def places(folder: Path) -> list[str]:
    """Give the options that name a folder's inbox, outbox and month."""
    inbox, outbox = str(folder / "inbox"), str(folder / "outbox")
    return ["--inbox", inbox, "--outbox", outbox, "--month", MONTH]


def everything(folder: Path) -> dict[str, bytes]:
    """Give the content of every file."""
    return {str(place): place.read_bytes() for place in folder.rglob("*") if place.is_file()}


def test_dry_run_tells_what_would_change_and_writes_nothing(
    office: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(office / "outbox")
    arguments = ["aggregate", *places(office), "--dry-run", "--quiet", "--allow-fewer"]
    assert main(arguments) == ExitCode.SOME_UNREADABLE
    out = capsys.readouterr().out
    assert "変わるところはありません" in out
    assert "何も書き出していません" in out
    inbox = office / "inbox"
    counted = inbox / "若葉市.xlsx"
    kept = counted.read_bytes()
    counted.unlink()
    (inbox / "あとから.xlsx").write_bytes(b"no workbook")
    try:
        assert main(arguments) == ExitCode.SOME_UNREADABLE
    finally:
        counted.write_bytes(kept)
        (inbox / "あとから.xlsx").unlink()
    out = capsys.readouterr().out
    assert "増えるファイル: 1 件\n    あとから.xlsx" in out
    assert f"なくなるファイル: 1 件\n    {counted.name}" in out
    assert everything(office / "outbox") == before


def test_dry_run_tells_which_answers_change(
    office: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(office, tmp_path / "office")
    data = tmp_path / "office" / "outbox" / MONTH
    record = (data / "run.json").read_text(encoding="utf-8")
    answers = (data / "data" / "answers.csv").read_text(encoding="utf-8-sig")
    changed = answers.replace(",done,1,", ",planned,2,", 1)
    (data / "data" / "answers.csv").write_text(changed, encoding="utf-8-sig", newline="")
    # A record of before hashes were kept is taken as it lies there.
    (data / "run.json").write_text(record.replace('"data"', '"data before"'), encoding="utf-8")
    main(["aggregate", *places(tmp_path / "office"), "--dry-run", "--quiet"])
    out = capsys.readouterr().out
    assert re.search(r"変わる回答: 1 件\n    .*: .*対応予定.* → .*対応済み", out), out


def test_dry_run_of_a_first_month(office: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = places(office)
    arguments[3] = str(office / "elsewhere")
    main(["aggregate", *arguments, "--dry-run", "--quiet"])
    out = capsys.readouterr().out
    assert "はじめて" in out
    assert not (office / "elsewhere").exists()


def test_open_opens_what_was_made(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []

    def launch(place: str) -> int:
        opened.append(place)
        return 0

    monkeypatch.setattr(click, "launch", launch)
    main(["aggregate", *places(office), "--quiet", "--open"])
    main(["sendback", *places(office), "--open"])
    assert opened == [
        str(office / "outbox" / MONTH / f"集計_{MONTH}.xlsx"),
        str(office / "outbox" / MONTH / "差戻し"),
    ]
    monkeypatch.setattr(click, "launch", lambda _place: 1)
    capsys.readouterr()
    main(["aggregate", *places(office), "--quiet", "--open"])
    assert "自動で開けませんでした" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_complete(shell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["completion", shell]) == ExitCode.OK
    script = capsys.readouterr().out
    assert f"_TORIMATOME_COMPLETE={shell}_complete" in script
    done = subprocess.run(
        [sys.executable, "-m", "pipeline"],
        env={
            "_TORIMATOME_COMPLETE": "bash_complete",
            "COMP_WORDS": "torimatome agg",
            "COMP_CWORD": "1",
        },
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "plain,aggregate\n"


def test_the_exit_codes_are_those_of_the_page(office: Path, tmp_path: Path) -> None:
    told = {
        int(code) for code in re.findall(r"^\| (\d+) \|", render_cli_page(torimatome), re.MULTILINE)
    }
    assert told == set(ExitCode)
    whole = ["aggregate", *places(office), "--quiet"]
    empty = ["aggregate", *places(tmp_path), "--quiet"]
    met = {main(["rules"]), main(whole), main(["rules", "A999"]), main(empty)}
    met.add(main([*whole, "--fail-on", "参考"]))
    assert met == set(ExitCode) - {ExitCode.INTERRUPTED}  # test_cli has the last


def test_questions_are_asked_until_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import io  # noqa: PLC0415 - only here

    monkeypatch.setattr(sys, "stdin", io.StringIO("maybe\nＹ\nいいえ\n"))
    assert confirm("よろしいですか？")
    assert not confirm("よろしいですか？")
    assert english(capsys.readouterr().out) == []
