"""Play the three months in a folder: PYTHONPATH=tests python -m story --into build/demo-year."""

import sys
from itertools import chain
from pathlib import Path

import click

from pipeline.cli.commands import empty_demo_folder
from pipeline.cli.options import plain_settings
from pipeline.errors import TorimatomeError
from pipeline.forms.checklists import load_checklist
from story.scenes import play
from story.tables import MONTHS
from story.tiers import play_tiers

STORY = "あらすじ.txt"
TIERS = "二層"  # the folder of prefectures and ministry


@click.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--quiet", is_flag=True)
def main(into: Path, quiet: bool) -> None:
    """Play three months of a coordinator and tell them; the story is kept as a text file."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another code page must not stop the story at its last line.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        empty_demo_folder(into)
    except TorimatomeError as error:
        raise click.ClickException(str(error)) from error
    settings = plain_settings(MONTHS[-1], into / "inbox", into / "outbox")
    checklist = load_checklist(settings.templates / settings.checklist)
    told = []
    for scene in chain(play(settings, checklist), play_tiers(into / TIERS, settings, checklist)):
        told += [*scene.told, ""]
        if not quiet:
            click.echo("\n".join((*scene.told, "")))
    kept = into / STORY
    kept.write_text("\n".join(told), encoding="utf-8-sig", newline="\r\n")
    click.echo(f"3 か月分の流れと、県と国の2か月分の流れが終わりました。順を追った説明: {kept}")


if __name__ == "__main__":
    main()
