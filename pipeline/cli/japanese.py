"""Click's own words in Japanese: section names of the help, and errors of usage."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any

import click

_SECTIONS = {
    "Options": "オプション",
    "Commands": "コマンド",
    "Arguments": "引数",
    "Positional arguments": "引数",
}
# What somebody may type who looks for a command by what it does.
_CALLED = {
    "集計": "aggregate",
    "取りまとめ": "aggregate",
    "差戻": "sendback",
    "督促": "sendback",
    "配布": "distribute",
    "様式": "distribute",
    "締": "close",
    "見本": "demo",
    "準備": "init",
    "指摘": "rules",
    "画面": "menu",
}


class JapaneseFormatter(click.HelpFormatter):
    """Help with Japanese headings; full-width text is left to the terminal to wrap."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """Write the line that shows how a command is called."""
        super().write_usage(prog, args, prefix or "使い方: ")

    @contextmanager
    def section(self, name: str) -> Iterator[None]:
        """Open a section under its Japanese heading."""
        with super().section(_SECTIONS.get(name, name)):
            yield


class JapaneseContext(click.Context):
    """A context whose help is written by `JapaneseFormatter`."""

    formatter_class = JapaneseFormatter


class JapaneseCommand(click.Command):
    """A command with Japanese help."""

    context_class = JapaneseContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the --help option, described in Japanese."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "この説明を表示します。"
        return option


class JapaneseGroup(JapaneseCommand, click.Group):
    """A group with Japanese help; its commands are `JapaneseCommand`."""

    command_class = JapaneseCommand


def _option_name(error: click.BadParameter) -> str:
    if error.param_hint:
        hint = error.param_hint
        return hint if isinstance(hint, str) else " / ".join(hint)
    return error.param.get_error_hint(error.ctx) if error.param and error.ctx else ""


def usage_message(error: click.ClickException) -> str:
    """Say in Japanese what is wrong with the command line and where help is to be had."""
    message = _what_is_wrong(error)
    path = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else ""
    return f"{message}\n使い方は「{path or 'torimatome'} --help」で確認できます。"


def _what_is_wrong(error: click.ClickException) -> str:
    match error:
        case click.NoSuchOption():
            near = (
                f"「{'」「'.join(error.possibilities)}」ではありませんか。"
                if error.possibilities
                else ""
            )
            return f"オプション「{error.option_name}」はありません。{near}"
        case click.MissingParameter():
            return f"{_option_name(error)} を指定してください。"
        case click.BadParameter():
            return f"{_option_name(error)} の指定が正しくありません: {_detail(error)}"
        case _:
            return _otherwise_wrong(error)


def _otherwise_wrong(error: click.ClickException) -> str:
    match error:
        case click.BadOptionUsage() if "does not take a value" in error.message:
            return f"オプション「{error.option_name}」に値は付けられません。"
        case click.BadOptionUsage():
            return f"オプション「{error.option_name}」の後ろに値を指定してください。"
        case click.UsageError() if error.ctx and error.message.startswith("No such command"):
            commands: Any = getattr(error.ctx.command, "commands", {})
            names = sorted(name for name, each in commands.items() if not each.hidden)
            return _no_command(_quoted(error.message), names)
        case click.UsageError() if "unexpected extra argument" in error.message:
            extra = error.message.partition("(")[2].rstrip(").")
            return f"余分な指定があります: {extra}"
        case _:
            return "指定が正しくありません。"


def _quoted(message: str) -> str:
    found = re.search(r"['\"](.*)['\"]", message)
    return found[1] if found else ""


def _no_command(typed: str, names: Sequence[str]) -> str:
    """Tell that there is no such command, and which may have been meant."""
    meant = [name for word, name in _CALLED.items() if word in typed]
    meant += get_close_matches(typed.casefold(), names, n=1, cutoff=0.5)
    near = [name for name in dict.fromkeys(meant) if name in names]
    asked = f"「{'」「'.join(near)}」ではありませんか。" if near else ""
    return f"コマンド「{typed}」はありません。{asked}使えるコマンド: {', '.join(names)}"


def _detail(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.Choice():
            return "次のどれかを指定してください: " + " / ".join(str(c) for c in kind.choices)
        case click.Path() if "is a directory" in error.message:
            return "フォルダではなく、ファイルを指定してください。"
        case click.Path() if "is a file" in error.message:
            return "ファイルではなく、フォルダを指定してください。"
        case click.Path():
            return (
                "そのファイルまたはフォルダが見つからないか、読めません。パスを確かめてください。"
            )
        case click.IntRange():
            return f"{kind.min} 以上の整数を指定してください。"
        case _:
            return error.message
