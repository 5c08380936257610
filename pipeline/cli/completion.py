"""`torimatome completion`: the script with which a shell completes the commands."""

import click
from click.shell_completion import get_completion_class

from pipeline.cli.commands import torimatome

_SHELLS = ("bash", "zsh", "fish")


@torimatome.command(options_metavar="[オプション]")
@click.argument("shell", metavar="シェル", type=click.Choice(_SHELLS))
def completion(shell: str) -> None:
    """コマンドの入力補完を使うための設定を表示します（bash・zsh・fish）。

    例: torimatome completion bash >> ~/.bashrc
    """
    kind = get_completion_class(shell)
    assert kind is not None  # noqa: S101 - click knows the three
    click.echo(kind(torimatome, {}, "torimatome", "_TORIMATOME_COMPLETE").source())
