# SPDX-License-Identifier: Apache-2.0
"""`gradus formulate --learn` as a user calls it: a library that a model learns from problems with published answers, interrupted and
killed on the way, and what it is worth on other problems."""
import json
import signal
import unittest

from served import ServedCase


def problem(k):
    """A problem that only its whole answer solves: (text, model, optimum)."""
    a, b, hours = 3 + k, 7 + k, 50 + 3 * k
    text = (f"Job {k}: bread brings {a}, figs {b}. Bread takes 2 hours, figs 3, and there are {hours}. How many of each bring the most?")
    model = {"name": "jobs", "parameters": {"p": a, "q": b, "s": 2, "t": 3, "h": hours},
             "variables": {"b": {"kind": "integer", "lower": 0}, "c": {"kind": "integer", "lower": 0}},
             "maximize": "p * b + q * c", "subject to": {"work": "s * b + t * c <= h"}}
    best = max(a * x + b * y for x in range(60) for y in range(60) if 2 * x + 3 * y <= hours)
    return text, model, best


def apprentice(prompt):
    """Gets every problem wrong until it is told to mind the hours, and says so when asked."""
    if "Which of these" in prompt:
        return {"numbers": [1]}
    if "Say what went wrong" in prompt:
        return {"insights": [{"area": "rows", "topic": "hours", "condition": "work takes hours", "explanation": "mind the hours"}]}
    k = int(prompt.split("Job ")[-1].split(":")[0])
    model = problem(k)[1]
    return model if "mind the hours" in prompt else {**model, "minimize": model["maximize"], "maximize": None}


class Experience(ServedCase):
    def setUp(self):
        super().setUp()
        self.problems(range(6))

    def problems(self, numbers, name="p.jsonl"):
        lines = [{"id": k, "problem": problem(k)[0], "answer": problem(k)[2]} for k in numbers]
        self.write(name, lines)

    def known(self, pitfall, **rates):
        """What the double knows: every second problem has a pitfall."""
        lines = [{"rates": rates}]
        lines += [{"text": problem(k)[0], "model": problem(k)[1], **({"pitfall": pitfall} if k % 2 else {})} for k in range(20)]
        self.write("known.jsonl", lines)
        return ["--lm", "simulated:1", "--known", "known.jsonl"]

    def test_what_was_learned_helps_with_other_problems(self):
        double = self.known("odd jobs")
        first = self.found("p.jsonl", "--learn", "--library", "l.yaml", *double)
        self.assertEqual((first["schema"], first["done"], first["solvedAtFirst"]["count"], first["solved"]), ("gradus.experience/1", 6, 5, 6))
        self.assertEqual((first["learned"], first["merged"], first["insights"]), (1, 0, {"before": 0, "after": 1}))
        library = (self.folder / "l.yaml").read_text()
        self.assertIn("mind 'odd jobs'", library)
        # Called again: all is done, nobody is asked, and the file is left alone.
        again = self.found("p.jsonl", "--learn", "--library", "l.yaml", *double)
        self.assertEqual((again["use"]["calls"], again["learned"], (self.folder / "l.yaml").read_text()), (0, 1, library))
        # Problems that were not learned from, without and with the library, in one journal.
        self.problems(range(10, 20), "other.jsonl")
        without = self.found("other.jsonl", *double, "--journal", "j")
        with_it = self.found("other.jsonl", *double, "--journal", "j", "--library", "l.yaml")
        self.assertEqual((without["accuracy"]["count"], with_it["accuracy"]["count"], with_it["insights"]), (5, 10, 1))
        self.assertEqual(self.found("other.jsonl", *double, "--journal", "j")["use"]["calls"], 0)
        # The journal of a benchmark is not taken for one of learning.
        other = self.found("other.jsonl", "--learn", "--library", "m.yaml", "--journal", "j", *double)
        self.assertEqual((other["done"], other["learned"]), (10, 1))

    def test_conditions_are_replaced_once(self):
        double = self.known("odd jobs", wide=1)
        told = self.gradus("p.jsonl", "--learn", "--evolve", "--library", "l.yaml", *double)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("insights learned: 1, merged: 0, conditions replaced: 1; l.yaml holds 1", told.stdout)
        self.assertIn("3 needed, 3 idle, 0 missed", (self.folder / "l.yaml").read_text())
        self.assertEqual(self.found("p.jsonl", "--learn", "--evolve", "--library", "l.yaml", *double)["use"]["calls"], 0)

    def test_a_server_learns(self):
        server = self.served(apprentice)
        options = ["--learn", "--library", "l.yaml", "--lm", server.url, "--no-judge", "--rounds", 0]
        found = self.found("p.jsonl", *options)
        self.assertEqual((found["solvedAtFirst"]["count"], found["solved"], found["learned"]), (5, 6, 1))
        self.assertIn("mind the hours", (self.folder / "l.yaml").read_text())
        # The published answer within a benchmark's tolerance, and an answer that cannot be read.
        lines = [{"id": "near", "problem": problem(7)[0], "answer": problem(7)[2] * (1 + 5e-5)},
                 {"id": "words", "problem": problem(8)[0], "answer": "about seven"}]
        self.write("near.jsonl", lines)
        near = self.found("near.jsonl", *options)
        self.assertEqual((near["problems"], near["unscored"], near["solvedAtFirst"]["count"]), (1, 1, 1))

    def options(self, server):
        return ["p.jsonl", "--learn", "--library", "l.yaml", "--lm", server.url, "--no-judge", "--rounds", 0]

    def test_an_interrupt_keeps_what_was_learned(self):
        code, out, error, server = self.stopped(signal.SIGINT, 14, apprentice, self.options)
        self.assertEqual(code, 130, error)
        self.assertIn("call the command again to go on", error)
        self.assertEqual(len(error.splitlines()), 1)
        done = json.loads(out)
        self.assertTrue(0 < done["done"] < 6, done)
        self.assertEqual((done["learned"], done["stopped"]), (1, "the request was cancelled"))
        self.assertIn("mind the hours", (self.folder / "l.yaml").read_text())
        self.goes_on(server)

    def test_kill_9_keeps_what_was_learned(self):
        code, out, _, server = self.stopped(signal.SIGKILL, 14, apprentice, self.options)
        self.assertEqual((code, out), (-signal.SIGKILL, ""))
        self.assertIn("mind the hours", (self.folder / "l.yaml").read_text())
        self.goes_on(server)

    def goes_on(self, server):
        asked = len(server.asked)
        done = len((self.folder / "l.yaml.journal").read_text().splitlines())
        found = self.found(*self.options(server))
        self.assertEqual((found["done"], found["solvedAtFirst"]["count"], found["learned"]), (6, 5, 1))
        # Labels, conditions, the model: three requests for each problem that was open.
        self.assertLessEqual(len(server.asked) - asked, 3 * (6 - done))
        whole = self.found("p.jsonl", "--learn", "--library", "whole.yaml", *self.options(server)[4:])
        self.assertEqual(whole["solvedAtFirst"]["count"], 5)
        self.assertEqual((self.folder / "l.yaml").read_text(), (self.folder / "whole.yaml").read_text())

    def test_a_dead_server_and_a_budget_end_the_run_and_leave_it_open(self):
        gone = self.gradus("p.jsonl", "--learn", "--library", "l.yaml", "--lm", "http://127.0.0.1:9/v1")
        self.assertEqual((gone.returncode, len(gone.stderr.splitlines())), (5, 1), gone.stderr)
        self.assertIn("cannot be reached", gone.stderr)
        self.assertEqual((self.folder / "l.yaml.journal").read_text(), "")
        server = self.served(apprentice)
        options = self.options(server)
        spent = self.gradus(*options, "--budget-calls", 9)
        self.assertEqual((spent.returncode, len(server.asked)), (1, 9), spent.stderr)
        self.assertIn("--budget-calls", spent.stderr)
        self.assertEqual(self.found(*options)["done"], 6)

    def test_what_cannot_be_read_is_left_alone(self):
        double = self.known("odd jobs")
        learning = ["--learn", "--library", "l.yaml", *double]
        for text in ["insights: 3\n", "- a\n", "\0"]:
            (self.folder / "l.yaml").write_text(text)
            self.refused(3, "l.yaml:1:", "p.jsonl", *learning)
            self.assertEqual((self.folder / "l.yaml").read_text(), text)
        (self.folder / "l.yaml").unlink()
        (self.folder / "bad.jsonl").write_text("[\n")
        self.refused(3, "bad.jsonl:1:", "bad.jsonl", *learning)
        self.refused(3, "none.jsonl", "none.jsonl", *learning)
        self.assertFalse((self.folder / "l.yaml").exists())
        self.refused(1, "none/l.yaml", "p.jsonl", "--learn", "--library", "none/l.yaml", *double)
        self.refused(2, "--library", "p.jsonl", "--learn", *double)
        self.refused(2, "--learn", "A text of 3?", "--learn", "--library", "l.yaml", *double)
        self.refused(2, "--evolve", "p.jsonl", "--evolve", *double)
        self.found("p.jsonl", *learning)
        (self.folder / "l.yaml").unlink()
        self.refused(3, "put it back, or name another --journal", "p.jsonl", *learning)
        (self.folder / "known.jsonl").write_text(json.dumps({"text": "a", "model": {}, "pitfall": 3}) + "\n")
        self.refused(3, "known.jsonl:1:1", "p.jsonl", *learning)

    def test_edits_of_others_are_not_overwritten(self):
        mine = "insights:\n  - {id: 7, area: rows, topic: hours, condition: never, explanation: mine}\n"

        def rule(prompt):
            (self.folder / "l.yaml").write_text(mine)
            return apprentice(prompt)

        server = self.served(rule)
        options = self.options(server)
        self.refused(1, "l.yaml was changed by somebody else", *options)
        self.assertEqual((self.folder / "l.yaml").read_text(), mine)


if __name__ == "__main__":
    unittest.main()
