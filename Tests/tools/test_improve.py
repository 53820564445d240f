# SPDX-License-Identifier: Apache-2.0
"""`gradus improve` as a user calls it: with a simulated model, interrupted and gone on with, on broken files, and with a real model
where one is installed."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.request

from program import FOLDER, gradus

ROOT = pathlib.Path(__file__).resolve().parents[2]
SPEC = ROOT / "Examples" / "counting.yaml"
LOCAL = ROOT / ".tools" / "lm" / "bin" / "python"


def improve(folder, *arguments, check=True, **more):
    done = subprocess.run([str(FOLDER / "gradus"), "improve", *map(str, arguments)], capture_output=True, text=True, timeout=300,
                          cwd=folder, **more)
    if check and done.returncode != 0:
        raise AssertionError(done.stderr)
    return done


class Improve(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)

    def spec(self, text, rows=None):
        (self.folder / "w.yaml").write_text(text)
        rows = rows or [{"question": f"q{k}", "target": str(k)} for k in range(8)]
        (self.folder / "d.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        return self.folder / "w.yaml"

    def test_a_simulated_model_gains_and_the_same_again_is_free(self):
        arguments = [SPEC, "--lm", "simulated:1", "--format", "json", "--report", "page.html", "--save", "found.json"]
        first = json.loads(improve(self.folder, *arguments).stdout)
        self.assertEqual(first["schema"], "gradus.improvement/1")
        self.assertTrue(first["gain"]["isGain"], first)
        self.assertGreater(first["after"]["score"], first["before"]["score"])
        self.assertEqual(first["gain"]["rows"], 60)
        self.assertLessEqual(first["use"]["calls"], 2000)
        saved = json.loads((self.folder / "found.json").read_text())
        self.assertEqual(saved["parameters"], first["solution"])
        page = (self.folder / "page.html").read_text()
        self.assertIn("Everything that was tried", page)
        self.assertNotIn("<script", page)
        # The journal holds the search: only the comparison is made again.
        again = json.loads(improve(self.folder, *arguments).stdout)
        self.assertEqual((again["solution"], again["gain"]), (first["solution"], first["gain"]))
        self.assertLess(again["use"]["calls"], 300)

    def test_killed_at_any_moment_it_ends_with_the_same(self):
        arguments = [SPEC, "--lm", "simulated:3", "--format", "json", "--quiet"]
        whole = json.loads(improve(self.folder, *arguments, "--journal", "whole").stdout)
        for pause in (0.02, 0.05, 0.1, 0.2, 0.3):
            running = subprocess.Popen([str(FOLDER / "gradus"), "improve", *map(str, arguments), "--journal", "cut"], cwd=self.folder,
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(pause)
            running.kill()
            running.wait()
        cut = json.loads(improve(self.folder, *arguments, "--journal", "cut").stdout)
        self.assertEqual((cut["solution"], cut["gain"], cut["steps"]), (whole["solution"], whole["gain"], whole["steps"]))

    def test_budgets_are_kept_and_too_small_ones_refused(self):
        small = improve(self.folder, SPEC, "--lm", "simulated:1", "--budget-calls", 100, check=False)
        self.assertEqual(small.returncode, 2)
        self.assertIn("does not hold one comparison on 60 rows", small.stderr)
        held = json.loads(improve(self.folder, SPEC, "--lm", "simulated:1", "--budget-calls", 400, "--format", "json").stdout)
        self.assertLessEqual(held["use"]["calls"], 400)
        self.assertEqual(held["stopped"]["kind"], "cost")
        self.assertIsNotNone(held["gain"])

    def test_a_method_without_an_end_needs_a_limit(self):
        text = ("parameters: {i: Count.}\nsteps: [{name: a, prompt: '{i} {question}'}]\ndata: {file: d.jsonl, select: 4, report: 4}\n"
                "metric: exact(output, target)\nby: textual-gradient-descent\n")
        refused = improve(self.folder, self.spec(text), "--lm", "simulated:1", check=False)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("textual-gradient-descent goes on as long as it may ask", refused.stderr)
        free = improve(self.folder, self.spec(text), "--lm", "simulated:1", "--budget-cost", 1, check=False)
        self.assertEqual(free.returncode, 2, "what costs nothing is not ended by money")
        ended = json.loads(improve(self.folder, self.spec(text), "--lm", "simulated:1", "--budget-calls", 100, "--format", "json").stdout)
        self.assertLessEqual(ended["use"]["calls"], 100)

    def test_what_is_wrong_with_a_spec_is_said_with_its_place(self):
        step = "steps: [{name: a, prompt: '{question}'}]\n"
        for text, told in [
            ("", "the file is empty"),
            ("steps: [{name: a, prompt: x}]\n", "no 'data'"),
            ("data: d.jsonl\nparameters: {i: x}\nsteps: [{name: a, prompt: '{qestion}'}]\nmetric: 'true'\n", "{question}"),
            ("data: d.jsonl\nparameters: {i: x}\n" + step + "metric: exact(output, wanted)\n", "the metric"),
            ("data: d.jsonl\nparameters: {i: x}\n" + step + "metrics: 'true'\n", "'metrics' is no part of a workflow"),
            ("data: d.jsonl\n" + step + "metric: 'true'\n", "nothing that may be changed"),
            ("data: d.jsonl\nparameters: {i: x}\nsteps: [{name: a}]\nmetric: 'true'\n", "does nothing"),
            ("data: d.jsonl\nparameters: {i: x}\nsteps: [{name: a, signature: 'x -> '}]\nmetric: 'true'\n", "without an output"),
            ("data: d.jsonl\nparameters: {i: x}\n" + step + "metric: 'true'\nby: opto\n", "no method 'opto'"),
            ("data: {file: d.jsonl, select: 6, report: 6}\nparameters: {i: x}\n" + step + "metric: 'true'\n", "more than the 8"),
            ("data: d.jsonl\nparameters: {i: x}\n" + step + "metric: 'true'\nconstraints: [speed <= 3]\n", "'speed' is not measured"),
            ("data: {file: d.jsonl, target: anser}\nparameters: {i: x}\n" + step + "metric: 'true'\n", "no row has 'anser'"),
            ("data: none.jsonl\nparameters: {i: x}\n" + step + "metric: 'true'\n", "none.jsonl"),
        ]:
            with self.subTest(told):
                done = improve(self.folder, self.spec(text), "--lm", "simulated:1", check=False)
                self.assertEqual(done.returncode, 3, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)
                self.assertIn(told, done.stderr)

    def test_without_a_model_it_says_how_to_name_one(self):
        clean = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI")}
        done = improve(self.folder, SPEC, check=False, env=clean)
        self.assertEqual(done.returncode, 2)
        self.assertIn("no language model is named; give --lm URL", done.stderr)
        gone = improve(self.folder, SPEC, "--lm", "http://127.0.0.1:9/v1", "--time-limit", 1, check=False, env=clean)
        self.assertEqual(gone.returncode, 1)
        self.assertIn("fails on every row", gone.stderr)

    def test_commands_are_steps_and_texts_are_only_texts(self):
        spec = self.spec(
            "parameters: {tail: {choice: ['; touch broken', good]}}\n"
            "steps:\n  - {name: a, command: [sh, -c, 'printf %s \"$1\"', sh, '{question}{tail}']}\n"
            "data: {file: d.jsonl, select: 4, report: 4}\nmetric: score(holds(output, \"good\"))\nby: joint-prompt-search\n",
            [{"question": "<script>alert(1)</script>$(touch broken)", "target": str(k)} for k in range(8)])
        done = json.loads(improve(self.folder, spec, "--lm", "simulated:1", "--format", "json", "--report", "p.html").stdout)
        self.assertEqual(done["solution"], {"tail": "good"})
        self.assertEqual((done["before"]["score"], done["after"]["score"]), (0, 1))
        self.assertFalse((self.folder / "broken").exists())
        self.assertNotIn("<script>alert", (self.folder / "p.html").read_text())

    def test_a_server_is_asked_nothing_twice(self):
        stub = subprocess.Popen([sys.executable, ROOT / "Tests" / "tools" / "model_stub.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True)
        self.addCleanup(lambda: (stub.kill(), stub.wait(), stub.stdin.close(), stub.stdout.close()))
        spec = self.spec(
            "parameters: {t: {number: 0.5, low: 0, high: 1}}\nsteps: [{name: a, prompt: 'say {question}', temperature: '{t}'}]\n"
            "data: {file: d.jsonl, select: 4, report: 4}\nmetric: exact(output, question)\nsettings: {trials: 3}\n")
        arguments = [spec, "--lm", f"http://127.0.0.1:{int(stub.stdout.readline())}/v1", "--model", "stub", "--format", "json"]
        first = json.loads(improve(self.folder, *arguments).stdout)
        self.assertEqual(first["after"]["score"], 1)
        self.assertGreater(first["use"]["calls"], 10)
        (self.folder / "w.improve").unlink()
        again = json.loads(improve(self.folder, *arguments).stdout)
        self.assertEqual((again["use"]["calls"], again["solution"]), (0, first["solution"]))
        (self.folder / "w.improve").unlink()
        anew = json.loads(improve(self.folder, *arguments, "--replies", "none").stdout)
        self.assertGreaterEqual(anew["use"]["calls"], first["use"]["calls"], "requests of one run that are equal are asked each")

    def test_fields_are_chosen_and_the_target_has_a_name(self):
        rows = [{"input": str(k), "output": str(k + 1), "hint": str(k + 1)} for k in range(8)]
        lines = "parameters: {tail: {choice: ['', ' + 1']}}\nsteps: [{name: a, command: [sh, -c, 'echo $(($1))', sh, '{input}{tail}']}]\n" \
                "metric: exact(output, target)\n"
        hidden = improve(self.folder, self.spec(lines + "data: {file: d.jsonl}\n", rows), "--lm", "simulated:1", check=False)
        self.assertEqual(hidden.returncode, 3)
        self.assertIn("a field 'output' would hide what the workflow gives", hidden.stderr)
        data = "data: {file: d.jsonl, fields: [input], target: output, select: 4, report: 4}\n"
        done = json.loads(improve(self.folder, self.spec(lines + data, rows), "--lm", "simulated:1", "--format", "json").stdout)
        self.assertEqual((done["solution"], done["after"]["score"]), ({"tail": " + 1"}, 1))
        (self.folder / "t.jsonl").write_text('{"input": "6", "output": "7"}\n{"input": "1", "output": "9"}\n')
        apart = data.replace("select: 4, report: 4", "test: t.jsonl")
        done = json.loads(improve(self.folder, self.spec(lines + apart, rows), "--lm", "simulated:1", "--format", "json", "--journal", "t").stdout)
        self.assertEqual((done["gain"]["rows"], done["after"]["score"]), (2, 0.5), "of the rows in the other file one is wrong")
        gone = improve(self.folder, self.spec(lines.replace("{input}", "{hint}") + data, rows), "--lm", "simulated:1", check=False)
        self.assertIn("{hint}", gone.stderr)

    def test_control_c_keeps_what_was_done(self):
        spec = self.spec(
            "parameters: {t: {number: 0, low: 0, high: 1}}\nsteps: [{name: a, command: [sleep, '0.2']}]\n"
            "data: {file: d.jsonl, select: 4, report: 4}\nmetric: 'true'\nsettings: {trials: 50}\n")
        running = subprocess.Popen([str(FOLDER / "gradus"), "improve", str(spec), "--lm", "simulated:1", "--format", "json"],
                                   cwd=self.folder, stdout=subprocess.PIPE, text=True)
        journal = self.folder / "w.improve"
        while not journal.exists() or journal.read_text().count("answered") < 2:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        output, _ = running.communicate(timeout=60)
        self.assertEqual(running.returncode, 130)
        self.assertEqual(json.loads(output)["status"], "interrupted")

    def test_methods_are_listed(self):
        names = {one["name"] for one in json.loads(gradus("improve", "--methods", "--format", "json").stdout)["methods"]}
        self.assertTrue({"opto-prime", "textual-gradient-descent", "bootstrap-search", "joint-prompt-search"} <= names)


@unittest.skipUnless(LOCAL.exists(), "no local language model is installed (make tools)")
class LocalModel(unittest.TestCase):
    def test_a_real_model_is_asked_and_the_result_is_honest(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        server = subprocess.Popen([ROOT / "tools" / "language_model.sh", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 120
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5).read()
                    break
                except OSError:
                    if server.poll() is not None or time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
            with tempfile.TemporaryDirectory() as name:
                text = SPEC.read_text().replace("counting.jsonl, select: 40, report: 60", f"{SPEC.parent}/counting.jsonl, select: 6, report: 6")
                text = text.replace("candidates: 4, trials: 12, batch: 10", "candidates: 2, trials: 2, batch: 3")
                spec = pathlib.Path(name) / "counting.yaml"
                spec.write_text(text)
                done = json.loads(improve(name, spec, "--lm", f"http://127.0.0.1:{port}/v1", "--model", "smollm2", "--requests", 1,
                                          "--format", "json").stdout)
                self.assertEqual(done["gain"]["rows"], 6)
                self.assertGreater(done["use"]["completionTokens"], 0)
        finally:
            server.kill()
            server.wait()


if __name__ == "__main__":
    unittest.main()
