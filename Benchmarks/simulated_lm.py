# SPDX-License-Identifier: Apache-2.0
"""A double of a language model with stated odds behind OpenAI's interface, for whoever asks: `gradus improve`, DSPy, Trace.

    P(right answer) = 1 / (1 + exp(-(base + weights of the sentences in the prompt + weights of at most four examples in it)))

It knows questions with answers, and sentences that help or harm. Asked a question – the last one in what it is shown – it answers in the
form that it was asked in. Asked to write an instruction it says each sentence with probability `invents`; asked to improve a text after
some feedback it adds one sentence, four times in five. Of language models it proves nothing: it shows how well a budget is
spent. What a program has of the odds is read off without noise: `probability` of each question as it was last asked.
"""
import hashlib
import json
import math
import random
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE, EXEMPLAR, INVENTS = -1.5, 0.7, 0.3


class Double:
    def __init__(self, seed, items, sentences):
        self.seed, self.items, self.sentences = seed, items, sentences
        # Some examples tell more than others, from nothing to EXEMPLAR.
        chance = random.Random(f"examples {seed}")
        self.worth = {question: chance.uniform(0, EXEMPLAR) for question in items}
        self.lock = threading.Lock()
        self.forget()

    def forget(self):
        self.calls, self.seen, self.last = 0, {}, {}

    def draws(self, text):
        with self.lock:
            self.calls += 1
            count = self.seen[text] = self.seen.get(text, 0) + 1
        return random.Random(hashlib.sha256(f"{self.seed} {count} {text}".encode()).digest())

    def reply(self, messages):
        text = "\n".join(message["content"] for message in messages)
        chance = self.draws(text)
        if "</improved>" in text:
            value = re.search(r"<value>\n(.*?)\n</value>", text, re.S)
            return f"<improved>{self.revised(value[1], chance) if 'Improve' in text and value else self.instruction(chance)}</improved>"
        if '"suggestion"' in text:
            return json.dumps({"reasoning": "", "answer": "", "suggestion": self.suggestion(text, chance)})
        return self.fields(messages[-1]["content"], text, chance)

    def fields(self, last, text, chance):
        """The forms of DSPy: marked sections, or a JSON object when those were not understood."""
        form = last.rsplit("Respond with", 1)[-1]
        names = [name for name in re.findall(r"\[\[ ## (\w+) ## \]\]|`(\w+)`", form) if "completed" not in name]
        names = [marked or quoted for marked, quoted in names] if "Respond with" in last else []
        if not names:
            return self.answer(text, chance)
        values = {}
        for name in names:
            if name == "target":
                values[name] = self.answer(text, chance)
            elif name == "new_instruction":
                values[name] = self.revised(last.split("[[ ## current_instruction ## ]]")[1].split("[[ ##")[0].strip(), chance)
            else:
                values[name] = self.instruction(chance)
        if "JSON" in form:
            return json.dumps(values)
        return "".join(f"[[ ## {name} ## ]]\n{value}\n\n" for name, value in values.items()) + "[[ ## completed ## ]]"

    def instruction(self, chance):
        return " ".join(["Answer the question."] + [s for s in self.sentences if chance.random() < INVENTS])

    def suggestion(self, text, chance):
        """One sentence more for a text, in either of the two ways in which variables are written."""
        part = text.rsplit("#Variables\n", 1)[-1].split("\n#")[0]
        found = re.search(r"\(str\) (\w+) ?= ?(.*)", part)
        if not found:
            return {}
        value = found[2].split("  # ")[0].strip().strip('"')
        return {found[1]: self.revised(value, chance)}

    def revised(self, value, chance):
        fresh = [sentence for sentence in self.sentences if sentence not in value]
        return f"{value} {chance.choice(fresh)}" if fresh and chance.random() < 0.8 else value

    def probability(self, text, question):
        logit = BASE + sum(weight for sentence, weight in self.sentences.items() if sentence in text)
        shown = [self.worth[q] for q, a in self.items.items()
                 if q != question and q in text and re.search(rf"{re.escape(q)}\s+(\[\[ ## \w+ ## \]\]|\w+:)?\s*{a}\b", text)]
        return 1 / (1 + math.exp(-logit - sum(sorted(shown)[-4:])))

    def answer(self, text, chance):
        places = [(text.rfind(question), question) for question in self.items if question in text]
        if not places:
            return "I do not know."
        question = max(places)[1]
        odds = self.probability(text, question)
        with self.lock:
            self.last[question] = odds
        if chance.random() < odds:
            return self.items[question]
        return chance.choice([answer for answer in self.items.values() if answer != self.items[question]])


class Server:
    """One double at a time behind http://127.0.0.1:PORT/v1."""

    def __init__(self):
        owner = self
        self.double = None

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            # Head and body are two writes: with Nagle's algorithm each answer would wait for an acknowledgement.
            disable_nagle_algorithm = True

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = owner.double.reply(request["messages"])
                size = sum(len(message["content"]) for message in request["messages"]) // 4
                body = json.dumps({
                    "id": "x", "object": "chat.completion", "created": 0, "model": "double",
                    "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                    "usage": {"prompt_tokens": size, "completion_tokens": len(text) // 4, "total_tokens": size + len(text) // 4},
                }).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
