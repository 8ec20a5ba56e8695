"""The project's programs, and what they say."""

import json
import os
import subprocess
from dataclasses import dataclass

# What a user has configured for other chains must not reach the programs.
FOREIGN, SHARED = "NOCKNOCK_", "NOCKNOCK_RUNTIME_CACHE"
# No command but trainings, keys and whole tasks takes nearly as long.
LIMIT_SECONDS = 300
END_SECONDS = 30


class Failed(Exception):
    """A program failed, or its answer is not what was expected."""


@dataclass
class Running:
    """A program at work, under the name of its files."""

    name: str
    process: subprocess.Popen

    def has_ended(self):
        return self.process.poll() is not None

    def end(self):
        """Ends it, unless it has ended."""
        if not self.has_ended():
            self.process.terminate()
            if not self.has_ended_after(END_SECONDS):
                self.process.kill()
                self.process.wait()

    def has_ended_after(self, seconds):
        """Gives it some time to end by itself, and says whether it has."""
        try:
            self.process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


class Programs:
    """Built programs. What they print and their messages go to files."""

    def __init__(self, binaries, logs):
        self.binaries, self.logs = binaries, logs
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if name == SHARED or not name.startswith(FOREIGN)
        }
        logs.mkdir(parents=True)

    def start(self, name, program, *arguments):
        """Starts a program in the background."""
        with open(self.printed(name), "wb") as printed, open(self.messages(name), "ab") as messages:
            process = subprocess.Popen(
                [self.binaries / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=messages,
                env=self.environment,
            )
        return Running(name, process)

    def run(self, name, program, *arguments, seconds=LIMIT_SECONDS):
        """Runs a program to its end."""
        self.wait(self.start(name, program, *arguments), seconds)

    def ask(self, name, program, *arguments, seconds=LIMIT_SECONDS):
        """Runs a program to its end and reads its answer."""
        return self.answer(self.start(name, program, *arguments), seconds)

    def answer(self, running, seconds=LIMIT_SECONDS):
        """Waits for the end of a program and reads its answer."""
        self.wait(running, seconds)
        printed = self.printed(running.name).read_text(encoding="utf-8")
        try:
            return json.loads(printed)
        except ValueError:
            pass
        # A worker tells of each event in a line of its own, and answers in the last one.
        try:
            return json.loads(printed.splitlines()[-1])
        except (ValueError, IndexError):
            raise Failed(f"'{running.name}' has printed no JSON: {printed[-200:]!r}") from None

    def wait(self, running, seconds):
        """Waits for a program to end well."""
        try:
            code = running.process.wait(timeout=seconds)
        except BaseException as error:
            running.end()
            if isinstance(error, subprocess.TimeoutExpired):
                raise Failed(f"'{running.name}' did not end within {seconds} s") from None
            raise
        if code != 0:
            raise Failed(f"'{running.name}' ended with {code}: {self.last_message(running.name)}")

    def last_message(self, name):
        text = self.messages(name).read_text(encoding="utf-8", errors="replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        return lines[-1] if lines else "it said nothing"

    def printed(self, name):
        return self.logs / f"{name}.out"

    def messages(self, name):
        return self.logs / f"{name}.log"


def checked(programs, table, path):
    """What `check-data` says about a file."""
    words = ("--output", "json", "check-data", str(path), "--label", table.label)
    return programs.ask(f"check-{table.name}", "nocknock", *words)
