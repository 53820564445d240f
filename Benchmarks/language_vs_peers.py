#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`gradus improve` beside the optimizers of DSPy and Trace (PyPI: dspy, optuna, trace-opt) at equal calls of the same double of a model.

usage: Benchmarks/language_vs_peers.py [--seeds 10] [--pairs mipro,bootstrap,gepa,trace]     with a Python that has the peers

For each seed there are new questions (40 to choose by, 100 that nobody sees before the end), sentences that help and sentences that
harm. The peer goes first, with its own settings for some hundred calls; what it has asked is the budget of `gradus improve`. Both
results are measured by the odds of right answers to the 100 questions, which the double states without noise (`simulated_lm.py`). Prints
each seed, the share of seeds in which ours is better (equal: half), and the mean difference with its 95 % interval.
"""
import argparse
import contextlib
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import tempfile

from measure import GRADUS, need
from simulated_lm import Double, Server

START = "Answer the question."
NAMES = {"mipro": "DSPy MIPROv2", "bootstrap": "DSPy BootstrapFewShotWithRandomSearch", "gepa": "DSPy GEPA", "trace": "Trace OptoPrime"}
METHODS = {"mipro": "reflective-evolution", "bootstrap": "bootstrap-search", "gepa": "reflective-evolution", "trace": "reflective-evolution"}
OURS = {"mipro": "{batch: 3, labeled: 4, share: 0.6}", "bootstrap": "{candidates: 1000}", "gepa": "{batch: 3}", "trace": "{batch: 3}"}
# Pairs in which one text is all that may be changed; in the others, examples may be shown.
TEXTS = ("gepa", "trace")


def problem(seed):
    chance = random.Random(seed)
    items = {}
    while len(items) < 140:
        numbers = [chance.randint(10, 99) for _ in range(3)]
        items["How many are {}, {} and {} together?".format(*numbers)] = str(sum(numbers))
    words = ["slowly", "by columns", "aloud", "twice", "from the end", "as a list", "in short", "with care"]
    weights = [chance.uniform(0.3, 1.0) for _ in range(4)] + [-chance.uniform(0.3, 1.0) for _ in range(4)]
    chance.shuffle(weights)
    return Double(seed, items, {f"Work {word}.": weight for word, weight in zip(words, weights)}), list(items)


def mean_odds(double, questions):
    return statistics.fmean(double.last[question] for question in questions)


def begin(double, url, train):
    """A program of DSPy, its data and its metric."""
    import dspy
    dspy.configure(lm=dspy.LM("openai/double", api_base=url, api_key="none", cache=False, num_retries=0), adapter=dspy.ChatAdapter())
    data = [dspy.Example(question=q, target=double.items[q]).with_inputs("question") for q in train]
    return dspy, dspy.Predict(dspy.Signature("question -> target", START)), data, lambda x, y, trace=None: y.target.strip() == x.target


def mipro(double, url, train, seed):
    dspy, program, data, metric = begin(double, url, train)
    search = dspy.MIPROv2(metric, auto=None, num_candidates=18, max_bootstrapped_demos=4, max_labeled_demos=4, seed=seed, num_threads=1)
    return search.compile(program, trainset=data[:12], valset=data[12:], num_trials=24, minibatch_size=10, minibatch_full_eval_steps=4)


def gepa(double, url, train, seed):
    dspy, program, data, metric = begin(double, url, train)

    def told(gold, pred, trace=None, pred_name=None, pred_trace=None):
        return dspy.Prediction(score=float(metric(gold, pred)), feedback=f'the output was "{pred.target}", wanted was "{gold.target}"')

    search = dspy.GEPA(told, max_metric_calls=300, reflection_lm=dspy.settings.lm, num_threads=1, seed=seed)
    return search.compile(program, trainset=data[:20], valset=data[20:])


def bootstrap(double, url, train, seed):
    dspy, program, data, metric = begin(double, url, train)
    random.Random(seed).shuffle(data)
    search = dspy.BootstrapFewShotWithRandomSearch(
        metric, max_bootstrapped_demos=4, max_labeled_demos=4, num_candidate_programs=10, num_threads=1)
    return search.compile(program, trainset=data[:12], valset=data[12:])


def trace(double, _, train, seed, steps=30, batch=10):
    """The loop of Trace's documentation, on batches; what scored best on its batch is the result."""
    from types import SimpleNamespace as Space

    from opto.optimizers import OptoPrime
    from opto.trace import bundle, node

    def chat(messages, **_):
        return Space(choices=[Space(message=Space(content=double.reply(messages)))])

    @bundle(description="[ask] A language model answers the question as the instruction says.", catch_execution_error=False)
    def ask(instruction, question):
        return double.reply([{"role": "user", "content": f"{instruction}\n{question}"}])

    @bundle(description="[all_of] The answers as a list.")
    def all_of(*answers):
        return list(answers)

    instruction = node(START, name="instruction", trainable=True)
    optimizer = OptoPrime([instruction], llm=chat, log=False)
    chance, best = random.Random(seed), (-1, START)
    for _ in range(steps):
        questions = chance.sample(train, batch)
        answers = [ask(instruction, question) for question in questions]
        right = sum(answer.data == double.items[question] for answer, question in zip(answers, questions))
        best = max(best, (right, instruction.data), key=lambda pair: pair[0])
        told = "\n".join(f'the output was "{answer.data}", wanted was "{double.items[question]}"' for answer, question in zip(answers, questions))
        optimizer.zero_feedback()
        optimizer.backward(all_of(*answers), f"{right} of {batch} are right.\n{told}")
        optimizer.step()
    return best[1]


PEERS = {"mipro": mipro, "bootstrap": bootstrap, "gepa": gepa, "trace": trace}


def ours(double, url, train, test, seed, pair, calls):
    with tempfile.TemporaryDirectory() as folder:
        for name, questions in (("train", train), ("test", test)):
            rows = [json.dumps({"question": q, "target": double.items[q]}) for q in questions]
            (pathlib.Path(folder) / f"{name}.jsonl").write_text("\n".join(rows) + "\n")
        step = (f'steps: [{{name: answer, prompt: "{{instruction}}\\n{{question}}"}}]\nparameters: {{instruction: {START}}}\n' if pair in TEXTS
                else f'steps: [{{name: answer, signature: "question -> target", instruction: {START}, shots: 4}}]\n')
        spec = (f"{step}data: {{file: train.jsonl, test: test.jsonl, select: {len(train)}, report: {len(test)}}}\n"
                f"metric: exact(output, target)\nby: {METHODS[pair]}\nsettings: {OURS[pair]}\n")
        (pathlib.Path(folder) / "w.yaml").write_text(spec)
        # What the comparison in the end may need is kept apart from the search; a typed call may ask a second time.
        kept = 2 * len(test) * (1 if pair in TEXTS else 2)
        done = subprocess.run(
            [GRADUS, "improve", "w.yaml", "--lm", url, "--model", "double", "--requests", "1", "--seed", str(seed), "--format", "json", "--quiet",
             "--budget-calls", str(calls + kept)], cwd=folder, capture_output=True, text=True, timeout=600,
            env={key: value for key, value in os.environ.items() if not key.startswith("OPENAI")})
        if done.returncode != 0:
            sys.exit(f"gradus improve failed: {done.stderr}")
        return json.loads(done.stdout)


def seed_of(pair, number, server):
    double, questions = problem(1000 + number)
    server.double = double
    train, test = questions[:40], questions[40:]
    # The peers draw progress bars.
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere), contextlib.redirect_stderr(nowhere):
        found = PEERS[pair](double, server.url, train, number)
    calls = double.calls
    double.forget()
    for question in test:
        if isinstance(found, str):
            double.reply([{"role": "user", "content": f"{found}\n{question}"}])
        else:
            found(question=question)
    theirs = mean_odds(double, test)
    double.forget()
    result = ours(double, server.url, train, test, number, pair, calls)
    used = result["use"]["calls"] - 2 * len(test)
    return theirs, mean_odds(double, test), calls, used


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--seeds", type=int, default=10)
    options.add_argument("--pairs", default="mipro,bootstrap,gepa,trace")
    options = options.parse_args()
    need(GRADUS)
    try:
        import dspy  # noqa: F401
        import opto  # noqa: F401
        import optuna  # noqa: F401
    except ImportError as error:
        print(f"{error.name} is missing; install it with: python3 -m pip install dspy optuna trace-opt", file=sys.stderr)
        return 5
    import logging
    logging.disable(logging.CRITICAL)
    server, holds = Server(), True
    for pair in options.pairs.split(","):
        print(f"{NAMES[pair]} and {METHODS[pair]}: odds of right answers to 100 unseen questions")
        rows = []
        for number in range(options.seeds):
            theirs, mine, calls, used = seed_of(pair, number, server)
            rows.append((theirs, mine))
            print(f"  seed {number}: {theirs:.3f} with {calls} calls, {mine:.3f} with {used}", flush=True)
        wins = statistics.fmean(1 if mine > theirs + 1e-9 else 0.5 if mine > theirs - 1e-9 else 0 for theirs, mine in rows)
        differences = [mine - theirs for theirs, mine in rows]
        mean, error = statistics.fmean(differences), statistics.stdev(differences) / len(rows) ** 0.5 if len(rows) > 1 else 0
        holds = holds and wins >= 0.7
        print(f"share of seeds better than {NAMES[pair]}: {wins:.2f} (at least 0.7), mean difference {mean:+.3f} ± {1.96 * error:.3f}")
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
