"""Trains without a chain. The rows are dealt out as the programs do it for a task, and what the columns are is found
in the whole file, as for a task: row names that count by one do so no longer in a part of the rows."""

import random

from . import files
from .measured import Measured
from .programs import Failed

# What a worker may take beside the training itself.
MORE_SECONDS = 300


class Alone:
    """Measures with `nocknock-worker train`."""

    def __init__(self, programs, folder, settings):
        self.programs, self.folder, self.settings = programs, folder, settings

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def goes_on(self):
        """Whether another table can be measured."""
        return True

    def measure(self, table, path, check, labels, seed):
        train, test = deal_out(labels, check, random.Random(f"{table.name} {seed}"))
        folder = self.folder / f"{table.name}-{seed}"
        folder.mkdir(parents=True)
        parts = [folder / f"{name}{table.ending}" for name in ("train", "test")]
        for rows, part in zip((train, test), parts):
            files.part(path, rows, part)
        kinds = folder / "table.toml"
        self.programs.run(
            f"kinds-{table.name}-{seed}",
            "nocknock",
            *("check-data", str(path), "--label", table.label, "--write-table", str(kinds)),
        )
        configuration = folder / "worker.toml"
        configuration.write_text("\n".join(self.settings.lines(seed)), encoding="utf-8")
        answer = self.programs.ask(
            f"train-{table.name}-{seed}",
            "nocknock-worker",
            *("--output", "json", "--state", str(folder / "state"), "--quiet"),
            *("--config", str(configuration), "train", "--data", str(parts[0])),
            *("--table", str(kinds), "--label", table.label, "--shape", check["shape"]),
            *("--test", str(parts[1])),
            *("--out", str(folder / "model")),
            seconds=self.settings.seconds + MORE_SECONDS,
        )
        judged = answer["test"]
        if judged["rows"] != len(test):
            raise Failed(f"{judged['rows']} of {len(test)} test rows were judged")
        return Measured(judged["correct"], "trained", train, test)


def deal_out(labels, check, chance):
    """Rows to learn from and rows to be judged by: shuffled within each class and dealt out in turn
    to as many blocks as a task would have, of which as many are drawn as it would hide."""
    order = []
    for _, rows in sorted(rows_by_class(labels).items()):
        chance.shuffle(rows)
        order += rows
    hidden = set(chance.sample(range(check["blocks"]), check["test_blocks"]))
    parts = ([], [])
    for place, row in enumerate(order):
        parts[place % check["blocks"] in hidden].append(row)
    return tuple(sorted(part) for part in parts)


def rows_by_class(labels):
    """The rows of each class; those without one belong to none."""
    rows = {}
    for row, label in enumerate(labels):
        if label == label and label is not None:
            rows.setdefault(str(label), []).append(row)
    return rows
