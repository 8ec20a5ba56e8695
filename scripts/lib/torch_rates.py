"""Measures how many samples a second PyTorch learns from: the networks of a report of
training/examples/accuracy.rs, in floating point, with the same batches. Run by scripts/gpu-check.

usage: python3 torch_rates.py REPORT

The samples lie on the device, and each epoch takes them in another order. Prints JSON; what
people read goes to standard error.
"""

import json
import statistics
import sys
import time

import torch
from torch import nn

SECONDS = 3.0
FEWEST_EPOCHS = 3


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)["results"]
    results = [measured(case) for case in cases]
    print(json.dumps({"version": torch.__version__, "results": results}))


def measured(case):
    gpu, cpu = (rate(case, device) for device in ("cuda", "cpu"))
    name = case["architecture"]
    print(f"PyTorch, {name}: {gpu:.0f} samples/s on the GPU, {cpu:.0f} on the CPU", file=sys.stderr)
    return {"architecture": name, "gpu_samples_per_second": gpu, "cpu_samples_per_second": cpu}


def rate(case, device):
    """Samples a second in the median epoch, the first one, which warms up, left out."""
    model = network(case["sizes"]).to(device)
    optimiser = torch.optim.AdamW(
        model.parameters(), lr=case["learning_rate"], weight_decay=case["weight_decay"], fused=True
    )
    rows = case["training_rows"]
    inputs = torch.rand(rows, case["sizes"][0], device=device)
    classes = torch.randint(0, case["sizes"][-1], (rows,), device=device)
    epoch(model, optimiser, inputs, classes, case["batch_size"])
    seconds = []
    while len(seconds) < FEWEST_EPOCHS or sum(seconds) < SECONDS:
        seconds.append(epoch(model, optimiser, inputs, classes, case["batch_size"]))
    return rows / statistics.median(seconds)


def network(sizes):
    layers = []
    for inputs, units in zip(sizes, sizes[1:]):
        layers += [nn.Linear(inputs, units), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def epoch(model, optimiser, inputs, classes, batch_size):
    """How many seconds it takes to learn all samples once."""
    loss = nn.CrossEntropyLoss(label_smoothing=0.1)
    start = time.perf_counter()
    for rows in torch.randperm(len(inputs), device=inputs.device).split(batch_size):
        optimiser.zero_grad(set_to_none=True)
        loss(model(inputs[rows]), classes[rows]).backward()
        optimiser.step()
    if inputs.is_cuda:
        # The GPU computes behind the program.
        torch.cuda.synchronize()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
