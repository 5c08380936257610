"""Sum up sealed parts: `python -m bench.sealed` tells what a nation of bundles takes.

One generated office of 200 returns is counted and sealed as any office is. Its table of answers
then stands for as many offices as are asked for, each a part of one data set with its own
respondents. The data set is summed by pyarrow, some rows at a time; no return is opened.
"""

import argparse
import json
import resource
import shutil
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import dataset, parquet

from bench.__main__ import MONTH, ROOT, SEED, WORK
from bench.generate import generate
from pipeline.loop.seal import seal
from pipeline.run import aggregate
from pipeline.settings import Settings

OFFICE = 200  # returns of one office


def sealed_office(folder: Path) -> Path:
    """Generate, count and seal one office; give its bundle."""
    shutil.rmtree(folder, ignore_errors=True)
    generate(folder / "inbox", OFFICE, SEED)
    settings = Settings(
        month=MONTH,
        made_at="",
        inbox=folder / "inbox",
        outbox=folder / "outbox",
        templates=ROOT / "templates",
        pivot=False,
        office="青海県",
    )
    aggregate(settings)
    return seal(replace(settings), sealed_at=f"{MONTH}-29T10:00:00+09:00").path


def parts_of(bundle: Path, into: Path, offices: int) -> int:
    """Write the answers of a bundle as those of many offices; give the bytes of all parts."""
    with ZipFile(bundle) as archive, archive.open("data/answers.parquet") as file:
        rows = parquet.read_table(file)
    place = rows.schema.get_field_index("respondent_id")
    ids = rows.column(place).cast(pa.string())
    for number in range(offices):
        part = into / f"office={number:05d}"
        part.mkdir(parents=True)
        own = pc.binary_join_element_wise(f"{number:05d}", ids, "-").dictionary_encode()
        table = rows.set_column(place, "respondent_id", own)
        parquet.write_table(table, part / "answers.parquet", compression="zstd")
    return sum(path.stat().st_size for path in into.rglob("*.parquet"))


def summed(into: Path) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """Count the statuses by item and by office, from the parts alone."""
    by_item: Counter[tuple[str, str]] = Counter()
    by_office: Counter[tuple[str, str]] = Counter()
    parts = dataset.dataset(into, format="parquet", partitioning="hive")
    for batch in parts.to_batches(columns=["item_id", "status", "office"]):
        rows = pa.Table.from_batches([batch])
        for key, counts in (("item_id", by_item), ("office", by_office)):
            groups = rows.group_by([key, "status"]).aggregate([([], "count_all")])
            for name, status, count in zip(*(column.to_pylist() for column in groups), strict=True):
                counts[str(name), status] += count
    return by_item, by_office


def main() -> None:
    """Print the figures as one line of JSON."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--returns", type=int, default=100_000)
    offices = -(-given.parse_args().returns // OFFICE)
    folder = WORK / "sealed"
    bundle = sealed_office(folder / "office")
    into = folder / "parts"
    shutil.rmtree(into, ignore_errors=True)
    size = parts_of(bundle, into, offices)
    started, busy = time.perf_counter(), time.process_time()
    by_item, by_office = summed(into)
    told = {
        "returns": offices * OFFICE,
        "offices": offices,
        "answers": sum(by_item.values()),
        "bundle_bytes": bundle.stat().st_size,
        "parts_bytes": size,
        "seconds": round(time.perf_counter() - started, 2),
        "processor": round(time.process_time() - busy, 2),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }
    if sum(by_office.values()) != told["answers"] or told["answers"] % offices:
        sys.exit("the two sums differ")
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
