"""Scores of channels by PyTorch on the network `coupled` of the tests.

usage: reference_groups.py METHOD INPUT OUTPUT

METHOD is filter-l1, fpgm, thinet or pfp. INPUT (safetensors) holds the network's values, "inputs", and for thinet
"<layer>.samples": rows of image, position and output channel. OUTPUT gets float64 scores by group, and for thinet
"<layer>.factors", what the readers' weights are multiplied with where the even channels stay.
"""

import math
import sys

import torch
from torch.nn import functional as F

from tensors import read, write

DELTA = 1e-12
# Producers, readers.
GROUPS = {
    "conv1": (["conv1", "conv3"], ["conv2", "conv4"]),
    "conv2": (["conv2"], ["conv3"]),
    "conv4": (["conv4"], ["fc1"]),
    "fc1": (["fc1"], ["fc2"]),
}
# Stride and padding.
CONVOLUTIONS = {"conv1": (1, 1), "conv2": (1, 1), "conv3": (1, 0), "conv4": (2, 1)}


def forward(values):
    """What comes into each layer with a weight, and what comes out."""
    inputs, outputs = {}, {}

    def layer(name, x):
        inputs[name] = x
        weight, bias = values[f"{name}.weight"], values.get(f"{name}.bias")
        if name in CONVOLUTIONS:
            outputs[name] = F.conv2d(x, weight, bias, *CONVOLUTIONS[name])
        else:
            outputs[name] = F.linear(x, weight, bias)
        return outputs[name]

    def normalise(name, x):
        mean, variance = values[f"{name}.running_mean"], values[f"{name}.running_var"]
        return F.batch_norm(x, mean, variance, values[f"{name}.weight"], values[f"{name}.bias"])

    first = normalise("bn1", layer("conv1", values["inputs"])).relu()
    second = normalise("bn2", layer("conv2", first)).relu()
    total = normalise("bn3", layer("conv3", second)) + first
    flat = layer("conv4", F.max_pool2d(total, 2)).relu().flatten(1)
    layer("fc2", layer("fc1", flat).relu())
    return inputs, outputs


def relative(measure, values):
    scores = {}
    for group, (producers, _) in GROUPS.items():
        parts = [measure(values[f"{name}.weight"].double().flatten(1)) for name in producers]
        scores[group] = torch.stack([part / part.mean() for part in parts]).mean(0).tolist()
    return scores


def contributions(name, x, weight, samples, channels):
    """What each channel alone gives to the sampled outputs."""
    rows = []
    for image, position, output in samples.tolist():
        if name in CONVOLUTIONS:
            stride, padding = CONVOLUTIONS[name]
            kernels = weight[output].unsqueeze(1)
            alone = F.conv2d(x[image : image + 1], kernels, None, stride, padding, groups=channels)
            rows.append(alone.flatten(2)[0, :, position])
        else:
            rows.append((x[image] * weight[output]).reshape(channels, -1).sum(1))
    return torch.stack(rows)


def thinet(values):
    inputs, _ = forward(values)
    result = {}
    for group, (producers, readers) in GROUPS.items():
        channels = len(values[f"{producers[0]}.weight"])
        tables = {
            name: contributions(
                name, inputs[name].double(), values[f"{name}.weight"].double(), values[f"{name}.samples"], channels
            )
            for name in readers
        }
        gone, places = [], [0.0] * channels
        for place in range(channels):

            def error(channel):
                return sum(
                    ((x[:, gone + [channel]].sum(1) ** 2).sum() / (x**2).sum()).item() for x in tables.values()
                )

            channel = min((c for c in range(channels) if c not in gone), key=error)
            places[channel] = float(place)
            gone.append(channel)
        result[group] = places
        for name, x in tables.items():
            kept = list(range(0, channels, 2))
            # Of the best factors, those nearest to 1: dead channels leave a choice.
            missing = (x.sum(1) - x[:, kept].sum(1))[:, None]
            factors = torch.ones(channels, dtype=torch.float64)
            factors[kept] += torch.linalg.lstsq(x[:, kept], missing, driver="gelsd").solution[:, 0]
            result[f"{name}.factors"] = factors.tolist()
    return result


def sensitivities(name, x, weight, channels):
    """Image by image and filter by filter, the largest share of an entry in a patch's sum."""
    largest = torch.zeros(weight.flatten(1).shape[1])
    halves = [x] if (x >= 0).all() else [x.clamp(min=0), (-x).clamp(min=0)]
    for image in torch.cat(halves):
        if name in CONVOLUTIONS:
            stride, padding = CONVOLUTIONS[name]
            patches = F.unfold(image[None], weight.shape[2], padding=padding, stride=stride)[0]
        else:
            patches = image[:, None]
        for row in weight.flatten(1):
            for part in (row.clamp(min=0), row.clamp(max=0)):
                sums = part @ patches
                sums = sums.masked_fill(sums.abs() <= torch.finfo(torch.float32).eps, math.inf)
                largest = torch.maximum(largest, (part[:, None] * patches / sums).amax(1))
    return largest.reshape(channels, -1).amax(1)


def largest_epsilon(rank, probabilities, coefficient):
    """The largest epsilon at which more than rank - 1 different channels are expected, by halving on a log scale."""
    if rank == 1:
        return 1e150
    if rank > sum(p > 0 for p in probabilities):
        return 0.0
    low, high = math.log(1e-300), math.log(1e150)
    for _ in range(200):
        middle = (low + high) / 2
        epsilon = math.exp(middle)
        # 3 (6 + 2 epsilon) coefficient / epsilon^2, without the square that overflows.
        draws = 3 * coefficient * (6 / epsilon + 2) / epsilon
        expected = sum(-math.expm1(draws * math.log1p(-p)) for p in probabilities)
        low, high = (middle, high) if expected > rank - 1 else (low, middle)
    return math.exp(low)


def pfp(values):
    inputs, outputs = forward(values)
    total = sum(output[0].numel() for output in outputs.values())
    result = {}
    for group, (producers, readers) in GROUPS.items():
        channels = len(values[f"{producers[0]}.weight"])
        found, logarithms = [], []
        for name in readers:
            weight = values[f"{name}.weight"]
            found.append(sensitivities(name, inputs[name], weight, channels))
            patches = outputs[name][0].flatten(1).shape[1] if name in CONVOLUTIONS else 1
            entries = weight.flatten(1).shape[1] // channels
            logarithms.append(math.log(8 * (patches + 1) * entries / (DELTA / total)))
        sensitivity = torch.stack(found).amax(0).double()
        coefficient = 2 * 3 * max(logarithms) * sensitivity.sum().item()
        probabilities = (sensitivity / sensitivity.sum()).tolist()
        order = sorted(range(channels), key=lambda channel: -probabilities[channel])
        scores = [0.0] * channels
        for rank, channel in enumerate(order, 1):
            scores[channel] = largest_epsilon(rank, probabilities, coefficient)
        result[group] = scores
    return result


def main():
    method, source, target = sys.argv[1:]
    values, _ = read(source)
    with torch.no_grad():
        scores = {
            "filter-l1": lambda: relative(lambda rows: rows.abs().sum(1), values),
            "fpgm": lambda: relative(lambda rows: torch.cdist(rows, rows).sum(1), values),
            "thinet": lambda: thinet(values),
            "pfp": lambda: pfp(values),
        }[method]()
    write({name: torch.tensor(found, dtype=torch.float64) for name, found in scores.items()}, target)


if __name__ == "__main__":
    main()
