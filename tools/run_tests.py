#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Builds and runs every test and ends with the line `N passed, N failed, N skipped`.

    tools/run_tests.py [FLAGS OF swift build…]

Swift tests are counted from the report that `swift test` writes, Python tests from unittest's own result. A stage that
does not build, crashes, runs out of time or counts no test is a failure. Exit code 0 when nothing failed, otherwise 1.
"""
import concurrent.futures
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[1]
REPORT = ROOT / ".build" / "tests.xml"
MINUTE = 60
# What takes longer hangs: on a slow machine a build takes three times what it takes here.
LIMIT = 40 * MINUTE


class Count:
    """What was passed, failed and skipped so far, and the names of what failed."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures, self.reasons = [], {}

    def fail(self, name):
        self.failed += 1
        self.failures.append(name)

    def skip(self, reason):
        self.skipped += 1
        self.reasons[reason] = self.reasons.get(reason, 0) + 1


def run(command, limit, keep=False):
    """Runs a command in its own group, ends the whole group at the limit; (exit code, output when kept)."""
    print("\n$ " + " ".join(map(str, command)), flush=True)
    pipe = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, "errors": "replace"} if keep else {}
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdin=subprocess.DEVNULL, **pipe)
    try:
        output, _ = process.communicate(timeout=limit)
        return process.returncode, output or ""
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        print(f"stopped after {limit / MINUTE:.0f} minutes", flush=True)
        return 124, output or ""


# Tests that wait for programs, and those of large instances, one after the other, keep threads that others could use: each kind has
# a process of its own beside the others.
APART = {"commands": r"^Gradus(Command|Study)Tests\.", "instances": r"^GradusDiscreteTests\."}


def swift_tests(count, flags, then):
    """Builds and runs the Swift tests; `then` is done while the last of them, laws that leave half the machine free, are at work."""
    REPORT.parent.mkdir(exist_ok=True)
    code, _ = run(["swift", "build", *flags, "--build-tests"], LIMIT)
    if code != 0:
        return count.fail("the Swift package does not build")
    parts = {name: ["--filter", pattern] for name, pattern in APART.items()}
    parts["others"] = [word for pattern in APART.values() for word in ("--skip", pattern)]
    reports = {name: REPORT.with_name(f"tests-{name}.xml") for name in parts}
    for old in reports.values():
        old.unlink(missing_ok=True)
    folder = pathlib.Path(subprocess.run(["swift", "build", *flags, "--show-bin-path"], cwd=ROOT, capture_output=True, text=True,
                                         timeout=300).stdout.strip())
    bundle = folder / "gradusPackageTests.xctest"
    program = bundle / "Contents" / "MacOS" / "gradusPackageTests" if bundle.is_dir() else bundle
    command = [program, "--testing-library", "swift-testing"]
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = {name: pool.submit(run, [*command, *which, "--xunit-output", reports[name]], LIMIT)
                   for name, which in parts.items()}
        concurrent.futures.wait([running[name] for name in APART])
        then()
    for name, ending in running.items():
        read(count, reports[name], ending.result()[0])


def read(count, report, code):
    """Counts the tests of a report; `code` is what their process ended with."""
    before = count.failed
    if not report.exists():
        return count.fail(f"the Swift tests wrote no {report.name} (exit code {code})")
    try:
        tests = ElementTree.parse(report).getroot()
    except ElementTree.ParseError:
        return count.fail(f"the Swift tests broke off before {report.name} was written (exit code {code})")
    seen = 0
    for test in tests.iter("testcase"):
        seen += 1
        if test.find("failure") is not None or test.find("error") is not None:
            count.fail(f"{test.get('classname')}.{test.get('name')}")
        elif (skipped := test.find("skipped")) is not None:
            count.skip(skipped.text or "no reason given")
        else:
            count.passed += 1
    if seen == 0:
        count.fail(f"{report.name} holds no test")
    if code != 0 and count.failed == before:
        count.fail(f"the Swift tests of {report.name} ended with exit code {code}")


def service(count, flags):
    """The dashboard is a package of its own, built into the same folder: it shares what was built, but not the plan of it."""
    place = ["--package-path", "Service", "--scratch-path", ".build", "--disable-build-manifest-caching"]
    code, _ = run(["swift", "build", *flags, *place, "--product", "gradus-service"], LIMIT)
    if code != 0:
        count.fail("the Service package does not build")


def python_tests(count, flags):
    shown = subprocess.run(["swift", "build", *flags, "--show-bin-path"], cwd=ROOT, capture_output=True, text=True, timeout=300)
    os.environ["GRADUS_BIN"] = shown.stdout.strip()
    # Those of the dashboard wait for a browser and for slow clients most of their time.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        running = [pool.submit(discover, sys.executable, "Tests/tools", pattern) for pattern in ("test_s*.py", "test_[!s]*.py")]
    for ending in running:
        tally(count, "Tests/tools", *ending.result())
    # The package over libgradus, with the libraries that it serves.
    code, _ = run(["swift", "build", *flags, "--product", "libgradus"], LIMIT)
    if code != 0:
        return count.fail("libgradus does not build")
    python = ROOT / ".tools" / "peers" / "bin" / "python"
    if not python.exists():
        print(f"no environment with optuna and scipy ({python.relative_to(ROOT)}); tools/setup.sh makes it", flush=True)
        python = sys.executable
    os.environ["PYTHONPATH"] = str(ROOT / "python")
    tally(count, "python/tests", *discover(python, "python/tests", "test*.py"))


def discover(python, folder, pattern):
    """The unittests of a folder, run by an interpreter; its exit code and what it printed."""
    return run([python, "-m", "unittest", "discover", "-v", "-s", folder, "-t", folder, "-p", pattern], LIMIT, keep=True)


def tally(count, folder, code, output):
    """Counts unittests by what they printed."""
    print(output, end="", flush=True)
    summary = re.search(r"^Ran (\d+) tests? in .*\n\n(OK|FAILED|NO TESTS RAN)(?: \((.*)\))?\s*\Z", output, re.MULTILINE)
    if summary is None or int(summary[1]) == 0:
        return count.fail(f"the Python tests of {folder} ended without a count (exit code {code})")
    parts = dict(part.split("=") for part in (summary[3] or "").split(", ") if "=" in part)
    for name in re.findall(r"^(?:FAIL|ERROR): (.+)$", output, re.MULTILINE):
        count.fail(name)
    for reason in re.findall(r"\.\.\. skipped ['\"](.*)['\"]$", output, re.MULTILINE):
        count.skip(reason)
    bad = sum(int(parts.get(key, 0)) for key in ("failures", "errors", "unexpected successes"))
    count.passed += max(0, int(summary[1]) - bad - int(parts.get("skipped", 0)) - int(parts.get("expected failures", 0)))
    if code != 0 and not bad:
        count.fail(f"unittest ended with exit code {code} in {folder}")


def style(count):
    places = ["Package.swift", "Sources", "Tests", "Examples", "Benchmarks", "Service/Package.swift", "Service/Sources"]
    code, _ = run(["swift", "format", "lint", "--strict", "-r", "-p", *places], 5 * MINUTE)
    if code == 0:
        count.passed += 1
    else:
        count.fail("swift format lint")


def main():
    begin, count = time.monotonic(), Count()
    # Whatever tests leave behind goes with the folder.
    with tempfile.TemporaryDirectory(prefix="gradus-tests-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = folder
        # The database server of the tests runs as another user.
        os.chmod(folder, 0o755)
        swift_tests(count, sys.argv[1:], then=lambda: (style(count), service(count, sys.argv[1:])))
        python_tests(count, sys.argv[1:])
    print()
    for reason, times in sorted(count.reasons.items()):
        print(f"skipped ({times}): {reason}")
    for name in count.failures:
        print(f"failed: {name}")
    print(f"{time.monotonic() - begin:.0f} seconds")
    print(f"{count.passed} passed, {count.failed} failed, {count.skipped} skipped", flush=True)
    return 1 if count.failed else 0


if __name__ == "__main__":
    sys.exit(main())
