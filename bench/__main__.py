"""`make bench`: the product, the naive loop and the floor over the same returns, as ratios.

Machines differ and are noisy, so every figure to quote is a ratio of medians within one run.
Processor time of all processes stands beside the wall time: others on the machine move it less.
Results go to bench/results.md. `python -m bench --sizes 200` runs less; `--guard` compares the
ratios of a small run with GUARD and fails where the product has become slower.
"""

import argparse
import json
import math
import os
import pickle
import platform
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / "build" / "bench"
MONTH = "2026-11"
SEED = 20261123
SIZES = (200, 1788, 20000)
NOTES_SIZE = 600  # returns of the set whose notes are mostly distinct, see bench/notes.py
FEW = (1, 34)  # returns whose start-up is measured
ROUNDS = 3
# From here on the product alone, once: the others would take a quarter of an hour to tell the
# ratios of TARGET_SIZE again, and little of so long a run is start-up noise.
ALONE_FROM = 10_000
LOOK = 0.1  # seconds between two looks at memory and processor time
TARGET_SIZE = 1788
CHANGED = 3  # files of a second run
DECIDED = 20  # lines of 確認票 that somebody decides before it
PER_RETURN = 1.2  # cost of a return at the largest size over that at TARGET_SIZE, at most
GUARD_SIZE = 200
GUARD_PROCESSOR = 2.5  # processor time of the product over that of the floor, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of one command with all its processes.

    ``seconds`` of wall time, ``processor`` seconds on all cores, the peak of memory in MB.
    """

    seconds: float
    processor: float
    megabytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """All rounds of one size."""

    returns: int
    distinct: bool  # the notes, see bench/notes.py
    product: tuple[Measured, ...]
    again: tuple[Measured, ...]  # once more, with CHANGED files and DECIDED lines of 確認票
    naive: tuple[Measured, ...]
    floor: tuple[Measured, ...]
    stages: dict[str, float]
    workbook_bytes: int

    @property
    def name(self) -> str:
        """Say what was read."""
        return f"{self.returns:,}" + (", notes that differ" if self.distinct else "")


def median_seconds(rounds: Sequence[Measured]) -> float:
    """Give the median wall time of some rounds, in seconds; NaN of none."""
    return statistics.median([measured.seconds for measured in rounds] or [math.nan])


def median_processor(rounds: Sequence[Measured]) -> float:
    """Give the median processor time of some rounds, in seconds; NaN of none."""
    return statistics.median([measured.processor for measured in rounds] or [math.nan])


def peak(rounds: Sequence[Measured]) -> float:
    """Give the largest memory any round used, in MB."""
    return max((measured.megabytes for measured in rounds), default=0.0)


def measure(command: Sequence[str]) -> Measured:
    """Run a command to its end; memory is the proportional share summed over its processes.

    A command that prints a number on its last line takes so many seconds off: what it did
    before the work began and that is not to be compared.
    """
    started = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    highest = 0.0
    spent: dict[int, float] = {}
    reaped: list[float] = [0.0]
    finished = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not finished.wait(LOOK):
            highest = max(highest, _look(process.pid, spent, reaped))

    watcher = threading.Thread(target=watch)
    watcher.start()
    before = _ended_children()
    output, errors = process.communicate()
    seconds = time.perf_counter() - started
    finished.set()
    ended = _ended_children() - before
    watcher.join()
    spent.pop(process.pid, None)
    if process.returncode not in {0, 1}:
        raise SystemExit(f"{' '.join(command)} failed:\n{errors.decode(errors='replace')}")
    unmeasured = _taken_off(output)
    return Measured(
        seconds=seconds - unmeasured,
        processor=ended - reaped[-1] + max(reaped[-1], sum(spent.values())) - unmeasured,
        megabytes=highest,
    )


def _taken_off(output: bytes) -> float:
    try:
        return float(output.splitlines()[-1])
    except (IndexError, ValueError):
        return 0.0


def _ended_children() -> float:
    """Give the processor seconds of the processes that we started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def _look(root: int, spent: dict[int, float], reaped: list[float]) -> float:
    """Sum the proportional memory (MB) of a process and all below it; 0 where /proc is missing.

    ``spent`` takes the processor seconds of each so far: those of workers from a server, which are
    no children of ours, are known only while they live. ``reaped`` takes those of the workers
    that ``root`` itself has seen ending, which count among its own in the end.
    """
    total = 0.0
    tick = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
    pending = [root]
    while pending:
        pid = pending.pop()
        folder = Path("/proc") / str(pid)
        try:
            for line in (folder / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) / 1024
            stat = (folder / "stat").read_text().rpartition(")")[2].split()
            spent[pid] = (int(stat[11]) + int(stat[12])) / tick
            if pid == root:
                reaped.append((int(stat[13]) + int(stat[14])) / tick)
            for children in folder.glob("task/*/children"):
                pending += map(int, children.read_text().split())
        except OSError:  # it ended while we looked, or this is no Linux
            continue
    return total


def product_over(inbox: Path, outbox: Path) -> tuple[str, ...]:
    """Give the command that is measured."""
    folders = ("--inbox", str(inbox), "--outbox", str(outbox))
    return ("-m", "pipeline", "aggregate", *folders, "--month", MONTH, "--yes", "--quiet")


def generated(returns: int, *, distinct: bool = False) -> Path:
    """Give the folder with the returns of one set, generated where they are not there yet."""
    from bench.generate import generate  # noqa: PLC0415 - libraries of the samples only

    folder = WORK / (f"{returns}-notes" if distinct else str(returns))
    if not (folder / "ready").exists():
        generate(folder / "inbox", returns, SEED, distinct=distinct)
        (folder / "ready").touch()
    return folder


def decide(form: Path) -> None:
    """Accept the first DECIDED lines of 確認票, as a coordinator does in a spreadsheet."""
    import openpyxl  # noqa: PLC0415 - here only

    book = openpyxl.load_workbook(form)
    sheet = book["確認票"]
    column, rows = next(
        (cell.column, range(cell.row + 1, cell.row + 1 + DECIDED))
        for line in sheet.iter_rows()
        for cell in line
        if cell.value == "判断"
    )
    for row in rows:
        sheet.cell(row, column).value = "そのまま認める"
    book.save(form)


def run_few(returns: int, rounds: int = 5) -> tuple[Measured, ...]:
    """Run the product over a handful of returns, again and again, each a first run."""
    folder = generated(returns)
    runs = []
    for _ in range(rounds):
        shutil.rmtree(folder / "outbox", ignore_errors=True)
        runs.append(measure(product_over(folder / "inbox", folder / "outbox")))
    return tuple(runs)


def run_size(returns: int, most_rounds: int = ROUNDS, *, distinct: bool = False) -> Result:
    """Generate the returns of one size and run all three over them, in turn."""
    from bench.floor import cells_of  # noqa: PLC0415 - libraries of the floor only
    from bench.generate import generate  # noqa: PLC0415 - the same

    folder = generated(returns, distinct=distinct)
    inbox, outbox = folder / "inbox", folder / "outbox"
    product = product_over(inbox, outbox)
    compared = returns < ALONE_FROM
    rounds = most_rounds if compared else 1
    if compared:
        measure(product)  # warm the file cache for all three
    ours: list[Measured] = []
    naive: list[Measured] = []
    floor: list[Measured] = []
    for _ in range(rounds):
        shutil.rmtree(outbox, ignore_errors=True)  # a first run: no 確認票 to read yet
        ours.append(measure(product))
        workbook = outbox / MONTH / f"集計_{MONTH}.xlsx"
        if not compared:
            break
        cells = folder / "cells.pickle"
        if not floor:  # the cells of the workbook that this run has made
            cells.write_bytes(pickle.dumps(cells_of(workbook)))
        floor.append(measure(("-m", "bench", "--floor", str(inbox), str(cells), str(folder))))
        naive.append(measure(("-m", "bench", "--naive", str(inbox), str(folder / "naive.xlsx"))))
    timing = json.loads((outbox / MONTH / "run.json").read_text(encoding="utf-8"))["timing"]
    size = workbook.stat().st_size
    again: tuple[Measured, ...] = ()
    if compared:
        generate(inbox, CHANGED, SEED + 1, distinct=distinct)
        decide(outbox / MONTH / f"確認票_{MONTH}.xlsx")
        again = (measure(product),)
        generate(inbox, CHANGED, SEED, distinct=distinct)
    return Result(
        returns=returns,
        distinct=distinct,
        product=tuple(ours),
        again=again,
        naive=tuple(naive),
        floor=tuple(floor),
        stages={name: float(seconds) for name, seconds in timing.items()},
        workbook_bytes=size,
    )


def render(results: Sequence[Result], few: Mapping[int, tuple[Measured, ...]]) -> str:
    """Give bench/results.md."""
    lines = [
        "# Measured speed and memory",
        "",
        "Written by `make bench`. Quote the ratios: seconds are those of one machine on one day.",
        f"Machine: {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}."
        f" Medians of {max(len(result.product) for result in results)} interleaved rounds"
        f" (from {ALONE_FROM:,} returns on the product alone, once).",
        "naive: bench/naive.py, a pandas loop. floor: calamine reading the same files and"
        " XlsxWriter writing the same cells, one process, nothing else.",
        "",
        "| returns | torimatome | naive | floor | naive / torimatome | torimatome / floor"
        " | processor time: torimatome, naive, floor | ms a return"
        " | peak memory (all processes) | workbook | again, 3 files changed, 20 lines decided |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for result in results:
        ours, naive, floor = map(median_seconds, (result.product, result.naive, result.floor))
        lines.append(
            f"| {result.name} | {ours:.1f} s | {naive:.1f} s | {floor:.1f} s"
            f" | **{naive / ours:.1f} ×** | **{ours / floor:.2f} ×**"
            f" | {median_processor(result.product):.1f} s, {median_processor(result.naive):.1f} s,"
            f" {median_processor(result.floor):.1f} s | {1000 * ours / result.returns:.1f}"
            f" | {peak(result.product):.0f} MB | {result.workbook_bytes / 1e6:.1f} MB"
            f" | {median_seconds(result.again):.1f} s, processor"
            f" {median_processor(result.again):.1f} s |".replace("nan s", "–").replace("nan ×", "–")
        )
    lines += ["", "## Stages (seconds of the last round)", ""]
    names = list(dict.fromkeys(name for result in results for name in result.stages))
    lines += [f"| returns | {' | '.join(names)} |", "|---" * (len(names) + 1) + "|"]
    for result in results:
        seconds = " | ".join(f"{result.stages.get(name, 0):.2f}" for name in names)
        lines.append(f"| {result.name} | {seconds} |")
    lines += ["", "## Few returns (medians)", "", "| returns | wall | processor time |"]
    lines += ["|---|---|---|"]
    lines += [
        f"| {returns} | {median_seconds(runs):.2f} s | {median_processor(runs):.2f} s |"
        for returns, runs in few.items()
    ]
    lines += ["", "## Targets", "", "| target | measured | |", "|---|---|---|"]
    lines += [
        f"| {words} | {found} | {'met' if met else 'MISSED'} |"
        for words, found, met in targets(results, few)
    ]
    lines += [
        "",
        "naive writes six columns and two pivots; torimatome writes every sheet, all data files"
        " and the findings, and the floor as many cells as torimatome.",
    ]
    return "\n".join(lines) + "\n"


def targets(
    results: Sequence[Result], few: Mapping[int, tuple[Measured, ...]]
) -> Iterator[tuple[str, str, bool]]:
    """Give each target that these runs can tell of, what was measured, and whether it is met."""
    sizes = {result.returns: result for result in results if not result.distinct}
    usual, largest = sizes.get(TARGET_SIZE), sizes.get(max(SIZES))
    for result in results:
        least = 3.5 if result.distinct else 5.0
        if result.distinct or result is usual:
            ratio = median_seconds(result.naive) / median_seconds(result.product)
            differ = " with notes that differ" if result.distinct else ""
            words = f"{result.returns:,} returns{differ}, {least:g} × faster than naive"
            yield words, f"{ratio:.1f} ×", ratio >= least
    if usual:
        ours, floor = median_seconds(usual.product), median_seconds(usual.floor)
        spent, again = median_processor(usual.product), median_processor(usual.again)
        size = f"{TARGET_SIZE:,} returns,"
        yield f"{size} at most 1.5 × the floor", f"{ours / floor:.2f} ×", ours / floor <= 1.5
        yield f"{size} at most 9 s of the processor", f"{spent:.1f} s", spent <= 9
        yield f"{size} at most 300 MB", f"{peak(usual.product):.0f} MB", peak(usual.product) <= 300
        words = f"{size} {CHANGED} files changed, {DECIDED} lines decided, at most 1.05 × the first"
        ratio = median_seconds(usual.again) / ours
        found = f"{ratio:.2f} × (processor {again / spent:.2f} ×)"
        yield words, found, max(ratio, again / spent) <= 1.05  # a busy machine flatters either
    if largest:
        held = peak(largest.product)
        yield f"{largest.returns:,} returns, at most 900 MB", f"{held:.0f} MB", held <= 900
    if usual and largest:
        cost = [median_processor(each.product) / each.returns for each in (largest, usual)]
        words = f"{largest.returns:,} returns, processor time of one at most {PER_RETURN} × that at"
        ratio = cost[0] / cost[1]
        yield f"{words} {TARGET_SIZE:,}", f"{ratio:.2f} ×", ratio <= PER_RETURN
    if 34 in few:
        seconds = median_seconds(few[34])
        yield "34 returns, at most 1.5 s of wall", f"{seconds:.2f} s", seconds <= 1.5
    if 1 in few:
        spent = median_processor(few[1])
        yield "one return, at most 1 s of the processor", f"{spent:.2f} s", spent <= 1


def guard() -> None:
    """Fail where the product needs more of the processor than GUARD_PROCESSOR floors."""
    result = run_size(GUARD_SIZE)
    ratio = median_processor(result.product) / median_processor(result.floor)
    print(f"torimatome / floor, processor time at {GUARD_SIZE} returns: {ratio:.2f}")
    if ratio > GUARD_PROCESSOR:
        raise SystemExit(f"slower than the guard allows ({GUARD_PROCESSOR})")


def main() -> None:
    """Run the sizes asked for, or one side of the comparison when called by ourselves."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--notes", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--guard", action="store_true")
    parser.add_argument("--naive", nargs=2, type=Path, metavar=("INBOX", "TARGET"))
    parser.add_argument("--floor", nargs=3, type=Path, metavar=("INBOX", "CELLS", "FOLDER"))
    arguments = parser.parse_args()
    if arguments.naive:
        from bench.naive import consolidate  # noqa: PLC0415 - pandas, only on this side

        consolidate(*arguments.naive)
    elif arguments.floor:
        from bench import floor  # noqa: PLC0415 - only on this side

        inbox, cells, folder = arguments.floor
        started = time.perf_counter()
        prepared = pickle.loads(cells.read_bytes())  # noqa: S301 - written by ourselves above
        print(time.perf_counter() - started)
        floor.read(inbox)
        floor.write(prepared, folder / "floor.xlsx")
    elif arguments.guard:
        guard()
    else:
        results = []
        few = {returns: run_few(returns) for returns in FEW}
        sets = [(size, False) for size in arguments.sizes]
        if arguments.notes:
            sets.append((NOTES_SIZE, True))
        for size, distinct in sets:
            results.append(run_size(size, arguments.rounds, distinct=distinct))
            print(render(results[-1:], few))
        (ROOT / "bench" / "results.md").write_text(
            render(results, few) + (ROOT / "bench" / "tried.md").read_text(encoding="utf-8"),
            "utf-8",
        )


if __name__ == "__main__":
    main()
