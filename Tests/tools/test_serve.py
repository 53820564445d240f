# SPDX-License-Identifier: Apache-2.0
"""`gradus serve` as programs and browsers meet it: over a socket, and in a headless Chromium.

GRADUS_PICTURES=FOLDER keeps pictures of the pages at three sizes.
"""
import concurrent.futures
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import time
import unittest
import urllib.parse

import browser
from program import FOLDER, ROOT, gradus

SERVICE = pathlib.Path(os.environ.get("GRADUS_SERVICE_BIN", FOLDER)) / "gradus-service"
PICTURES = os.environ.get("GRADUS_PICTURES")

SPEC = """
study: {name}
command: [python3, -c, "{code}", "{{x}}", "{{kind}}"]
parameters:
  x: {{type: float, low: -3, high: 3}}
  y: {{type: float, low: 1e-4, high: 1, log: true}}
  kind: {{type: categorical, choices: [relu, tanh]}}
objectives: {{loss: minimize}}
intermediate: step
pruning: false
trials: {trials}
parallel: 2
by: random
seed: 3
storage: {storage}
"""
CODE = ("import json, sys; x = float(sys.argv[1]); [print(json.dumps(dict(step=k, loss=x * x + 1 / k)), flush=True) for k in (1, 2, 3)]; "
        "sys.exit('no luck with ' + sys.argv[1]) if x > 2.5 else print('loss=%r' % (x * x))")


class Server:
    """A served folder."""

    def __init__(self, folder, *arguments, token=None):
        environment = dict(os.environ, PATH=f"{SERVICE.parent}:{os.environ['PATH']}")
        environment.pop("GRADUS_TOKEN", None)
        if token:
            environment["GRADUS_TOKEN"] = token
        self.process = subprocess.Popen(
            [str(FOLDER / "gradus"), "serve", "--port", "0", *arguments], cwd=folder, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        self.address = self.process.stdout.readline().strip()
        if not self.address:
            raise AssertionError(self.process.communicate(timeout=30)[1])
        parts = urllib.parse.urlsplit(self.address)
        self.port, self.token = parts.port, urllib.parse.parse_qs(parts.query)["token"][0]

    def ask(self, method, path, body=None, token=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        given = {"Authorization": f"Bearer {self.token if token is None else token}", **(headers or {})}
        connection.request(method, path, body=None if body is None else json.dumps(body), headers=given)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, json.loads(data) if answer.headers.get_content_type() == "application/json" else data.decode()

    def raw(self, text, limit=60):
        """What the server answers to bytes, until it closes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=limit) as stream:
            stream.sendall(text)
            answer = b""
            while part := stream.recv(1 << 16):
                answer += part
            return answer

    def end(self, sign=signal.SIGINT):
        self.process.send_signal(sign)
        self.process.communicate(timeout=30)
        return self.process.returncode


@unittest.skipUnless(SERVICE.exists(), f"{SERVICE.name} is not built; 'make service' builds it")
class Serve(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        (cls.folder / "wing.yaml").write_text(SPEC.format(name="wing", code=CODE, trials=30, storage="s.journal"))
        done = gradus("tune", "wing.yaml", "--quiet", folder=cls.folder)
        assert done.returncode == 0, done.stderr
        (cls.folder / "runs").mkdir()
        done = gradus("solve", "problem:rosenbrock,n=10", "--by", "lbfgs", "--record", "runs/rosenbrock.run", "--quiet", folder=cls.folder)
        assert done.returncode == 0, done.stderr
        (cls.folder / "digits.yaml").write_text("data: digits\nsteps: 200\nevaluate-every: 50\n")
        done = gradus("train", "digits.yaml", "--log", "runs/digits.csv", "--quiet", folder=cls.folder)
        assert done.returncode == 0, done.stderr
        cls.server = Server(cls.folder, "--storage", "s.journal", "--runs", "runs")

    @classmethod
    def tearDownClass(cls):
        cls.server.end()
        cls.scratch.cleanup()

    # Programs

    def test_trials_are_asked_and_told(self):
        (self.folder / "more.yaml").write_text(SPEC.format(name="more", code=CODE, trials=4, storage="s.journal"))
        self.assertEqual(gradus("tune", "more.yaml", "--time-limit", "0.001", "--quiet", folder=self.folder).returncode, 4)
        status, trial = self.server.ask("POST", "/api/studies/more/ask", {})
        self.assertEqual(status, 200, trial)
        number = trial["trial"]
        self.assertEqual(set(trial["parameters"]), {"x", "y", "kind"})
        self.assertEqual(self.server.ask("POST", f"/api/studies/more/trials/{number}/tell", {"values": {"loss": 0.125}}),
                         (200, {"ok": True, "state": "complete"}))
        shown = json.loads(gradus("study", "show", "--storage", "s.journal", "--study", "more", "--format", "json", folder=self.folder).stdout)
        self.assertIn([0.125], [trial["values"] for trial in shown["trials"]])

    def test_tokens(self):
        for token in ("", "wrong", self.server.token[:-1], self.server.token + "0"):
            for path in ("/", "/api/studies", "/events?of=/"):
                status, answer = self.server.ask("GET", path, token=token)
                self.assertEqual(status, 401)
                self.assertNotIn("wing", str(answer))
        status, answer = self.server.ask("POST", "/api/studies/wing/ask", {}, token="wrong")
        self.assertEqual((status, answer["error"]["code"]), (401, "token"))

    def test_huge_bodies_are_refused(self):
        head = f"POST /api/runs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.server.token}\r\n"
        answer = self.server.raw((head + "Content-Length: 10000000000\r\n\r\n").encode())
        self.assertTrue(answer.startswith(b"HTTP/1.1 413 "), answer[:200])
        chunk = b"100000\r\n" + b" " * 0x100000 + b"\r\n"
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as stream:
            stream.sendall((head + "Transfer-Encoding: chunked\r\n\r\n").encode())
            try:
                for _ in range(64):
                    stream.sendall(chunk)
            except OSError:
                pass  # The server need not take what it has refused.
            try:
                answer = stream.recv(1 << 16)
            except OSError:
                answer = b""
        self.assertTrue(answer == b"" or answer.startswith(b"HTTP/1.1 413 "), answer[:200])
        # Without the token nothing is read at all.
        answer = self.server.raw(b"POST /api/runs HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n")
        self.assertTrue(answer.startswith(b"HTTP/1.1 401 "), answer[:200])
        self.assertEqual(self.server.ask("GET", "/api/studies")[0], 200)

    def test_slow_clients_hold_nobody_up(self):
        token = self.server.token
        slow = {
            "head": b"GET / HTTP/1.1\r\nHost: a\r\nAuthor",
            "body": f"POST /api/runs HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}\r\nContent-Length: 100\r\n\r\n{{".encode(),
        }
        began = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = {name: pool.submit(self.server.raw, text) for name, text in slow.items()}
            for _ in range(20):
                self.assertEqual(self.server.ask("GET", "/api/studies")[0], 200)
            for name, future in waiting.items():
                answer = future.result(timeout=60)
                self.assertTrue(answer == b"" or b" 408 " in answer[:20] or b" 400 " in answer[:20], (name, answer[:200]))
        self.assertLess(time.monotonic() - began, 40)

    def test_no_path_leaves_the_folder(self):
        for path in ("/../../../etc/passwd", "/runs/..%2F..%2F..%2Fetc%2Fpasswd", "/runs/%2e%2e%2fs.journal", "//etc/passwd",
                     "/dashboard.css/../../s.journal"):
            answer = self.server.raw(f"GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.server.token}\r\n"
                                     "Connection: close\r\n\r\n".encode())
            self.assertRegex(answer[:20], rb"HTTP/1.1 (400|404) ")
            self.assertNotIn(b"root:", answer)
            self.assertNotIn(b"op_code", answer)

    def test_nonsense_is_answered(self):
        for text in (b"\x00\x01\x02\r\n\r\n", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
                     b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n", b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n"):
            self.server.raw(text)
        self.assertEqual(self.server.ask("GET", "/api/studies")[0], 200)

    def test_events(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=60) as stream:
            stream.sendall(f"GET /events?of=/runs/live HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {self.server.token}\r\n\r\n".encode())
            text = stream.recv(4096)
            self.assertIn(b"text/event-stream", text)
            start = {"name": "live", "start": {"method": "random-search", "dim": 1, "lower": [0], "upper": [1]}}
            self.assertEqual(self.server.ask("POST", "/api/runs", start)[0], 201)
            while b"event: revision" not in text:
                text += stream.recv(4096)
            before = text.count(b"event: revision")
            self.server.ask("POST", "/api/runs/live", {"ask": {}})
            while text.count(b"event: revision") == before:
                text += stream.recv(4096)

    # The process

    def test_killed_runs_go_on(self):
        with tempfile.TemporaryDirectory() as folder:
            token = "a" * 32
            server = Server(folder, "--runs", "runs", token=token)
            self.assertEqual(server.token, token)
            start = {"name": "s", "start": {"method": "cma-es", "dim": 2, "lower": [-1, -1], "upper": [1, 1], "seed": 5}}
            self.assertEqual(server.ask("POST", "/api/runs", start)[0], 201)
            points = []
            for k in range(30):
                if k % 7 == 3:
                    server.end(signal.SIGKILL)
                    server = Server(folder, "--runs", "runs", token=token)
                point = server.ask("POST", "/api/runs/s", {"ask": {"max": 1}})[1]["points"][0]
                points.append(point)
                self.assertEqual(server.ask("POST", "/api/runs/s", {"tell": {"f": [[sum(x * x for x in point)]]}})[0], 200)
            self.assertEqual(server.end(), 0)
            server = Server(folder, token=token)
            server.ask("POST", "/api/runs", start)
            for point in points:
                self.assertEqual(server.ask("POST", "/api/runs/s", {"ask": {"max": 1}})[1]["points"][0], point)
                server.ask("POST", "/api/runs/s", {"tell": {"f": [[sum(x * x for x in point)]]}})
            self.assertEqual(server.end(signal.SIGTERM), 0)

    def test_interrupts_end_it_while_somebody_listens(self):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(folder)
            with socket.create_connection(("127.0.0.1", server.port), timeout=60) as stream:
                stream.sendall(f"GET /events?of=/ HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {server.token}\r\n\r\n".encode())
                self.assertIn(b"200", stream.recv(4096))
                self.assertEqual(server.end(), 0)

    def test_what_is_wrong_is_said(self):
        def serve(*arguments, **environment):
            return subprocess.run(
                [str(FOLDER / "gradus"), "serve", *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60,
                env=dict(os.environ, PATH=f"{SERVICE.parent}:{os.environ['PATH']}", **environment))
        (self.folder / "short").write_text("abc\n")
        for arguments, environment, code, words in (
            (["--port", str(self.server.port)], {}, 1, "choose another --host or --port"),
            (["--host", "256.1.1.1", "--port", "0"], {}, 1, "choose another --host or --port"),
            (["--token-file", "none"], {}, 3, "cannot read none"), (["--token-file", "short"], {}, 3, "16 to 1024"),
            (["--runs", "short/runs"], {}, 3, "cannot make the folder"), ([], {"GRADUS_TOKEN": "x y"}, 3, "GRADUS_TOKEN"),
            (["--port", "70000"], {}, 64, "--port must be"),
        ):
            done = serve(*arguments, **environment)
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn(words, done.stderr)
        self.assertIn("USAGE: gradus serve", serve("--help").stdout)


@unittest.skipUnless(SERVICE.exists(), f"{SERVICE.name} is not built; 'make service' builds it")
@unittest.skipUnless(browser.PROGRAM, "there is no Chromium; tools/setup.sh installs it")
class Pages(unittest.TestCase):
    """The dashboard in a browser."""

    @classmethod
    def setUpClass(cls):
        Serve.setUpClass.__func__(cls)
        cls.browser = browser.Browser()
        cls.browser.size(1280, 900)
        cls.browser.open(cls.server.address)

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        Serve.tearDownClass.__func__(cls)

    def setUp(self):
        self.base = f"http://127.0.0.1:{self.server.port}"
        self.browser.errors.clear()
        self.browser.requests.clear()
        self.browser.size(1280, 900)
        self.browser.scheme("light")

    def tearDown(self):
        self.assertEqual(self.browser.errors, [])
        for address in self.browser.requests:
            self.assertTrue(address.startswith(self.base) or address.startswith("data:"), address)

    def show(self, path):
        self.browser.open(self.base + path)
        self.browser.wait("!document.querySelector('[data-later]')")

    def test_the_token_leaves_the_address(self):
        self.browser.open(self.server.address)
        self.assertEqual(self.browser.evaluate("location.href"), self.base + "/")
        self.assertEqual(self.browser.evaluate("document.cookie"), "")
        self.assertIn("wing", self.browser.evaluate("document.body.innerText"))

    def test_a_study_with_all_its_parts(self):
        self.show("/studies/wing")
        text = self.browser.evaluate("document.body.innerText")
        for word in ("Convergence", "Trials", "Importance", "Parallel coordinates", "Slices", "Learning curves", "best"):
            self.assertIn(word, text)
        self.assertGreaterEqual(self.browser.evaluate("document.querySelectorAll('svg').length"), 5)
        self.browser.evaluate("document.querySelector('tbody a').click()")
        self.browser.wait("location.pathname.startsWith('/studies/wing/trials/')")
        self.browser.wait("document.querySelector('h1')")
        self.assertIn("Parameters", self.browser.evaluate("document.body.innerText"))

    def test_errors_and_logs_of_trials(self):
        shown = json.loads(gradus("study", "show", "--storage", "s.journal", "--study", "wing", "--limit", "100", "--format", "json",
                                  folder=self.folder).stdout)
        failed = next(trial["number"] for trial in shown["trials"] if trial["state"] == "failed")
        self.show(f"/studies/wing/trials/{failed}")
        self.assertIn("no luck with", self.browser.evaluate("document.querySelector('pre').innerText"))

    def test_runs(self):
        for run, word in (("rosenbrock.run", "lbfgs"), ("digits.csv", "held-out loss")):
            self.show(f"/runs/{run}")
            self.assertIn(word, self.browser.evaluate("document.body.innerText + document.querySelector('svg').textContent"))

    def test_news_come_by_themselves(self):
        start = {"name": "fresh", "start": {"method": "random-search", "dim": 1, "lower": [0], "upper": [1]}}
        self.server.ask("POST", "/api/runs", start)
        self.show("/runs/fresh")
        self.browser.wait("document.getElementById('live').textContent === 'live'")
        self.browser.evaluate("window.isSame = true")
        for _ in range(3):
            point = self.server.ask("POST", "/api/runs/fresh", {"ask": {}})[1]["points"][0]
            self.server.ask("POST", "/api/runs/fresh", {"tell": {"f": [[point[0]]]}})
        self.browser.wait("/answers\\s+3/.test(document.body.innerText)")
        self.assertIs(self.browser.evaluate("window.isSame"), True)

    def test_the_keyboard_is_enough(self):
        self.show("/")
        self.browser.press("Tab", number=9)
        self.assertEqual(self.browser.evaluate("document.activeElement.className"), "skip")
        self.assertGreaterEqual(self.browser.evaluate("document.activeElement.getBoundingClientRect().left"), 0)
        for _ in range(12):
            self.browser.press("Tab", number=9)
            if self.browser.evaluate("document.activeElement.textContent") == "wing":
                break
        self.assertNotEqual(self.browser.evaluate("getComputedStyle(document.activeElement).outlineStyle"), "none")
        self.browser.press("Enter", number=13)
        self.browser.wait("location.pathname === '/studies/wing'")
        # What scrolls sideways can be reached, and every part has a name.
        self.browser.wait("!document.querySelector('[data-later]')")
        self.assertEqual(self.browser.evaluate(
            "[...document.querySelectorAll('.wide, pre')].filter((e) => e.tabIndex !== 0 || !e.getAttribute('aria-label')).length"), 0)
        self.assertEqual(self.browser.evaluate("document.documentElement.lang"), "en")

    def test_the_focus_stays_through_news(self):
        start = {"name": "focus", "start": {"method": "random-search", "dim": 1, "lower": [0], "upper": [1]}}
        self.server.ask("POST", "/api/runs", start)
        self.show("/")
        self.browser.wait("document.getElementById('live').textContent === 'live'")
        self.browser.evaluate("[...document.querySelectorAll('a')].find((a) => a.textContent === 'focus').focus()")
        point = self.server.ask("POST", "/api/runs/focus", {"ask": {}})[1]["points"][0]
        self.server.ask("POST", "/api/runs/focus", {"tell": {"f": [[0.0625]]}})
        self.browser.wait("document.body.innerText.includes('0.0625')")
        self.assertEqual(self.browser.evaluate("document.activeElement.textContent"), "focus")

    def test_every_size_in_light_and_dark(self):
        pages = {"overview": "/", "study": "/studies/wing", "trial": "/studies/wing/trials/3", "run": "/runs/rosenbrock.run"}
        for name, path in pages.items():
            for width, height in ((390, 844), (820, 1180), (1440, 900)):
                for scheme in ("light", "dark"):
                    with self.subTest(page=name, width=width, scheme=scheme):
                        self.browser.size(width, height, mobile=width < 500)
                        self.browser.scheme(scheme)
                        self.show(path)
                        self.assertLessEqual(self.browser.evaluate("document.documentElement.scrollWidth"), width)
                        colors = self.browser.evaluate(
                            "[getComputedStyle(document.body).color, getComputedStyle(document.body).backgroundColor]")
                        self.assertGreater(contrast(*colors), 7)
                        if PICTURES:
                            self.browser.picture(f"{PICTURES}/{name}-{width}-{scheme}.png")

    def test_names_do_nothing(self):
        name = "<img src=x onerror=document.title='bad'><script>document.title='bad'</script>"
        (self.folder / "nasty.yaml").write_text(SPEC.format(name=json.dumps(name), code=CODE, trials=3, storage="s.journal"))
        self.assertEqual(gradus("tune", "nasty.yaml", "--quiet", folder=self.folder).returncode, 0)
        self.show("/")
        self.browser.evaluate("[...document.querySelectorAll('a')].find((a) => a.textContent.startsWith('<img')).click()")
        self.browser.wait("location.pathname.startsWith('/studies/%3C')")
        self.browser.wait("document.readyState === 'complete' && !document.querySelector('[data-later]')")
        self.assertIn("onerror", self.browser.evaluate("document.title"))
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('img, main script').length"), 0)


def contrast(ink, page):
    """The ratio of WCAG 2.2 between two colors as a browser tells them."""
    def luminance(color):
        parts = [int(text) / 255 for text in re.findall(r"\d+", color)[:3]]
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    high, low = sorted((luminance(ink), luminance(page)), reverse=True)
    return (high + 0.05) / (low + 0.05)


if __name__ == "__main__":
    unittest.main()
