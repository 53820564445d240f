# SPDX-License-Identifier: Apache-2.0
"""A server that stands for a language model, and what tests of commands that ask one have in common."""
import http.server
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import unittest

from program import FOLDER


class Server:
    """Answers one request after the other, the last answer again and again, and keeps what it was asked. An answer may be a rule
    from the question to the answer."""

    def __init__(self, *answers):
        self.asked, self.answers = [], answers
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = owner.answers[min(len(owner.asked), len(owner.answers) - 1)]
                owner.asked.append(request)
                if callable(text):
                    text = text(request["messages"][0]["content"])
                text = text if isinstance(text, str) else json.dumps(text)
                body = json.dumps({"choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
                                   "usage": {"prompt_tokens": 100, "completion_tokens": 20}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                try:
                    self.wfile.write(body)
                except BrokenPipeError:
                    pass  # Whoever asked was killed.

            def log_message(self, *arguments):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class ServedCase(unittest.TestCase):
    """Commands in a folder of their own, whatever model the environment names."""

    name = "formulate"

    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = pathlib.Path(holder.name)
        self.clean = {key: value for key, value in os.environ.items() if not key.startswith("OPENAI")}

    def command(self, *arguments, name=None):
        return [str(FOLDER / "gradus"), name or self.name, *map(str, arguments)]

    def gradus(self, *arguments, name=None, **more):
        return subprocess.run(self.command(*arguments, name=name), capture_output=True, text=True, timeout=120, cwd=self.folder,
                              env=self.clean, **more)

    def found(self, *arguments, code=0, name=None):
        """What the command prints as JSON."""
        done = self.gradus(*arguments, "--format", "json", name=name)
        self.assertEqual(done.returncode, code, done.stderr)
        return json.loads(done.stdout)

    def refused(self, code, told, *arguments):
        """One line on standard error, and nothing else."""
        done = self.gradus(*arguments, "--quiet")
        self.assertEqual((done.returncode, done.stdout, len(done.stderr.splitlines())), (code, "", 1), done.stderr)
        self.assertIn(told, done.stderr)

    def served(self, *answers):
        server = Server(*answers)
        self.addCleanup(server.close)
        return server

    def lines(self, name):
        return [json.loads(line) for line in (self.folder / name).read_text().splitlines()]

    def write(self, name, lines):
        """A file of JSON lines."""
        (self.folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))

    def stopped(self, sign, after, rule, arguments):
        """Calls a command with the arguments for a server, sends the signal at request `after`, and gives the end and the server."""
        reached, go, seen = threading.Event(), threading.Event(), []

        def waiting(prompt):
            seen.append(prompt)
            if len(seen) == after:
                reached.set()
                go.wait(60)
            return rule(prompt)

        server = self.served(waiting)
        process = subprocess.Popen(self.command(*arguments(server), "--format", "json", "--quiet"), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder, env=self.clean)
        try:
            self.assertTrue(reached.wait(60))
            process.send_signal(sign)
            process.wait(60)
        finally:
            go.set()
            process.kill()
            out, error = process.communicate(timeout=60)
        return process.returncode, out, error, server
