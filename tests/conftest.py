"""No test looks at the clock: today is the month that the samples are of."""

import pytest
from hypothesis import settings

from pipeline.cli import commands
from pipeline.sample import MONTH


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "this_month", lambda: MONTH)


# How long an example takes says how busy the machine is.
settings.register_profile("torimatome", deadline=None)
settings.load_profile("torimatome")
