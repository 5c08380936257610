"""Check and unpack the parts on the first start, then go on with `torimatome menu`.

Runs on the Python of the kit with its standard library alone.
"""

import hashlib
import json
import os
import re
import shutil
import sys
import zipfile
from pathlib import Path

PARTS = Path(__file__).resolve().parent
HOME = PARTS.parent
LIBRARY = PARTS / "lib"
LONGEST_PATH = 259  # of Windows, where nobody has switched longer ones on


class StopError(Exception):
    """What keeps the kit from starting, in words for a coordinator."""


def prepare() -> None:
    """Unpack the wheels once, each after its hash was checked. `StopError` tells what is wrong."""
    kit = json.loads((PARTS / "kit.json").read_text(encoding="ascii"))
    here = "{}.{}".format(*sys.version_info[:2])
    if here != kit["python"]:
        raise StopError(f"このキットは Python {kit['python']} 用です（見つかったのは {here}）。")
    mark = LIBRARY / "kit.json"
    if mark.is_file() and json.loads(mark.read_text(encoding="ascii")) == kit:
        return
    length = len(str(LIBRARY)) + len(f".{os.getpid()}") + 1 + kit["longest"]
    if os.name == "nt" and length > LONGEST_PATH:
        raise StopError(
            f"フォルダの場所が長すぎます（{length - LONGEST_PATH} 文字の超過）。"
            "キットのフォルダを C:\\ やデスクトップのような短い場所に移してから、実行してください。"
        )
    print("はじめての準備をしています（1～2分。次からはすぐに始まります）…", flush=True)
    fresh = LIBRARY.with_name(f"{LIBRARY.name}.{os.getpid()}")
    try:
        for name, digest in kit["wheels"].items():
            wheel = PARTS / "wheels" / name
            if hashlib.sha256(wheel.read_bytes()).hexdigest() != digest:
                raise StopError(
                    f"部品 {name} が、作ったときと違います。キットの zip を展開し直してください。"
                )
            with zipfile.ZipFile(wheel) as packed:
                packed.extractall(fresh)
        shutil.copyfile(PARTS / "kit.json", fresh / "kit.json")
        shutil.rmtree(LIBRARY, ignore_errors=True)
        fresh.rename(LIBRARY)
    except OSError as error:
        raise StopError(
            f"準備ができませんでした（{error.strerror or error}）。キットのフォルダに書き込めるか、"
            "空き容量が 500MB ほどあるかを確かめてから、もう一度実行してください。"
        ) from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def dropped(command: str) -> list[str]:
    """Give the files that were dropped on a .bat, from the command line of its cmd.exe.

    That line is taken whole: as arguments of the .bat, names with & or % would be taken apart.
    """
    found = re.search(r'\.bat"?(.*)', command, re.IGNORECASE | re.DOTALL)
    rest = found[1].strip() if found else ""
    if rest.count('"') % 2:
        rest = rest[: rest.rindex('"')] + rest[rest.rindex('"') + 1 :]
    return [quoted or plain for quoted, plain in re.findall(r'"([^"]+)"|([^\s"]+)', rest)]


def main(task: str) -> int:
    """Do a task of the menu; the window stays open until Enter is pressed."""
    os.chdir(HOME)
    try:
        prepare()
    except StopError as stop:
        print(stop)
        print("Enter キーを押すと、この画面を閉じます。", flush=True)
        sys.stdin.readline()
        return 3
    sys.path.insert(0, str(LIBRARY))
    from pipeline.cli import main as torimatome  # noqa: PLC0415 - it has just been unpacked

    files = dropped(os.environ.pop("TORIMATOME_DROPPED", ""))
    places = ["--inbox", "1_届いた回答", "--outbox", "2_結果"]
    return torimatome(["menu", "--task", task, *places, "--wait", "--", *files])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
