"""No fact of what the core reads changes without being seen: see golden_core.py."""

import pytest
from golden_core import READERS, lines


@pytest.mark.outside  # no outside tool: what is read may change for the better any day
@pytest.mark.parametrize("name", READERS)
def test_the_core_reads_each_text_as_it_did(name: str) -> None:
    told = READERS[name][1]
    changed = {text: (then, now) for text, then in lines(name) if (now := told(text)) != then}
    assert not changed, "where this is meant: python tests/golden_core.py, and look at the diff"
