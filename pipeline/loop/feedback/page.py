"""A feedback card as one self-contained page: no script, no link, prints on one sheet of A4."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from pipeline.loop.feedback.cards import SHOWN

if TYPE_CHECKING:
    from jinja2 import Template

    from pipeline.loop.feedback.cards import Card


def card_page(card: Card) -> str:
    """Give the page. Whatever a respondent or a roster wrote is text in it, never markup."""
    return _template().render(card=card, shown=SHOWN)


@cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined  # noqa: PLC0415 - for this command alone

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    source = files("pipeline.loop.feedback").joinpath("card.html").read_text(encoding="utf-8")
    return environment.from_string(source)
