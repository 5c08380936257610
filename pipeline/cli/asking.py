"""Questions at the terminal, in Japanese from the first word to the last."""

import sys
import unicodedata

import click

_YES = {"y", "yes", "はい", "ok"}
_NO = {"", "n", "no", "いいえ"}


def can_ask() -> bool:
    """Tell whether somebody sits at a terminal; a process without one may have no streams."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def ask(question: str) -> str:
    """Ask and give the answer, folded to plain letters. `click.Abort` where there is no more."""
    click.echo(question, nl=False)
    line = sys.stdin.readline() if sys.stdin is not None else ""
    if not line:
        raise click.Abort
    return unicodedata.normalize("NFKC", line).strip()


def confirm(question: str) -> bool:
    """Ask for yes or no until it is either; Enter is no."""
    while True:
        answer = ask(f"{question}（はい = y、いいえ = n）: ").casefold()
        if answer in _YES | _NO:
            return answer in _YES
        click.echo("y か n を入力して、Enter キーを押してください。")
