"""Processes started with this folder on PYTHONPATH find no `resource`, as on Windows."""

import sys

sys.modules["resource"] = None  # type: ignore[assignment]
