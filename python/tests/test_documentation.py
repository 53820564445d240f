# SPDX-License-Identifier: Apache-2.0
"""Every Python block of Documentation/python.md and every C program of Documentation/c-interface.md runs as it stands there."""
import importlib.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from gradus import _library

ROOT = pathlib.Path(__file__).resolve().parents[2]


def blocks(page, language):
    return re.findall(rf"^```{language}\n(.*?)^```", (ROOT / "Documentation" / page).read_text(), re.MULTILINE | re.DOTALL)


class Python(unittest.TestCase):
    def test_its_blocks_run(self):
        found = blocks("python.md", "python")
        self.assertGreater(len(found), 4)
        missing = set()
        for block in found:
            modules = re.findall(r"^(?:import|from) (\w+)", block, re.MULTILINE)
            lacking = {name for name in modules if importlib.util.find_spec(name) is None}
            missing |= lacking
            with self.subTest(block.splitlines()[0]):
                if not lacking:
                    run = subprocess.run([sys.executable, "-c", block], capture_output=True, text=True, timeout=120,
                                         env={**os.environ, "PYTHONPATH": str(ROOT / "python")})
                    self.assertEqual(run.returncode, 0, run.stderr)
        if missing:
            self.skipTest(f"blocks with {', '.join(sorted(missing))} were left out: not installed (make peers)")


class C(unittest.TestCase):
    def test_its_program_runs(self):
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        if compiler is None:
            self.skipTest("there is no C compiler")
        program, = blocks("c-interface.md", "c")
        library = pathlib.Path(_library.lib._name)
        with tempfile.TemporaryDirectory() as folder:
            source, target = pathlib.Path(folder) / "program.c", pathlib.Path(folder) / "program"
            source.write_text(program)
            built = subprocess.run(
                [compiler, "-std=c11", "-Wall", "-Wextra", "-Werror", f"-I{ROOT / 'Sources' / 'GradusHeader' / 'include'}", source,
                 "-o", target, library, "-lm", f"-Wl,-rpath,{library.parent}"], capture_output=True, text=True, timeout=120)
            self.assertEqual(built.returncode, 0, built.stderr)
            run = subprocess.run([target], capture_output=True, text=True, timeout=120)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
            first, second = run.stdout.splitlines()
            self.assertRegex(first, r"^1\.00\d\d -?0\.00\d\d: \S+ \(the budget of 400 answers is spent\)$|^0\.99\d\d ")
            self.assertEqual(second, "0 1 2 3")


if __name__ == "__main__":
    unittest.main()
