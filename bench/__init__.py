"""Measurements of the product against what a user would write and against the floor."""

import sys
from pathlib import Path

# The makers of returned forms are those of the tests.
sys.path.append(str(Path(__file__).parent.parent / "tests"))
