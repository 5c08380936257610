"""docs/cli.md, generated from the commands' own help so that it cannot go stale."""

from __future__ import annotations

import click

from pages import head_of
from pipeline.cli.japanese import JapaneseContext


def render_cli_page(program: click.Group) -> str:
    """Give the Markdown of docs/cli.md: the help of every visible command of the program."""
    return "\n".join([head_of("cli"), *_sections("torimatome", program, None)])


def _sections(name: str, command: click.Command, parent: click.Context | None) -> list[str]:
    """Give one section for a command and for everything below it, hidden ones left out."""
    context = JapaneseContext(
        command, parent=parent, info_name=name, terminal_width=100, **command.context_settings
    )
    sections = [f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"]
    if isinstance(command, click.Group):
        for child_name, child in sorted(command.commands.items()):
            if not child.hidden:
                sections += _sections(child_name, child, context)
    return sections
