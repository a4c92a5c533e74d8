"""One line for each check, and the sum of them."""

import contextlib
import subprocess
import time
import traceback


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0
        self._group = ""

    @contextlib.contextmanager
    def group(self, name):
        """Names the checks inside. What breaks off a group counts as one failed check; other groups go on."""
        self._group = name
        started = time.monotonic()
        try:
            yield
        except Exception as error:  # whatever it is, the other programs are still worth checking
            traceback.print_exc()
            self.that("runs to its end", False, error)
        print(f"      {name}: {time.monotonic() - started:.1f} s", flush=True)

    def that(self, claim, holds, detail=""):
        """Prints whether the claim holds, and on failure what was seen instead."""
        if holds:
            self.passed += 1
            print(f"ok    {self._group}: {claim}", flush=True)
        else:
            self.failed += 1
            print(f"FAIL  {self._group}: {claim}\n      {detail}", flush=True)
        return bool(holds)

    def of_program(self, name, command, seconds):
        """Runs a program that prints a line for each check: `ok` or else, the claim, what was seen, between tabs."""
        done = subprocess.run(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
        )
        results = [line.split("\t") for line in done.stdout.splitlines()]
        for verdict, claim, *detail in results:
            self.that(claim, verdict == "ok", " ".join(detail))
        self.that(f"{name} runs to its end", done.returncode == 0 and results, done.stderr[-1500:])

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed or not self.passed else 0
