# SPDX-License-Identifier: Apache-2.0
"""What `gradus doctor` says of the program behind `gradus serve`."""
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from program import FOLDER, gradus

SERVICE = pathlib.Path(os.environ.get("GRADUS_SERVICE_BIN", FOLDER)) / "gradus-service"


@unittest.skipUnless(SERVICE.exists(), f"{SERVICE.name} is not built; 'make service' builds it")
class Doctor(unittest.TestCase):
    def test_the_doctor_looks_at_the_program(self):
        def look(program):
            done = subprocess.run([str(program), "doctor", "--format", "json"], capture_output=True, text=True, timeout=60,
                                  env=dict(os.environ, PATH="/usr/bin:/bin"))
            return {part["name"]: part for part in json.loads(done.stdout)["components"]}[SERVICE.name]
        with tempfile.TemporaryDirectory() as name:
            program, other = pathlib.Path(name) / "gradus", pathlib.Path(name) / SERVICE.name
            shutil.copy(FOLDER / "gradus", program)
            self.assertEqual((look(program)["usable"], look(program)["path"]), (False, None))
            version = gradus("version").stdout.split()[-1]
            other.symlink_to(SERVICE)
            self.assertEqual((look(program)["usable"], look(program)["version"]), (True, version))
            other.unlink()
            other.write_text("#!/bin/sh\necho 0.0.9\n")
            other.chmod(0o755)
            self.assertFalse(look(program)["usable"])
            self.assertIn(f"has version 0.0.9, not {version}", look(program)["problem"])
            other.write_text("#!/bin/sh\nexit 1\n")
            self.assertIn("does not tell its version", look(program)["problem"])


if __name__ == "__main__":
    unittest.main()
