"""Compares the worker's trainer with PyTorch. Run by scripts/bench-training."""

import argparse
import datetime
import json
import os
import platform
import statistics
import subprocess
import sys
import time

import torch
from torch import nn

INPUTS, HIDDEN, CLASSES, SHIFT = 64, 32, 10, 6
ROWS = 4096
CASES = [
    {"batch_size": batch, "optimiser": optimiser, "threads": threads}
    for optimiser in ("sgd", "adamw")
    for batch in (32, 64, 256, 1024)
    for threads in (1, os.cpu_count())
]


class Plain(nn.Module):
    """The network in floating point, as one writes it in PyTorch."""

    def __init__(self):
        super().__init__()
        self.hidden = nn.Linear(INPUTS, HIDDEN)
        self.output = nn.Linear(HIDDEN, CLASSES)

    def forward(self, x):
        return self.output(torch.relu(self.hidden(x)))


class Quantised(Plain):
    """The same work as the worker's: integers forward, straight through backward."""

    UNIT = 23.0
    LOGIT = 1 / 165.0

    @staticmethod
    def straight(real, whole):
        return real + (whole - real).detach()

    def whole(self, parameter):
        real = parameter * self.UNIT
        return self.straight(real, real.round().clamp(-32, 31))

    def forward(self, x):
        sums = nn.functional.linear(x, self.whole(self.hidden.weight), self.whole(self.hidden.bias))
        scaled = torch.relu(sums) / (1 << SHIFT)
        active = self.straight(scaled, scaled.floor())
        weight, bias = self.whole(self.output.weight), self.whole(self.output.bias)
        return nn.functional.linear(active, weight, bias) * self.LOGIT


def optimiser(name, parameters):
    # `fused` is the fastest implementation that PyTorch has on the CPU.
    if name == "sgd":
        return torch.optim.SGD(parameters, lr=0.02, momentum=0.9, weight_decay=1e-4, fused=True)
    return torch.optim.AdamW(parameters, lr=0.02, weight_decay=0.1, fused=True)


def torch_rate(network, case, epochs):
    """Rows a second in the median and in the fastest epoch."""
    torch.set_num_threads(case["threads"])
    torch.manual_seed(1)
    x = torch.randint(0, 16, (ROWS, INPUTS)).float()
    y = torch.randint(0, CLASSES, (ROWS,))
    model = network()
    steps = optimiser(case["optimiser"], model.parameters())
    loss = nn.CrossEntropyLoss()
    seconds = []
    for _ in range(epochs):
        order = torch.randperm(ROWS)
        start = time.perf_counter()
        for rows in order.split(case["batch_size"]):
            steps.zero_grad(set_to_none=True)
            loss(model(x[rows]), y[rows]).backward()
            steps.step()
        seconds.append(time.perf_counter() - start)
    return {"median": ROWS / statistics.median(seconds), "fastest": ROWS / min(seconds)}


def worker_rate(worker, case, epochs):
    kinds = {
        "sgd": {"kind": "sgd_momentum", "momentum": 0.9},
        "adamw": {"kind": "adamw", "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8},
    }
    config = {
        "epochs": epochs,
        "batch_size": case["batch_size"],
        "threads": case["threads"],
        "optimiser": kinds[case["optimiser"]],
        "validation_share": 0.0,
    }
    request = json.dumps({"rows": ROWS, "config": config})
    answer = subprocess.run([worker], input=request, capture_output=True, text=True, check=True)
    return json.loads(answer.stdout)


def measure(worker, case, epochs):
    answer = worker_rate(worker, case, epochs)
    plain, quantised = (torch_rate(network, case, epochs) for network in (Plain, Quantised))
    result = dict(case)
    for epoch in ("median", "fastest"):
        ours, theirs, same_work = (rates[epoch] for rates in (answer, plain, quantised))
        result[epoch] = {
            "worker": round(ours),
            "torch_plain": round(theirs),
            "torch_quantised": round(same_work),
            "times_torch_plain": round(ours / theirs, 2),
            "times_torch_quantised": round(ours / same_work, 2),
        }
    return answer["version"], result


def processor():
    with open("/proc/cpuinfo", encoding="utf-8") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", required=True, help="the built example bench_training")
    parser.add_argument("--quick", action="store_true", help="a tenth of the epochs")
    arguments = parser.parse_args()
    epochs = 5 if arguments.quick else 50
    results, version = [], None
    for case in CASES:
        print(f"measuring {case}", file=sys.stderr)
        version, result = measure(arguments.worker, case, epochs)
        results.append(result)
    report = {
        "unit": "rows learned per second, in the median and in the fastest epoch",
        "network": f"{INPUTS}-{HIDDEN}-{CLASSES}, {ROWS} rows, {epochs} epochs",
        "machine": f"{os.cpu_count()} x {processor()}",
        "date": datetime.datetime.now(datetime.timezone.utc).date().isoformat(),
        "versions": {
            "nocknock-training": version,
            "torch": torch.__version__,
            "python": platform.python_version(),
        },
        "results": results,
    }
    print(json.dumps(report, indent=2))
    slower = [result["case"] for result in results if result["median"]["times_torch_plain"] < 1]
    if slower:
        sys.exit(f"PyTorch learned faster, in the median: {slower}")


if __name__ == "__main__":
    main()
