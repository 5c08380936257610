"""Click's own words in Japanese: section names of the help, and errors of usage."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click

_SECTIONS = {"Options": "オプション", "Commands": "コマンド", "Arguments": "引数"}


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


def _help_option(command: click.Command, ctx: click.Context) -> click.Option | None:
    option = click.Command.get_help_option(command, ctx)
    if option is not None:
        option.help = "この説明を表示します。"
    return option


class JapaneseCommand(click.Command):
    """A command with Japanese help."""

    context_class = JapaneseContext

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the --help option, described in Japanese."""
        return _help_option(self, ctx)


class JapaneseGroup(click.Group):
    """A group with Japanese help; its commands are `JapaneseCommand`."""

    context_class = JapaneseContext
    command_class = JapaneseCommand

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Give the --help option, described in Japanese."""
        return _help_option(self, ctx)


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
        case click.UsageError() if error.ctx and error.message.startswith("No such command"):
            names: Any = getattr(error.ctx.command, "commands", {})
            return f"そのコマンドはありません。使えるコマンド: {', '.join(sorted(names))}"
        case _:
            return f"指定が正しくありません: {error.format_message()}"


def _detail(error: click.BadParameter) -> str:
    kind = error.param.type if error.param is not None else None
    match kind:
        case click.Choice():
            return "次のどれかを指定してください: " + " / ".join(str(c) for c in kind.choices)
        case click.Path():
            return (
                "そのファイルまたはフォルダが見つからないか、読めません。パスを確かめてください。"
            )
        case click.IntRange():
            return f"{kind.min} 以上の整数を指定してください。"
        case _:
            return error.message
