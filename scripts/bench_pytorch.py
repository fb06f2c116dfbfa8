"""Times training steps and scoring passes in PyTorch eager: the yardstick of scripts/bench-engine.

Prints one line of JSON. The layers, batch, optimiser and threads are those of `espalier-engine bench`; the batch is
ready in memory as floats, so PyTorch is not charged for assembling it. Models and images keep PyTorch's default layout.
"""

import argparse
import json
import resource
import statistics
import time

import torch
from torch import nn

import bench_scores


class Block(nn.Module):
    """Two 3x3 convolutions and a shortcut, projected where the shape changes (He et al. 2016)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = nn.Sequential() if stride == 1 and inputs == outputs else nn.Sequential(
            nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        return torch.relu(self.bn2(self.conv2(y)) + self.downsample(x))


def resnet(blocks):
    layers, inputs = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()], 16
    for outputs in (16, 32, 64):
        for index in range(blocks):
            layers.append(Block(inputs, outputs, 2 if index == 0 and outputs > 16 else 1))
            inputs = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def vgg():
    layers, inputs = [], 3
    for outputs, depth in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
        for _ in range(depth):
            layers += [nn.Conv2d(inputs, outputs, 3, 1, 1), nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        layers.append(nn.MaxPool2d(2))
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(512, 10))


MNIST, CIFAR = (1, 28, 28), (3, 32, 32)
NETWORKS = {
    "lenet-300-100": (MNIST, lambda: nn.Sequential(
        nn.Flatten(), nn.Linear(784, 300), nn.ReLU(), nn.Linear(300, 100), nn.ReLU(), nn.Linear(100, 10))),
    "lenet-5": (MNIST, lambda: nn.Sequential(
        nn.Conv2d(1, 20, 5), nn.MaxPool2d(2), nn.ReLU(), nn.Conv2d(20, 50, 5), nn.MaxPool2d(2), nn.ReLU(),
        nn.Flatten(), nn.Linear(800, 500), nn.ReLU(), nn.Linear(500, 10))),
    "vgg-16-bn": (CIFAR, vgg),
    "resnet-20": (CIFAR, lambda: resnet(3)),
}


def median_seconds(step, count, warm_up):
    for _ in range(warm_up):
        step()
    times = []
    for _ in range(count):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def training_step(network, batch):
    image, build = NETWORKS[network]
    model = build()
    images, labels = torch.randn(batch, *image), torch.arange(batch) % 10
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01, momentum=0.9, weight_decay=1e-4)
    loss_function = nn.CrossEntropyLoss()

    def step():
        optimizer.zero_grad()
        loss_function(model(images), labels).backward()
        optimizer.step()

    return step


def scoring_pass(network, method):
    image, build = NETWORKS[network]
    score, count = bench_scores.SCORES[method]
    model = build().eval()
    images, labels = torch.randn(count, *image), torch.arange(count) % 10
    return lambda: score(model, images, labels)


def fastest_seconds(step, count=20):
    return min(median_seconds(step, 1, 0) for _ in range(count))


def gemm_limits(size=1024):
    """The fastest a large matrix product runs here, in GFLOP/s: by MKL (what PyTorch uses) and by oneDNN."""
    a, b = torch.randn(size, size), torch.randn(size, size)
    products = {
        "mkl": lambda: a @ b,
        "onednn": lambda: torch.ops.mkldnn._linear_pointwise(a, b, None, "none", [], ""),
    }
    return {name: 2 * size**3 / fastest_seconds(product) / 1e9 for name, product in products.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--network", choices=sorted(NETWORKS))
    parser.add_argument("--score", choices=sorted(bench_scores.SCORES))
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=50)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    found = {"version": torch.__version__}
    if arguments.score:
        seconds = median_seconds(scoring_pass(arguments.network, arguments.score), arguments.steps, 1)
    else:
        warm_up = min(5, max(arguments.steps // 2, 1))
        seconds = median_seconds(training_step(arguments.network, arguments.batch), arguments.steps, warm_up)
        found["products"] = gemm_limits()
    found["median_seconds"] = seconds
    found["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
