"""Times training steps in PyTorch eager: the yardstick of scripts/bench-engine.

Prints one line of JSON. The layers, batch, optimiser and threads are those of `espalier-engine bench`; the batch is
ready in memory as floats, so PyTorch is not charged for assembling it.
"""

import argparse
import json
import statistics
import time

import torch
from torch import nn

NETWORKS = {
    "lenet-300-100": lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10)),
    "lenet-5": lambda: nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10)),
}


def median_seconds(step, count):
    for _ in range(5):
        step()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def training_step(network, batch):
    torch.manual_seed(0)
    model = NETWORKS[network]()
    images = torch.randn(batch, 1, 28, 28)
    labels = torch.arange(batch) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    loss_function = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss_function(model(images), labels).backward()
        optimizer.step()

    return step


def gemm_limits(size=1024):
    """The fastest a large matrix product runs here, in GFLOP/s: by MKL (what PyTorch uses) and by oneDNN."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    products = {
        "mkl": lambda: a @ b,
        "onednn": lambda: torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], ""),
    }
    return {name: 2 * size**3 / median_seconds(product, 20) / 1e9 for name, product in products.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=sorted(NETWORKS))
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--gemm", action="store_true", help="measure large matrix products instead")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.gemm:
        print(json.dumps(gemm_limits()))
        return
    seconds = median_seconds(training_step(arguments.network, arguments.batch), arguments.steps)
    print(json.dumps({"medianSeconds": seconds, "version": torch.__version__}))


if __name__ == "__main__":
    main()
