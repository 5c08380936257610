"""The generated pages of docs/: written from the code they tell of, so that none goes stale.

A page has its first lines in a file of its own here, by its name.
"""

from pathlib import Path


def head_of(page: str) -> str:
    """Give what stands above the generated part of a page."""
    return Path(__file__).with_name(f"{page}.md").read_text(encoding="utf-8")
