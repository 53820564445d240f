#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Packs a release: an archive with a statically linked `gradus`, its dashboard `gradus-service` and `libgradus`, and a Python wheel
with all of them: the programs on PATH, and the package `gradus` over the library.

    tools/dist.py [--level x86-64-v2|x86-64-v3|native] [--output dist]

Both are built in .build-dist with the Swift runtime and Foundation inside; what they still need of the system is the
C library (the oldest version that has all symbols is part of the names) and libstdc++. A second call packs the same bits.
"""
import argparse
import base64
import gzip
import hashlib
import io
import json
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
SCRATCH = ROOT / ".build-dist"
WHEEL_NEEDS = "highsbox>=1.11"
HEADER = ROOT / "Sources" / "GradusHeader" / "include" / "gradus.h"
RUNTIME_NOTE = """This archive contains, linked into gradus and libgradus.so:
- Gradus: Apache-2.0, see LICENSE in this folder.
- Swift standard library, runtime, Foundation and swift-argument-parser: Apache-2.0 with Runtime Library Exception.
- In gradus-service: Hummingbird, SwiftNIO and the packages below them (THIRD_PARTY.md): Apache-2.0.
- ICU data inside Foundation: Unicode-3.0.
Libraries that gradus opens at run time when it finds them (HiGHS, OpenBLAS, zlib, SQLite, libpq, libcurl) are not part of this archive.
"""


def build(level, product, *package):
    """A program, built for a processor level and without its symbol table; its path."""
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", *package, "--scratch-path", SCRATCH, "--product", product]
    if platform.machine() == "x86_64":
        command += ["-Xcc", f"-march={level}"]
    if sys.platform == "linux":
        # Without relocations at start both processes of a solve touch less memory, 2.4 MB together (decision 2).
        command += ["-Xlinker", "-no-pie"]
    subprocess.run([*command, "-Xlinker", "-s"], cwd=ROOT, check=True, timeout=1800)
    return SCRATCH / "release" / product


def build_library(level):
    """The shared library, which gives away the functions of its header and nothing else; its path."""
    command = ["swift", "build", "-c", "release", "--static-swift-stdlib", "--scratch-path", SCRATCH, "--product", "libgradus"]
    if platform.machine() == "x86_64":
        command += ["-Xcc", f"-march={level}"]
    names = re.findall(r"^\w[\w ]*? \*?(gradus_\w+)\(", HEADER.read_text(), re.MULTILINE)
    # The package manager links a shared library to the Swift runtime of this machine; the objects are linked again with it inside.
    subprocess.run([*command, "-Xlinker", f"-L{static_runtime()}"], cwd=ROOT, check=True, timeout=1800)
    exports, library = SCRATCH / "libgradus.map", SCRATCH / "libgradus.so"
    exports.write_text("{ global: " + " ".join(f"{name};" for name in names) + " local: *; };\n")
    flags = ["-s", "--gc-sections", "--no-undefined", f"--version-script={exports}", "-soname=libgradus.so", "-z", "nodelete"]
    subprocess.run(
        ["swiftc", "-emit-library", "-static-stdlib", "-module-name", "libgradus", "-o", library,
         f"@{SCRATCH / 'release' / 'libgradus.product' / 'Objects.LinkFileList'}",
         *(word for flag in flags for word in ("-Xlinker", flag))], check=True, timeout=600)
    return library


def static_runtime():
    """The folder of the static libraries of the Swift runtime."""
    told = subprocess.run(["swiftc", "-print-target-info"], check=True, capture_output=True, text=True, timeout=60).stdout
    return pathlib.Path(json.loads(told)["paths"]["runtimeResourcePath"]).with_name("swift_static") / "linux"


def symbols(program):
    """The versioned symbols and the libraries that a program needs, from its dynamic section."""
    text = subprocess.run(["readelf", "--wide", "--dynamic", "--version-info", program], check=True, capture_output=True,
                          text=True, timeout=60).stdout
    versions = re.findall(r"Name: ([A-Z]+)_(\d+(?:\.\d+)+)", text)
    newest = lambda kind: max((tuple(map(int, v.split("."))) for k, v in versions if k == kind), default=(0, 0))
    return newest("GLIBC"), newest("GLIBCXX"), re.findall(r"Shared library: \[(.+?)\]", text)


def text_files():
    return {"LICENSE": (ROOT / "LICENSE").read_bytes(), "THIRD_PARTY.md": (ROOT / "THIRD_PARTY.md").read_bytes(),
            "LICENSES-IN-THIS-ARCHIVE.txt": RUNTIME_NOTE.encode()}


def archive(program, service, library, name, output):
    """A .tar.gz whose bits depend on its contents alone."""
    path = output / f"{name}.tar.gz"
    with open(path, "wb") as raw, gzip.GzipFile("", "wb", 9, raw, 0) as packed, tarfile.open(fileobj=packed, mode="w") as tar:
        contents = {"bin/gradus": program.read_bytes(), "bin/gradus-service": service.read_bytes(), "lib/libgradus.so": library.read_bytes(),
                    "include/gradus.h": HEADER.read_bytes(), **text_files()}
        for inner, data in contents.items():
            entry = tarfile.TarInfo(f"{name}/{inner}")
            entry.size, entry.mode = len(data), 0o755 if inner.startswith("bin/") else 0o644
            tar.addfile(entry, io.BytesIO(data))
    return path


def wheel(program, service, library, version, tag, output):
    """`pip install` puts the program on PATH, the package and its library beside others, and brings HiGHS with it."""
    info = f"gradus-{version}.dist-info"
    files = {
        **{f"gradus/{path.name}": path.read_bytes() for path in sorted((ROOT / "python" / "gradus").glob("*.py"))},
        "gradus/libgradus.so": library.read_bytes(),
        f"gradus-{version}.data/scripts/gradus": program.read_bytes(),
        f"gradus-{version}.data/scripts/gradus-service": service.read_bytes(),
        f"{info}/METADATA": "\n".join([
            "Metadata-Version: 2.4", "Name: gradus", f"Version: {version}",
            "Summary: Solve the model you already have; every answer says what was checked, and by whom.",
            "License-Expression: Apache-2.0", "License-File: LICENSE", "License-File: THIRD_PARTY.md",
            "License-File: LICENSES-IN-THIS-ARCHIVE.txt", "Requires-Python: >=3.8", f"Requires-Dist: {WHEEL_NEEDS}",
            *(f"Provides-Extra: {extra}\nRequires-Dist: {extra}; extra == '{extra}'" for extra in ("optuna", "scipy", "torch")),
            "", "",
        ]).encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: gradus dist\nRoot-Is-Purelib: false\nTag: {tag}\n".encode(),
        **{f"{info}/licenses/{name}": data for name, data in text_files().items()},
    }
    digest = lambda data: base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
    record = "".join(f"{name},sha256={digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = (record + f"{info}/RECORD,,\n").encode()
    path = output / f"gradus-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, (0o100755 if "/scripts/" in name else 0o100644) << 16
            packed.writestr(entry, data)
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--level", default="x86-64-v2")
    parser.add_argument("--output", default=str(ROOT / "dist"))
    options = parser.parse_args()
    if platform.system() != "Linux":
        print("dist.py: releases are packed on Linux; on macOS use `swift build -c release`", file=sys.stderr)
        return 2
    if shutil.which("readelf") is None:
        print("dist.py: readelf is missing; install it with: apt-get install binutils", file=sys.stderr)
        return 5
    program, library = build(options.level, "gradus"), build_library(options.level)
    service = build(options.level, "gradus-service", "--package-path", "Service", "--disable-build-manifest-caching")
    version = subprocess.run([program, "version"], check=True, capture_output=True, text=True, timeout=60).stdout.split()[-1]
    parts = [symbols(program), symbols(service), symbols(library)]
    glibc, glibcxx = (max(part[k] for part in parts) for k in (0, 1))
    libraries = sorted({name for part in parts for name in part[2]})
    if swift := [name for name in libraries if "swift" in name.lower() or "Foundation" in name]:
        print(f"dist.py: the program still needs {', '.join(swift)}", file=sys.stderr)
        return 1
    output, machine = pathlib.Path(options.output), platform.machine()
    output.mkdir(parents=True, exist_ok=True)
    floor = ".".join(map(str, glibc))
    level = options.level if machine == "x86_64" else machine
    tar = archive(program, service, library, f"gradus-{version}-linux-{level}-glibc{floor}", output)
    pip = wheel(program, service, library, version, f"py3-none-manylinux_{glibc[0]}_{glibc[1]}_{machine}", output)
    for path in (tar, pip):
        print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}: {path.stat().st_size / 1e6:.1f} MB")
    print(f"needs glibc {floor} or newer, libstdc++ with GLIBCXX_{'.'.join(map(str, glibcxx))}, a processor of level {level}")
    print(f"libraries: {' '.join(libraries)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
