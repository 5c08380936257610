"""No test looks at the clock: today is the month that the samples are of."""

import os

import pytest
from hypothesis import settings
from inboxes import read_in_this_process

from pipeline.cli import looking, options
from pipeline.month import reading
from pipeline.sample import MONTH


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (options, looking):
        monkeypatch.setattr(module, "this_month", lambda: MONTH)


@pytest.fixture(autouse=True)
def _one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in this process where `make coverage` asks for it: it sees no other."""
    if os.environ.get("TORIMATOME_ONE_PROCESS"):
        monkeypatch.setattr(reading, "_executor", lambda _settings: read_in_this_process)


# How long an example takes says how busy the machine is.
settings.register_profile("torimatome", deadline=None)
settings.load_profile("torimatome")
