# SPDX-License-Identifier: Apache-2.0
"""`gradus synthesize` as a user calls it: pairs by construction, by a double that makes mistakes and by a server that tells and models
again; interrupted, killed and gone on with; and their lines as a benchmark of `gradus formulate`."""
import json
import signal
import unittest

from program import ROOT
from served import ServedCase
from test_readme import commands, run_all


class Synthesize(ServedCase):
    name = "synthesize"

    def text(self, name):
        return (self.folder / name).read_text()

    def test_lines_are_a_benchmark_with_right_answers(self):
        found = self.found("--output", "p.jsonl", "--count", 17, "--complexity", "15..30")
        self.assertEqual((found["schema"], found["drawn"], found["accepted"]), ("gradus.synthesis/1", 17, 17))
        self.assertEqual((found["endings"], found["use"]["calls"], found["stopped"]), ({"told": 17}, 0, None))
        lines = self.lines("p.jsonl")
        self.assertEqual(len({line["family"] for line in lines}), 17)
        self.assertTrue(all(15 <= line["complexity"] <= 30 and line["status"] == "optimal" for line in lines))
        with open(self.folder / "known.jsonl", "w") as file:
            for line in lines:
                file.write(json.dumps({"text": line["problem"], "model": line["model"]}) + "\n")
        read = self.found("p.jsonl", "--lm", "simulated:1", "--known", "known.jsonl", name="formulate")
        self.assertEqual((read["accuracy"]["count"], read["accuracy"]["of"], read["unscored"]), (17, 17, 0))

    def test_it_goes_on_with_a_greater_count_and_is_the_same_for_a_seed(self):
        options = ["--families", "knapsack,diet", "--complexity", "20"]
        self.found("--output", "a.jsonl", *options, "--count", 2)
        self.found("--output", "a.jsonl", *options, "--count", 6)
        self.found("--output", "b.jsonl", *options, "--count", 6, "--requests", 1)
        self.assertEqual(self.text("a.jsonl"), self.text("b.jsonl"))
        self.assertEqual([line["id"] for line in self.lines("a.jsonl")][:3], ["knapsack-0-0", "diet-0-1", "knapsack-0-2"])
        self.assertTrue(all(15 <= line["complexity"] <= 25 for line in self.lines("a.jsonl")))
        self.found("--output", "c.jsonl", *options, "--count", 2, "--seed", 7)
        self.assertNotEqual(self.lines("c.jsonl")[0]["problem"], self.lines("a.jsonl")[0]["problem"])

    def test_problems_grow(self):
        told = self.gradus("--output", "p.jsonl", "--grow", "--count", 4)
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("accepted: 4 of 4", told.stdout)
        self.assertEqual([line["family"] for line in self.lines("p.jsonl")], ["linear", "linear-table", "nonlinear", "nonlinear-table"])
        self.assertEqual(self.gradus("--output", "p.jsonl", "--grow", "--families", "list").stdout.split()[0], "linear")

    def test_a_double_that_makes_mistakes_is_found_out(self):
        options = ["--families", "knapsack,transportation", "--complexity", "15..25", "--lm", "simulated:1", "--count", 12]
        right = self.found("--output", "right.jsonl", *options, "--mistakes", "0,0")
        self.assertEqual(right["endings"], {"proved": 12})
        wrong = self.found("--output", "wrong.jsonl", *options, "--mistakes", "0,0.6")
        self.assertGreater(wrong["endings"]["refuted"], 2)
        self.assertEqual(len(self.lines("wrong.jsonl")), wrong["accepted"])
        whole = {line["id"]: line for line in self.lines("right.jsonl")}
        for line in self.lines("wrong.jsonl"):
            self.assertIn(line["ending"], ("proved", "agreed"))
            self.assertEqual((line["model"], line["answer"]), (whole[line["id"]]["model"], whole[line["id"]]["answer"]))
        none = self.gradus("--output", "none.jsonl", *options[:-1], 1, "--seed", 2, "--mistakes", "1,0", "--quiet")
        self.assertEqual((none.returncode, len(none.stderr.splitlines())), (4, 1))
        self.assertIn("no pair was accepted: refuted 1", none.stderr)

    # A server that tells in other words and models them again.

    def teller(self, wrong=()):
        """A rule for knapsacks of seed 0; those whose numbers are in `wrong` are modelled without their capacity's last digit."""
        self.found("--output", "known.jsonl", *self.knapsacks)
        known = self.lines("known.jsonl")

        def rule(prompt):
            if "List what the story" in prompt:
                return "none"
            for k, line in enumerate(known):
                values = ", ".join(str(value) for value in line["model"]["parameters"]["value"]["values"])
                if f"[{values}]" in prompt and "Tell the optimization problem" in prompt:
                    return f"Story {k}. {line['problem']}"
                if f"Story {k}." in prompt:
                    model = json.loads(json.dumps(line["model"]))
                    if k in wrong:
                        model["parameters"]["capacity"]["value"] //= 10
                    return model
            return "I do not know."

        return rule

    knapsacks = ["--families", "knapsack", "--complexity", "15..20", "--count", 5]

    def asking(self, server, name="p.jsonl"):
        return ["--output", name, *self.knapsacks, "--lm", server.url, "--no-judge", "--rounds", 0, "--requests", 1, "--quiet"]

    def test_a_server_tells_and_models(self):
        server = self.served(self.teller(wrong=[2]))
        found = self.found(*self.asking(server))
        self.assertEqual((found["endings"], found["accepted"], found["use"]["calls"]), ({"proved": 4, "refuted": 1}, 4, 15))
        self.assertEqual([line["problem"].split(".")[0] for line in self.lines("p.jsonl")], ["Story 0", "Story 1", "Story 3", "Story 4"])
        known = {line["id"]: line for line in self.lines("known.jsonl")}
        for line in self.lines("p.jsonl"):
            self.assertEqual((line["answer"], line["model"]), (known[line["id"]]["answer"], known[line["id"]]["model"]))
        # Called again nothing is left to do; another server at another address goes on.
        other = self.served(self.teller())
        self.assertEqual(self.found(*self.asking(other))["drawn"], 5)
        self.assertEqual(other.asked, [])

    def goes_on(self, server):
        before = len(server.asked)
        found = self.found(*self.asking(server))
        self.assertEqual((found["drawn"], found["endings"]), (5, {"proved": 4, "refuted": 1}))
        # Two draws had their end, and replies to the third are kept: at most three draws are asked for.
        self.assertLessEqual(len(server.asked) - before, 9)
        self.found(*self.asking(server, "whole.jsonl"))
        self.assertEqual(self.text("p.jsonl"), self.text("whole.jsonl"))

    def test_an_interrupt_keeps_what_was_done(self):
        code, out, error, server = self.stopped(signal.SIGINT, 8, self.teller(wrong=[0]), self.asking)
        self.assertEqual((code, len(error.splitlines())), (130, 1), error)
        self.assertIn("call the command again to go on", error)
        self.assertEqual((json.loads(out)["drawn"], len(self.lines("p.jsonl"))), (2, 1))
        self.goes_on(server)

    def test_kill_9_keeps_what_was_done(self):
        code, out, _, server = self.stopped(signal.SIGKILL, 8, self.teller(wrong=[0]), self.asking)
        self.assertEqual((code, out, len(self.lines("p.jsonl"))), (-signal.SIGKILL, "", 1))
        # As if it had been killed in the middle of a line, and between a pair and its draw.
        journal = self.text("p.jsonl.journal").splitlines(keepends=True)
        (self.folder / "p.jsonl.journal").write_text("".join(journal[:2]) + journal[2][:9])
        with open(self.folder / "p.jsonl", "a") as file:
            file.write('{"id": "knap')
        self.goes_on(server)

    def test_a_dead_server_leaves_all_open(self):
        gone = self.gradus("--output", "p.jsonl", *self.knapsacks, "--lm", "http://127.0.0.1:9/v1", "--quiet")
        self.assertEqual((gone.returncode, len(gone.stderr.splitlines())), (5, 1), gone.stderr)
        self.assertIn("cannot be reached", gone.stderr)
        server = self.served(self.teller())
        spent = self.gradus(*self.asking(server), "--budget-calls", 7)
        self.assertEqual((spent.returncode, len(server.asked)), (1, 7), spent.stderr)
        self.assertIn("--budget-calls", spent.stderr)
        self.assertEqual(self.found(*self.asking(server))["accepted"], 5)
        self.assertEqual(len(server.asked), 15)

    def test_what_is_something_else_is_left_alone(self):
        options = [*self.knapsacks[:4], "--count", 2]
        (self.folder / "mine.jsonl").write_text("notes\n")
        self.refused(3, "mine.jsonl:1: the line is no pair", "--output", "mine.jsonl", *options)
        (self.folder / "mine.jsonl").write_text('{"id": "a"}\n')
        self.refused(3, "no mine.jsonl.journal says how it was made", "--output", "mine.jsonl", *options)
        self.assertEqual(self.text("mine.jsonl"), '{"id": "a"}\n')
        self.found("--output", "p.jsonl", *options)
        for more, told in [(["--seed", 1], "begun with seed 0, not 1"), (["--complexity", "15..21"], "complexity"),
                           (["--families", "diet"], "families"), (["--lm", "simulated:1"], "by"), (["--difficulty", 0.5], "difficulty")]:
            self.refused(3, told, "--output", "p.jsonl", *options, *more)
        journal = self.text("p.jsonl.journal")
        for text, told in [("x\n", "journal:1:"), (journal.replace('"number":1', '"number":7'), "journal:3: the line is not draw 1")]:
            (self.folder / "p.jsonl.journal").write_text(text)
            self.refused(3, told, "--output", "p.jsonl", *options)
        (self.folder / "p.jsonl.journal").write_text(journal)
        (self.folder / "p.jsonl").write_text(self.text("p.jsonl").splitlines(keepends=True)[0])
        self.refused(3, "lacks the pair 'knapsack-0-1'", "--output", "p.jsonl", *options)
        self.refused(1, "none/p.jsonl", "--output", "none/p.jsonl", *options)

    def test_wrong_uses_are_named(self):
        for arguments, told in [
                (["--families", "knapsak"], "did you mean 'knapsack'?"), (["--families", "diet,diet"], "named twice"),
                (["--families", ""], "no family ''"), (["--count", 0], "--count"), (["--complexity", "30..10"], "--complexity"),
                (["--complexity", "0"], "--complexity"), (["--complexity", "a..b"], "--complexity"), (["--difficulty", "0..2"], "--difficulty"),
                (["--mistakes", "2,0"], "--mistakes"), (["--samples", -1], "--samples"), (["--lm", "simulated:x"], "simulated:1"),
                (["--grow", "--families", "diet"], "no family 'diet'")]:
            with self.subTest(arguments):
                self.refused(2, told, "--output", "p.jsonl", *arguments)
        self.assertEqual(self.gradus().returncode, 2)
        self.assertEqual(len(self.gradus("--families", "list").stdout.split()), 20)
        none = self.gradus("--output", "q.jsonl", "--families", "unit-commitment", "--complexity", "1..1.5", "--count", 1, "--quiet")
        self.assertEqual((none.returncode, len(none.stderr.splitlines())), (4, 1))
        self.assertIn("no pair was accepted: outside 1; widen --complexity", none.stderr)

    def test_documented_commands_work(self):
        lines = commands(ROOT / "Documentation" / "formulating.md")
        lines = [line for line in lines if line.startswith("gradus ") and "http:" not in line]
        self.assertGreater(len(lines), 1)
        run_all(self, lines)


if __name__ == "__main__":
    unittest.main()
