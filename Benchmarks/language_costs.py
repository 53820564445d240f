#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What workflows and language models cost beside the models themselves: the program `language` with a server of fixed latency."""
import os
import pathlib
import subprocess
import sys

from measure import OURS, ROOT


def main():
    folder = os.environ.get("GRADUS_BENCHMARKS")
    if not folder:
        build = ["swift", "build", "-c", "release", "-Xcc", "-march=native", "--package-path", str(ROOT / "Benchmarks"), "--product", "language"]
        if subprocess.run(build, timeout=1500).returncode != 0:
            sys.exit("the benchmark does not build")
        folder = ROOT / "Benchmarks" / ".build" / "release"
    stub = subprocess.Popen([sys.executable, ROOT / "Tests" / "tools" / "model_stub.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        url = f"http://127.0.0.1:{int(stub.stdout.readline())}/v1"
        return subprocess.run([pathlib.Path(folder) / "language", url], env=OURS, timeout=600).returncode
    finally:
        stub.kill()
        stub.wait()


if __name__ == "__main__":
    sys.exit(main())
