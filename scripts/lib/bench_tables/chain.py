"""Offers each table as a task on a development chain, on which a worker proves its score."""

import json
import random
import shlex
import time

import encoding

from . import files
from .measured import Measured
from .programs import LIMIT_SECONDS, Failed

# The experiment of every development chain whose tasks mint, and its custodian.
CURRICULUM, CUSTODIAN = "0", "alice"
REQUESTER, WORKER = "bob", "charlie"
REWARD, LOAN = "1", "60"
# Phases end when everybody has acted, except that workers always have all of the commit period.
DIGITS_TERMS = (
    *("--shape", "digits-64x32x10", "--range", "fixed:0:15", "--blocks", "10"),
    *("--test-blocks", "2", "--min-score", "80%", "--commit-period", "12"),
    *("--publish-period", "30", "--reveal-period", "30", "--claim-period", "30"),
    *("--prove-period", "90", "--deliver-period", "60"),
)
# Its commit period is short.
FIRST_TRAINING = ("[limits]", "least_training_seconds = 3", "", "[training]", 'search = "off"')
# Slots of a second that a worker needs beside the training, and for the proof of a block.
COMMIT_SLOTS, PROVE_SLOTS, LEAST_PROVE_SLOTS = 30, 40, 120
# Everything but training and proving, on a slow machine.
TASK_SECONDS = 900
# The worker waits until its payment is final.
WORKER_SECONDS = 60
KEY_SECONDS = 600


class Chain:
    """A chain, a store, a requester with tokens and a worker with a loan."""

    def __init__(self, programs, folder, settings, keys, examples):
        self.programs, self.folder, self.settings = programs, folder, settings
        self.keys, self.examples = keys, examples
        self.running, self.shapes = [], set()

    def __enter__(self):
        try:
            self.start()
            self.earn()
            self.experiment = self.ask(
                "experiment",
                REQUESTER,
                *("create-experiment", "--name", "Public tables", "--tag", "tables"),
                *("--description", "Tasks of scripts/bench-tables."),
            )["experiment"]
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *_):
        self.end()

    def goes_on(self):
        """Whether another table can be measured."""
        chain, *_ = self.running
        return not chain.has_ended()

    def end(self):
        """Ends what still runs, the chain last."""
        for running in reversed(self.running):
            running.end()

    def start(self):
        session, environment = self.folder / "session.json", self.programs.environment
        environment["NOCKNOCK_NODE"] = str(self.programs.binaries / "nocknock-node")
        environment["NOCKNOCK_CONFIG"] = str(self.folder / "cli.toml")
        requests = json.dumps(str(self.folder / "requesters"))
        (self.folder / "cli.toml").write_text(f"data_dir = {requests}\n", encoding="utf-8")
        data = ("--data-dir", str(self.folder / "chain"))
        ports = ("--rpc-port", "0", "--store-port", "0", "--session-file", str(session))
        chain = self.launch("chain", "nocknock", *data, "start", *ports)
        self.make_key("deliveries", "d2")
        self.wait_for(session, chain)
        urls = json.loads(session.read_text(encoding="utf-8"))
        node, store = json.dumps(urls["node"]["url"]), json.dumps(urls["store"]["url"])
        self.services = [
            *("[chain]", f"urls = [{node}]", ""),
            *("[storage]", f"aggregators = [{store}]", f"publishers = [{store}]", ""),
        ]
        with open(self.folder / "cli.toml", "a", encoding="utf-8") as configuration:
            configuration.write("\n".join(["", *self.services]))

    def wait_for(self, session, chain):
        end = time.monotonic() + LIMIT_SECONDS
        while not session.exists():
            if chain.has_ended():
                raise Failed(f"the chain has ended: {self.programs.last_message('chain')}")
            if time.monotonic() > end:
                raise Failed(f"the chain was not ready after {LIMIT_SECONDS} s")
            time.sleep(0.1)

    def earn(self):
        """The first tokens come from a task of the curriculum; the worker is lent some."""
        self.make_key("digits-64x32x10", "s3", "--shape", "digits-64x32x10")
        digits = str(self.examples / "data" / "digits.csv")
        of_task = ("--experiment", CURRICULUM, "--data", digits, *DIGITS_TERMS)
        task = self.ask("first-offer", CUSTODIAN, "propose-task", *of_task)["task"]
        follow = self.follow("first-follow", CUSTODIAN, task)
        self.configure(REQUESTER, FIRST_TRAINING)
        requester = self.worker(REQUESTER)
        self.programs.run("register", *requester, "register")
        run = (*requester, "run", "--task", str(task))
        self.programs.run("first-run", *run, seconds=TASK_SECONDS)
        if self.programs.answer(follow, TASK_SECONDS)["outcome"] != "ranked":
            raise Failed("nobody was paid for the first task")
        self.configure(WORKER, self.settings.lines(0))
        account = self.programs.ask("account", *self.worker(WORKER), "keys", "show")
        self.ask("loan", REQUESTER, "transfer", account["account"], LOAN)

    def measure(self, table, path, check, _labels, seed):
        name, tests = f"{table.name}-{seed}", check["test_blocks"]
        self.make_key(check["shape"], "s3", "--shape", check["shape"])
        self.configure(WORKER, self.settings.lines(seed))
        proving = max(LEAST_PROVE_SLOTS, PROVE_SLOTS * tests)
        commit = self.settings.seconds + COMMIT_SLOTS
        periods = ("--commit-period", str(commit), "--prove-period", str(proving))
        offer = self.ask(f"offer-{name}", REQUESTER, *self.words(check["command"]), *periods)
        task, private = offer["task"], offer["state"]
        follow = self.follow(f"follow-{name}", REQUESTER, task)
        work = self.launch(f"run-{name}", *self.worker(WORKER), "run", "--task", str(task))
        try:
            ended = self.programs.answer(follow, commit + proving + TASK_SECONDS)
            work.has_ended_after(WORKER_SECONDS)
        finally:
            work.end()
        shown = self.ask(f"task-{name}", REQUESTER, "task", str(task), "--no-timeline")
        hidden = {test["block"] for test in shown["tests"]}
        if not hidden:
            raise Failed(f"no test block of task {task} was drawn: it ended as {ended['outcome']}")
        train, test = rows_of_blocks(private, path, table.label, hidden)
        if ended["outcome"] != "ranked":
            return Measured(None, ended["outcome"], train, test)
        correct = shown["ranking"][0]["correct"]
        self.compare(name, table, path, test, ended["models"][0]["file"], correct)
        return Measured(correct, "proved", train, test)

    def compare(self, name, table, path, test, model, proved):
        """Whoever has the model gets the proved score from the rows as they are."""
        rows = self.folder / f"{name}{table.ending}"
        files.part(path, test, rows)
        words = ("predict", "--model", model, "--data", str(rows), "--label", table.label)
        answer = self.ask(f"predict-{name}", REQUESTER, *words)
        if (answer["correct"], answer["labelled"]) != (proved, len(test)):
            found = f"{answer['correct']} of {answer['labelled']}"
            raise Failed(f"predict finds {found} right, and {proved} of {len(test)} were proved")

    def words(self, command):
        """The line that `check-data` has printed, with its two gaps filled."""
        filled = {"NUMBER": str(self.experiment), "NNK": REWARD}
        _program, *words = shlex.split(command)
        return [filled.get(word, word) for word in words]

    def make_key(self, name, statement, *more):
        """Made once on a machine, which takes a while."""
        if name not in self.shapes:
            words = ("keys", "dev", "--statement", statement, *more, "--keys", str(self.keys))
            self.programs.run(f"key-{name}", "nocknock-circuits", *words, seconds=KEY_SECONDS)
            self.shapes.add(name)

    def configure(self, account, lines):
        proving = ["[proving]", f"keys = {json.dumps(str(self.keys))}", ""]
        text = "\n".join([*self.services, *proving, *lines, ""])
        (self.folder / f"{account}.toml").write_text(text, encoding="utf-8")

    def ask(self, name, account, *words):
        return self.programs.ask(
            name, "nocknock", "--output", "json", "--dev-account", account, *words
        )

    def follow(self, name, account, task):
        who = ("--output", "json", "--dev-account", account)
        out = ("--out", str(self.folder / "models"))
        return self.launch(name, "nocknock", *who, "follow", str(task), *out)

    def worker(self, account):
        """The worker's program and what it is told about account, state and configuration."""
        state, configuration = (self.folder / f"{account}{end}" for end in ("", ".toml"))
        places = ("--state", str(state), "--config", str(configuration))
        return ("nocknock-worker", "--output", "json", "--dev-account", account, *places)

    def launch(self, name, *words):
        running = self.programs.start(name, *words)
        self.running.append(running)
        return running


def rows_of_blocks(private, path, label, hidden):
    """Which rows of the file lie in blocks of training data, and which in the hidden ones. Rows
    with equal inputs and classes are all the same to a model, and taken by chance."""
    with open(private, encoding="utf-8") as file:
        prepared = json.load(file)["prepared"]
    places = rows_by_sample(prepared["encoding"], path, label)
    parts = ([], [])
    for block in prepared["blocks"]:
        part = parts[block["index"] in hidden]
        for sample in samples(prepared["encoding"], block):
            rows = places.get(sample)
            if not rows:
                raise Failed(f"block {block['index']} has a row that {path.name} does not have")
            part.append(rows.pop())
    return tuple(sorted(part) for part in parts)


def rows_by_sample(form, path, label):
    """For each class with its inputs the rows of the file that have them."""
    names, rows = files.cells(path)
    most, place = (1 << form["inputBits"]) - 1, names.index(label)
    columns = encoding.find_columns(form, names, True)
    hows = [
        encoding.KINDS[column["how"]["kind"]](column["how"], most) for column in form["columns"]
    ]
    order = list(range(len(rows)))
    random.Random(0).shuffle(order)
    found = {}
    for row in order:
        values = [None if cell is None else encoding.from_text(cell) for cell in rows[row]]
        if values[place] is None:
            continue
        inputs = [level for column, how in zip(columns, hows) for level in how(values[column])]
        inputs += [0] * (form["inputs"] - len(inputs))
        number = form["target"]["names"].index(encoding.key_of(values[place]))
        found.setdefault((number, tuple(inputs)), []).append(row)
    return found


def samples(form, block):
    """Classes and inputs of a block; primitives/src/model/samples/wire.rs describes its bytes."""
    data, bits, count = bytes.fromhex(block["rows"]), form["inputBits"], form["inputs"]
    mask, size = (1 << bits) - 1, 1 + (count * bits + 7) // 8
    for start in range(2, len(data), size):
        inputs = int.from_bytes(data[start + 1 : start + size], "little")
        yield data[start], tuple(inputs >> bits * place & mask for place in range(count))
