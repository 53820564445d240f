# SPDX-License-Identifier: Apache-2.0
"""`gradus formulate` as a user calls it: with a server that gives scripted answers, with a simulated model, and without any; and
`gradus describe --words`."""
import json
import unittest

from program import ROOT, gradus
from served import ServedCase

TEXT = "Bread brings 4, cake 7. Bread takes 2 hours, cake 3, and there are 61. How many of each bring the most?"
MODEL = {"name": "bakery", "parameters": {"bread": 4, "cake": 7, "first": 2, "second": 3, "hours": 61},
         "variables": {"b": {"kind": "integer", "lower": 0}, "c": {"kind": "integer", "lower": 0}},
         "maximize": "bread * b + cake * c", "subject to": {"work": "first * b + second * c <= hours"}}
WRONG = {**MODEL, "parameters": {**MODEL["parameters"], "hours": 68.3}}
FREE = {**MODEL, "subject to": {}}


class Formulate(ServedCase):
    def test_words_become_a_model_and_its_optimum(self):
        server = self.served(MODEL, {"faults": []})
        done = self.gradus(TEXT, "--lm", server.url, "--format", "json", "--output", "m.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual((found["schema"], found["outcome"]), ("gradus.formulation/1", "solved"))
        self.assertEqual((found["result"]["schema"], found["result"]["status"], found["result"]["objective"]),
                         ("gradus.result/1", "optimal", 141))
        self.assertEqual((found["doubts"], found["missing"], found["use"]["calls"]), ([], [], 2))
        self.assertIn(TEXT, server.asked[0]["messages"][0]["content"])
        self.assertEqual((self.folder / "m.yaml").read_text(), found["model"])
        again = gradus("solve", self.folder / "m.yaml", "--format", "json")
        self.assertEqual(json.loads(again.stdout)["objective"], 141)
        # Asked again, the kept replies answer.
        kept = json.loads(self.gradus(TEXT, "--lm", server.url, "--format", "json", "--output", "m.yaml").stdout)
        self.assertEqual((kept["use"]["calls"], kept["use"]["kept"], kept["model"]), (0, 2, found["model"]))
        recorded = self.gradus(TEXT, "--lm", "recorded:m.yaml.replies", "--format", "json")
        self.assertEqual((recorded.returncode, json.loads(recorded.stdout)["model"]), (0, found["model"]))

    def test_messages_lead_to_another_answer(self):
        server = self.served("I think:", {**MODEL, "maximize": "bread * b + cake * d"}, FREE, WRONG, MODEL)
        done = self.gradus("-", "--lm", server.url, "--format", "json", "--no-judge", "--rounds", 5, input=TEXT)
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, found["result"]["objective"], len(found["rounds"])), (0, 141, 5))
        told = [round["messages"][0] for round in found["rounds"][:4]]
        self.assertEqual([message["source"] for message in told], ["form", "reader", "solver", "judge"])
        self.assertIn("model:", told[1]["text"])
        self.assertIn("no limit", told[2]["text"])
        self.assertEqual(found["rounds"][4]["messages"], [])

    def test_what_is_missing_is_asked_for_and_nothing_guessed(self):
        server = self.served({"missing": ["the price of cake"]})
        done = self.gradus(TEXT, "--lm", server.url)
        self.assertEqual(done.returncode, 4)
        self.assertIn("the problem lacks: the price of cake; add it to the text", done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1)
        none = self.gradus("The sun shines on 3 hills.", "--lm", server.url)
        self.assertEqual((none.returncode, len(server.asked)), (4, 1))

    def test_without_a_model_it_says_how_to_name_one(self):
        done = self.gradus(TEXT)
        self.assertEqual(done.returncode, 5)
        self.assertIn("no language model is named; give --lm URL", done.stderr)
        gone = self.gradus(TEXT, "--lm", "http://127.0.0.1:9/v1")
        self.assertEqual(gone.returncode, 5, gone.stderr)
        self.assertIn("cannot be reached", gone.stderr)

    def test_exit_codes_of_what_goes_wrong(self):
        silly = self.served("no idea")
        done = self.gradus(TEXT, "--lm", silly.url, "--rounds", 1)
        self.assertEqual((done.returncode, len(silly.asked)), (1, 2))
        self.assertIn("no model came", done.stderr)
        endless = self.served(FREE, {"faults": []})
        self.assertEqual(self.gradus(TEXT, "--lm", endless.url, "--rounds", 0).returncode, 4)
        for arguments, code in [(["", "--lm", silly.url], 2), (["none.txt", "--lm", silly.url], 3), ([TEXT, "--rounds", 13], 2),
                                ([TEXT, "--vote", 0], 2), ([TEXT, "--prices", "x"], 2), ([TEXT, "--output", "m.lp"], 2),
                                ([TEXT, "--lm", "simulated:1"], 2), (["x" * 100_001 + " 3?", "--lm", silly.url], 3),
                                ([TEXT, "--lm", "recorded:none"], 3)]:
            with self.subTest(arguments[-1]):
                done = self.gradus(*arguments)
                self.assertEqual(done.returncode, code, done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
                self.assertEqual(done.stdout, "")

    def test_budgets_hold_and_votes_count(self):
        server = self.served(WRONG)
        done = self.gradus(TEXT, "--lm", server.url, "--budget-calls", 1, "--no-judge", "--format", "json")
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, len(server.asked), len(found["doubts"])), (0, 1, 2))
        self.assertIn("--budget-calls", found["stopped"])
        voting = self.served(WRONG, WRONG, MODEL, MODEL)
        found = json.loads(self.gradus(TEXT, "--lm", voting.url, "--vote", 3, "--no-judge", "--format", "json").stdout)
        self.assertEqual((found["result"]["objective"], found["votes"][0]["count"]), (141, 2))

    def test_a_simulated_model_knows_what_it_is_given(self):
        lines = [{"rates": {"dropped": 1, "heeds": 1}}, {"text": TEXT, "model": MODEL}]
        (self.folder / "known.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
        done = self.gradus(TEXT, "--lm", "simulated:3", "--known", "known.jsonl", "--guided")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a model with an optimum after 2 answers", done.stdout)
        self.assertIn("objective   141", done.stdout)
        (self.folder / "known.jsonl").write_text("{\"text\": 3}\n")
        broken = self.gradus(TEXT, "--lm", "simulated:3", "--known", "known.jsonl")
        self.assertEqual(broken.returncode, 3)
        self.assertIn("known.jsonl:1:1", broken.stderr)

    def test_experience_stands_in_the_question(self):
        (self.folder / "l.yaml").write_text("insights:\n" + "".join(
            f"  - {{id: {k}, area: rows, topic: hours, condition: is {k}, explanation: do {k}}}\n" for k in "ab"))
        server = self.served({"numbers": [1]}, {"numbers": [2]}, MODEL)
        done = self.gradus(TEXT, "--lm", server.url, "--library", "l.yaml", "--no-judge", "--format", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["experience"]), (0, ["b"]))
        question = server.asked[2]["messages"][0]["content"]
        self.assertIn("When is b: do b", question)
        self.assertNotIn("do a", question)
        (self.folder / "l.yaml").write_text("insights: 3\n")
        broken = self.gradus(TEXT, "--lm", server.url, "--library", "l.yaml")
        self.assertEqual(broken.returncode, 3)
        self.assertIn("l.yaml:1:11", broken.stderr)

    def test_no_file_is_read_for_a_model(self):
        (self.folder / "p.csv").write_text("W,p\na,5\n")
        spy = {**MODEL, "parameters": {"p": {"over": "W", "file": "p.csv"}}, "sets": {"W": ["a"]}}
        done = self.gradus(TEXT, "--lm", self.served(spy).url, "--rounds", 0, "--format", "json")
        self.assertEqual((done.returncode, json.loads(done.stdout)["model"]), (1, None))

    def test_many_problems_are_counted_and_gone_on_with(self):
        problems = [{"id": "right", "problem": TEXT, "answer": 141}, {"id": "other", "problem": "Today: " + TEXT, "answer": "17"}]
        (self.folder / "p.jsonl").write_text("".join(json.dumps(line) + "\n" for line in problems))
        server = self.served(MODEL)
        options = ["--lm", server.url, "--no-judge", "--requests", 1, "--journal", "done.jsonl", "--format", "json"]
        one = json.loads(self.gradus("p.jsonl", *options, "--first", 1).stdout)
        self.assertEqual((one["schema"], one["accuracy"]["count"], one["accuracy"]["of"]), ("gradus.benchmark/1", 1, 1))
        done = self.gradus("p.jsonl", *options)
        found = json.loads(done.stdout)
        self.assertEqual((done.returncode, found["accuracy"]["count"], found["accuracy"]["of"]), (0, 1, 2))
        self.assertEqual([(line["id"], line["published"], line["objective"]) for line in found["disagreements"]], [("other", "17.0", 141)])
        self.assertEqual(len(server.asked), 2, "what the journal holds is not asked again")
        told = self.gradus("p.jsonl", *options[:-2])
        self.assertIn("right: 1 of 2 (0.5", told.stdout)
        for text, cause in [("", "no problem is in it"), ("{}\n", "p.jsonl:1: no id"), ("[\n", "p.jsonl:1:")]:
            (self.folder / "p.jsonl").write_text(text)
            broken = self.gradus("p.jsonl", "--lm", server.url)
            self.assertEqual((broken.returncode, len(broken.stderr.splitlines())), (3, 1), broken.stderr)
            self.assertIn(cause, broken.stderr)
        for arguments in [[TEXT, "--journal", "j"], ["p.jsonl", "--output", "m.yaml"], ["p.jsonl", "--first", 0]]:
            self.assertEqual(self.gradus(*arguments, "--lm", server.url).returncode, 2)


class Words(unittest.TestCase):
    def test_a_model_is_told_back(self):
        done = gradus("describe", "--words", ROOT / "Examples" / "bakery.yaml")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("The most of profit, which is the sum over all CAKE of price of it times bake of it minus 5 times weight", done.stdout)
        self.assertIn("supply: for each g in GOOD, the sum over all c in CAKE of use of c and g times bake of c is at most stock of g.",
                      done.stdout)
        told = json.loads(gradus("describe", "--words", ROOT / "Examples" / "diet.mps", "--format", "json").stdout)
        self.assertEqual(told["schema"], "gradus.words/1")
        self.assertTrue(told["required"] and told["assumptions"])

    def test_what_is_no_model_file_is_refused(self):
        self.assertEqual(gradus("describe", "--words", "problem:rosenbrock").returncode, 2)
        self.assertEqual(gradus("describe", "--words", "none.yaml").returncode, 3)


if __name__ == "__main__":
    unittest.main()
