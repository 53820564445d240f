#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The dashboard on a study of 10,000 trials, in a headless Chromium: first paint, and all parts of the page.

    Benchmarks/dashboard.py [--trials 10000] [--rounds 5]

The first paint is what the browser reports (first-contentful-paint), from the beginning of the navigation; medians of the rounds, the
first of them with whatever the server has to read. Exit code 1 when the limit of a second does not hold.
"""
import argparse
import json
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import urllib.parse

from measure import GRADUS, OURS, ROOT, judge, need

sys.path.insert(0, str(ROOT / "Tests" / "tools"))
import browser  # noqa: E402

LIMIT = 1.0
SPEC = {
    "study": "big", "protocol": "json-lines", "objectives": {"loss": "minimize"}, "parallel": 4, "by": "random",
    "parameters": {"rate": {"type": "float", "low": 1e-5, "high": 0.1, "log": True}, "layers": {"type": "int", "low": 1, "high": 8},
                   "activation": {"type": "categorical", "choices": ["relu", "tanh"]}, "dropout": {"type": "float", "low": 0, "high": 1}},
}


def work():
    for line in sys.stdin:
        values = json.loads(line)["parameters"]
        loss = abs(math.log10(values["rate"]) + 3) + 0.1 * values["layers"] + values["dropout"] ** 2 + 0.3 * (values["activation"] == "tanh")
        print(json.dumps({"loss": loss}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work", action="store_true")
    options = parser.parse_args()
    if options.work:
        return work()
    need(GRADUS)
    if browser.PROGRAM is None or not (GRADUS.parent / "gradus-service").exists():
        print("Chromium or gradus-service is missing: tools/setup.sh and `make service`")
        return 5
    with tempfile.TemporaryDirectory() as folder:
        place = pathlib.Path(folder)
        command = [sys.executable, str(pathlib.Path(__file__).resolve()), "--work"]
        (place / "big.yaml").write_text(json.dumps({**SPEC, "command": command, "trials": options.trials, "storage": f"{place}/big.journal"}))
        subprocess.run([GRADUS, "tune", place / "big.yaml", "--quiet"], env=OURS, check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([GRADUS, "serve", "--port", "0", "--storage", place / "big.journal"], env=OURS, text=True,
                                  stdout=subprocess.PIPE)
        page = None
        try:
            address = server.stdout.readline().strip()
            port = urllib.parse.urlsplit(address).port
            page = browser.Browser()
            page.size(1280, 900)
            page.open(address)
            paints, wholes = [], []
            for _ in range(options.rounds):
                page.open(f"http://127.0.0.1:{port}/studies/big")
                page.wait("performance.getEntriesByName('first-contentful-paint').length")
                paints.append(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1000)
                page.wait("!document.querySelector('[data-later]')")
                wholes.append(page.evaluate("performance.now()") / 1000)
        finally:
            if page:
                page.close()
            server.terminate()
            server.wait()
    print(f"first paint {', '.join(f'{t:.2f}' for t in paints)} s; all parts {', '.join(f'{t:.2f}' for t in wholes)} s")
    return 0 if judge(f"first paint, {options.trials:,} trials", statistics.median(paints), LIMIT, "s") else 1


if __name__ == "__main__":
    sys.exit(main())
