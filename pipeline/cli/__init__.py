"""The command line: options in, settings out, words for people, exit code.

`main` is the one place where exceptions become exit codes; no traceback reaches a coordinator
(set TORIMATOME_DEBUG=1 to see it).
"""

import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from importlib.abc import MetaPathFinder

import click

from pipeline.cli import completion, looking, making, menu, sending, start
from pipeline.cli.commands import torimatome
from pipeline.cli.japanese import usage_message
from pipeline.cli.printed import print_document, wants_json
from pipeline.errors import ExitCode, TorimatomeError

# Each of these modules adds its commands to the group.
__all__ = ["completion", "looking", "main", "making", "menu", "sending", "start", "torimatome"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give the exit code of the process."""
    if arguments is None:  # the process is ours
        _leave_out_what_nothing_uses()
    for stream in (sys.stdout, sys.stderr):
        # A terminal of another code page must not stop a run at its last line.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    given = list(sys.argv[1:] if arguments is None else arguments)
    if wants_json(given):
        return print_document(lambda fail: _outcome(given, fail))
    result = _outcome(given, partial(click.echo, err=True))
    return int(result) if isinstance(result, int) else ExitCode.OK


class _NoPandas(MetaPathFinder):
    """Says that pandas is not installed."""

    def find_spec(self, name: str, *_: object) -> None:
        """Refuse pandas; leave every other module to the next finder."""
        if name == "pandas":
            raise ModuleNotFoundError(name, name=name)


def _leave_out_what_nothing_uses() -> None:
    """Spare a run 0.25 s and 45 MB; the API, in a program of others, leaves both as they are.

    Arrow loads pandas to tell whether a list is one of its objects. Threads of numpy would
    multiply matrices, and forbid copies of this process (`machine.system.is_alone`).
    """
    sys.meta_path.insert(0, _NoPandas())
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _outcome(arguments: list[str], fail: Callable[[str], None]) -> object:
    """Run one command; give what it gives, else the exit code of its failure, told by ``fail``."""
    try:
        return torimatome.main(args=arguments, prog_name="torimatome", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.ctx.get_help() if error.ctx else error.format_message())
        return ExitCode.OK
    except click.ClickException as error:
        fail(usage_message(error))
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        fail("\n中断しました。前回の結果はそのまま残っています。")
        return ExitCode.INTERRUPTED
    except TorimatomeError as error:
        fail(error.message)
        return error.exit_code
    except Exception as error:  # the last border: a person gets words, not a traceback
        if os.environ.get("TORIMATOME_DEBUG"):
            raise
        fail(
            "思いがけない誤りで止まりました。前回の結果はそのまま残っています。\n"
            f"お手数ですが、次の一行を添えて開発者へお知らせください: {_one_line(error)}"
        )
        return ExitCode.NOTHING_WRITTEN


def _one_line(error: Exception) -> str:
    """Name an unexpected error and the place in our code, without any respondent's text."""
    place = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "pipeline" in code.co_filename:
            place = f"{code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} ({place})"
