# SPDX-License-Identifier: Apache-2.0
"""Workers on several hosts: namespaces of network, processes and names stand for machines, with a PostgreSQL server between them.

Who outgrows one machine changes a URL and nothing else.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from program import FOLDER, ROOT, gradus

sys.path.insert(0, str(ROOT / "Benchmarks"))
import postgres  # noqa: E402

NETWORK = "10.213.77"


def run(*words):
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=30)


def obstacle():
    """Why there can be no hosts here; None where there can."""
    if sys.platform != "linux" or os.getuid() != 0:
        return "namespaces need root on Linux"
    for program in ("ip", "unshare"):
        if shutil.which(program) is None:
            return f"{program} is missing (apt-get install iproute2 util-linux)"
    if postgres.programs() is None:
        return "there is no PostgreSQL server; tools/setup.sh installs it"
    try:
        run("ip", "netns", "add", f"gradus-{os.getpid()}-try")
        run("ip", "netns", "delete", f"gradus-{os.getpid()}-try")
    except (subprocess.SubprocessError, OSError):
        return "this system allows no network namespaces"
    return None


class Host:
    """A machine with an address of its own behind a bridge."""

    def __init__(self, bridge, number):
        self.name, self.number = f"{bridge}h{number}", number
        run("ip", "netns", "add", self.name)
        run("ip", "link", "add", f"{self.name}o", "type", "veth", "peer", "name", "eth0", "netns", self.name)
        run("ip", "link", "set", f"{self.name}o", "master", bridge, "up")
        run("ip", "-n", self.name, "addr", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
        run("ip", "-n", self.name, "link", "set", "eth0", "up")
        self.processes = []

    def start(self, *words):
        """A command with a name of the machine and numbers of processes of its own; they end with the first of them."""
        process = subprocess.Popen(
            ["ip", "netns", "exec", self.name, "unshare", "--uts", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c",
             'hostname "$0"; exec "$@"', self.name, *map(str, words)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        self.processes.append(process)
        return process

    def lose_power(self):
        for process in self.processes:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
        self.processes.clear()

    def close(self):
        self.lose_power()
        subprocess.run(["ip", "netns", "delete", self.name], check=False)


REASON = obstacle()


@unittest.skipIf(REASON, REASON or "")
class Hosts(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.addCleanup(self.scratch.cleanup)
        self.folder = pathlib.Path(self.scratch.name)
        self.bridge = f"gr{os.getpid() % 100000}"
        run("ip", "link", "add", self.bridge, "type", "bridge")
        self.addCleanup(subprocess.run, ["ip", "link", "delete", self.bridge], check=False)
        run("ip", "addr", "add", f"{NETWORK}.1/24", "dev", self.bridge)
        run("ip", "link", "set", self.bridge, "up")
        self.server = postgres.Server(f"{NETWORK}.1", f"{NETWORK}.0/24")
        self.addCleanup(self.server.__exit__)
        self.url = f"postgresql://postgres@{NETWORK}.1/postgres"
        self.hosts = [Host(self.bridge, number) for number in (2, 3, 4)]
        for host in self.hosts:
            self.addCleanup(host.close)

    def spec(self, trials, command):
        (self.folder / "s.yaml").write_text(
            f"study: far\ncommand: [sh, -c, {json.dumps(command)}]\nparameters: {{x: {{type: float, low: 0, high: 1}}}}\n"
            f"objectives: {{f: minimize}}\ntrials: {trials}\nparallel: 2\nby: random\nseed: 4\ngrace: 2\nstorage: {self.url}\n")
        # Begun here, perhaps with a trial that is put back or done, and left to the others.
        done = gradus("tune", self.folder / "s.yaml", "--time-limit", "0.001", "--quiet")
        self.assertIn(done.returncode, (0, 4), done.stderr)

    def trials(self):
        shown = gradus("study", "show", "--storage", self.url, "--study", "far", "--limit", "10000", "--format", "json")
        return json.loads(shown.stdout)["trials"]

    def test_no_trial_goes_to_two(self):
        marks = self.folder / "marks"
        marks.mkdir()
        # Whoever of the hosts tries a trial that another one has tried fails.
        self.spec(40, f"case $(hostname) in gr*) mkdir {marks}/$GRADUS_TRIAL || exit 9; hostname > {marks}/$GRADUS_TRIAL/host;; esac; "
                      "echo f={x}")
        workers = [host.start(FOLDER / "gradus", "worker", "--storage", self.url, "--study", "far", "--parallel", "2")
                   for host in self.hosts]
        for worker in workers:
            self.assertEqual(worker.wait(timeout=120), 0, worker.stderr.read())
        trials = self.trials()
        self.assertEqual([trial["state"] for trial in trials].count("complete"), 40)
        self.assertEqual(len(trials), 40)
        names = {(place / "host").read_text().strip() for place in marks.iterdir()}
        self.assertGreater(len(names), 1)
        self.assertTrue(names <= {host.name for host in self.hosts})

    def test_a_dead_machine_is_noticed(self):
        begun = self.folder / "begun"
        self.spec(
            8, f"case $(hostname) in gr*) hostname >> {begun};; esac; "
            f"case $(hostname) in {self.hosts[0].name}) sleep 600;; esac; echo f={{x}}")
        self.hosts[0].start(FOLDER / "gradus", "worker", "--storage", self.url, "--study", "far", "--parallel", "2")
        deadline = time.monotonic() + 60
        while (not begun.exists() or len(begun.read_text().split()) < 2) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.hosts[0].lose_power()
        workers = [host.start(FOLDER / "gradus", "worker", "--storage", self.url, "--study", "far") for host in self.hosts[1:]]
        for worker in workers:
            self.assertEqual(worker.wait(timeout=120), 0, worker.stderr.read())
        trials = sorted(self.trials(), key=lambda trial: trial["number"])
        lost = [trial["parameters"]["x"] for trial in trials if trial["state"] == "failed"]
        done = [trial["parameters"]["x"] for trial in trials if trial["state"] == "complete"]
        self.assertEqual((len(lost), len(done), len(trials)), (2, 8, 10))
        # The points of the two that were lost were tried by the others, once.
        self.assertTrue(set(lost) <= set(done))
        self.assertEqual(len(set(done)), 8)


if __name__ == "__main__":
    unittest.main()
