# SPDX-License-Identifier: Apache-2.0
"""Interrupts as a shell sends them: a process that does not listen is ended by the signal, with nothing said or saved.

The Swift tests start commands with a signal mask of their own, in which an unheard signal stays pending.
"""
import json
import pathlib
import signal
import subprocess
import tempfile
import time
import unittest

from program import FOLDER


class Interrupt(unittest.TestCase):
    def interrupted(self, arguments, sign, sight):
        """Starts a command, sends the signal once `sight` exists, and gives its end; None: after a second."""
        process = subprocess.Popen(
            [str(FOLDER / "gradus"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        deadline = time.monotonic() + 60
        while sight and not sight.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        if not sight:
            time.sleep(1)
        self.assertIsNone(process.poll(), "the command ended before it was interrupted")
        process.send_signal(sign)
        out, error = process.communicate(timeout=60)
        return process.returncode, out, error

    def test_training_says_how_far_it_came_and_continues(self):
        for sign in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=sign.name), tempfile.TemporaryDirectory() as folder:
                saved = pathlib.Path(folder) / "run.checkpoint"
                log = pathlib.Path(folder) / "log.csv"
                arguments = ["train", "digits", "--steps", "2000000", "--checkpoint", str(saved), "--log", str(log)]
                code, out, error = self.interrupted(
                    [*arguments, "--checkpoint-every", "0", "--format", "json"], sign, saved)
                self.assertEqual(code, 130, error)
                self.assertIn("continue with '--resume", error)
                result = json.loads(out)
                self.assertIs(result["completed"], False)
                self.assertEqual(len(log.read_text().splitlines()), result["steps"] + 1)
                self.assertGreater(saved.stat().st_size, 1000)

    def test_studies_put_their_trials_back(self):
        for command in ("tune", "worker"):
            for sign in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(command=command, signal=sign.name), tempfile.TemporaryDirectory() as folder:
                    place = pathlib.Path(folder)
                    (place / "s.yaml").write_text(
                        f"command: [sh, -c, 'touch {place}/begun; sleep 600 {{x}}']\nparameters: {{x: {{type: float, low: 0, high: 1}}}}\n"
                        f"objectives: {{f: minimize}}\ntrials: 3\nstorage: {place}/s.journal\n")
                    arguments = ["tune", str(place / "s.yaml")]
                    if command == "worker":
                        self.interrupted(arguments, sign, place / "begun")
                        (place / "begun").unlink()
                        arguments = ["worker", "--storage", f"{place}/s.journal"]
                    code, out, error = self.interrupted([*arguments, "--format", "json"], sign, place / "begun")
                    self.assertEqual(code, 130, error)
                    result = json.loads(out)
                    self.assertEqual(result["stopped"]["kind"], "interrupt")
                    self.assertEqual((result["trials"]["waiting"], result["trials"]["running"]), (1, 0))

    def test_solves_print_what_they_have(self):
        code, out, error = self.interrupted(
            ["solve", "problem:rastrigin,n=40", "--by", "random-search", "--answers", "1000000000", "--format", "json"],
            signal.SIGINT, None)
        self.assertEqual(code, 130, error)
        self.assertEqual(json.loads(out)["stopped"]["kind"], "interrupt")


if __name__ == "__main__":
    unittest.main()
