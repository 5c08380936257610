"""No test looks at the clock, and files are read in this process unless a test asks for workers."""

import gc
import os
from collections.abc import Iterator
from contextlib import nullcontext

import openpyxl_parser  # noqa: F401 - before whatever imports openpyxl
import pytest
from every_case import examples, workbooks_once
from hypothesis import settings
from inboxes import read_in_this_process

from pipeline.cli import looking, options
from pipeline.machine import isolate
from pipeline.month import reading
from pipeline.sample import MONTH

# Four seconds and more: they come first, so that the processes of a run end together.
_LONG = [
    "story",
    "cluster",
    "api",
    "seal",
    "returns",
    "kit",
    "issued",
    "windows_like",
    "identity",
    "layout_forms",
    "review",
    "agree",
    "faults",
    "bodies",
    "odd_files",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests of long files first, each file in its own order."""
    place = {f"test_{name}.py": at for at, name in enumerate(_LONG)}
    items.sort(key=lambda item: place.get(item.path.name, len(place)))


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what collection made, and look rarely."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


@pytest.fixture(autouse=True, scope="session")
def _in_this_process() -> Iterator[None]:
    """Read without workers: starting them costs a second a run, and most runs read five files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "run_isolated", read_in_this_process)
        yield


@pytest.fixture(autouse=True, scope="session")
def _no_waiting_for_the_disk() -> Iterator[None]:
    """No test cuts the power; tests/faults.py strikes at each sync, in a process of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


@pytest.fixture(autouse=True)
def _workbook_once(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the first run of a test marked so write its workbooks; one of a file is ``but`` out."""
    marked = request.node.get_closest_marker("workbook_once")
    once = marked is not None and not marked.kwargs
    with workbooks_once(request.node.nodeid.partition("[")[0]) if once else nullcontext():
        yield


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in worker processes, as the product does."""
    monkeypatch.setattr(reading, "run_isolated", isolate.run_isolated)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """Today is in the month that the samples are of."""
    for module in (options, looking):
        monkeypatch.setattr(module, "this_month", lambda: MONTH)


# How long an example takes says how busy the machine is.
settings.register_profile("torimatome", deadline=None, max_examples=examples(100))
settings.load_profile("torimatome")
