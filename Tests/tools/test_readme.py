# SPDX-License-Identifier: Apache-2.0
"""Every command in README.md works as it stands there.

Lines of ```sh blocks that start with `gradus ` or `python3 tools/` are run one after the other in a copy of the examples;
a comment `# exit code N` behind a line says which code it ends with, when it is not 0. `make` lines name real targets.
"""
import os
import re
import shutil
import subprocess
import tempfile
import pathlib
import unittest

from program import FOLDER, ROOT

README = ROOT / "README.md"


def commands(page=README):
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def run_all(test, lines):
    """Runs commands one after the other in a copy of the examples and the tools."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("Examples", "tools"):
            shutil.copytree(ROOT / name, pathlib.Path(folder) / name, ignore=shutil.ignore_patterns(".build*"))
        environment = dict(os.environ, PATH=f"{FOLDER}{os.pathsep}{os.environ['PATH']}")
        for line in lines:
            with test.subTest(line):
                wanted = int((re.search(r"# exit code (\d+)", line) or [0, 0])[1])
                run = subprocess.run(["bash", "-c", line], cwd=folder, env=environment, capture_output=True, text=True,
                                     stdin=subprocess.DEVNULL, timeout=180)
                test.assertEqual(run.returncode, wanted, f"{line}\n{run.stdout}{run.stderr}")


class Readme(unittest.TestCase):
    def test_its_commands_work(self):
        lines = [line for line in commands() if line.startswith(("gradus ", "python3 tools/"))]
        self.assertGreater(len(lines), 5)
        run_all(self, lines)

    def test_its_make_targets_exist(self):
        makefile = (ROOT / "Makefile").read_text()
        targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
        named = {word for line in commands() if line.startswith("make ") for word in line.split("#")[0].split()[1:]}
        self.assertLessEqual(named, targets)


if __name__ == "__main__":
    unittest.main()
