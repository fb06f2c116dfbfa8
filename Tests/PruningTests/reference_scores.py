"""Scores of single weights, computed by PyTorch for the network of ReferenceScoresTests.

usage: reference_scores.py INPUT OUTPUT

INPUT is a safetensors file with the network's values by name, "inputs", "labels" and one-element tensors of knobs
("temperature"). OUTPUT gets one float64 tensor for every score and parameter: "snip/conv1.weight". Everything is
computed in double precision, each score by the definition in its paper.
"""

import sys

import torch
from torch.nn import functional

from tensors import read, write

WEIGHTS = ["conv1.weight", "conv2.weight", "fc.weight"]


def forward(v, x, observe=None):
    """The test's network: convolutions (one is grouped), normalisations, pooling, a residual sum, a linear layer."""

    def norm(x, name):
        moments = v[name + ".running_mean"], v[name + ".running_var"]
        return functional.batch_norm(x, *moments, v[name + ".weight"], v[name + ".bias"])

    def see(name, x):
        if observe:
            observe(name, x)
        return x

    x = functional.conv2d(see("conv1.weight", x), v["conv1.weight"], padding=1)
    x = functional.max_pool2d(norm(x, "bn1").relu(), 2)
    y = functional.conv2d(see("conv2.weight", x), v["conv2.weight"], v["conv2.bias"], padding=1, groups=2)
    x = (norm(y, "bn2") + x).relu()
    return functional.linear(see("fc.weight", x.flatten(1)), v["fc.weight"], v["fc.bias"])


def leaves(values, change=lambda tensor: tensor):
    """Copies of the values, the weights among them to be differentiated by."""
    copies = {name: change(tensor).clone() for name, tensor in values.items()}
    for name in WEIGHTS:
        copies[name].requires_grad_()
    return copies


def snip(values, inputs, labels):
    """The derivative by a mask of ones, Lee et al. 2019, equation 5."""
    masks = {name: torch.ones_like(values[name]).requires_grad_() for name in WEIGHTS}
    masked = {name: tensor * masks[name] if name in masks else tensor for name, tensor in values.items()}
    functional.cross_entropy(forward(masked, inputs), labels).backward()
    return {name: mask.grad.abs() for name, mask in masks.items()}


def grasp(values, inputs, labels, temperature):
    """w (H g), Wang et al. 2020, equation 8."""
    v = leaves(values)
    weights = [v[name] for name in WEIGHTS]
    loss = functional.cross_entropy(forward(v, inputs) / temperature, labels)
    slopes = torch.autograd.grad(loss, weights, create_graph=True)
    flow = sum((slope * slope.detach()).sum() for slope in slopes)
    products = torch.autograd.grad(flow, weights)
    return {name: v[name] * product for name, product in zip(WEIGHTS, products)}


def synflow(values, inputs):
    """|w dR/dw| of the network of absolute values on ones, Tanaka et al. 2020, equation 5."""
    v = leaves(values, torch.abs)
    forward(v, torch.ones_like(inputs[:1])).sum().backward()
    return {name: (v[name] * v[name].grad).abs() for name in WEIGHTS}


def layer_terms(values, inputs):
    """By weight: the layer's patches [images, groups, inputs, positions] and its weight [groups, outputs, inputs]."""
    terms = {}

    def observe(name, x):
        weight = values[name]
        if weight.dim() == 2:
            terms[name] = x.reshape(len(x), 1, -1, 1), weight[None]
            return
        groups = x.shape[1] // weight.shape[1]
        patches = functional.unfold(x, 3, padding=1)
        terms[name] = (
            patches.reshape(len(x), groups, -1, patches.shape[-1]),
            weight.reshape(groups, -1, weight[0].numel()),
        )

    forward(values, inputs, observe)
    return terms


def sensitivity(values, inputs, reduce):
    """The share of each weight in its neuron's positive or negative part, Baykal, Liebenwein et al. 2022."""
    scores = {}
    for name, (patches, weight) in layer_terms(values, inputs).items():
        best = torch.zeros_like(weight)
        for a in (patches.clamp(min=0), (-patches).clamp(min=0)):
            for w in (weight.clamp(min=0), weight.clamp(max=0)):
                products = w[None, :, :, :, None] * a[:, :, None]
                sums = products.sum(3, keepdim=True)
                shares = torch.where(sums.abs() > 2**-23, products / sums, torch.zeros(()).double())
                best = torch.maximum(best, reduce(shares).amax(0))
        scores[name] = best.reshape(values[name].shape)
    return scores


def nnrelief(values, inputs):
    """The mean contribution of each connection over that of its neuron, Dekhovich et al. 2024."""
    scores = {}
    for name, (patches, weight) in layer_terms(values, inputs).items():
        area = values[name][0, 0].numel()
        products = weight.abs()[None, :, :, :, None] * patches.abs()[:, :, None]
        maps = products.unflatten(3, (-1, area)).sum(4)
        contributions = maps.square().sum(-1).sqrt().mean(0).flatten(0, 1)
        bias = values.get(name.removesuffix("weight") + "bias", torch.zeros(()).double())
        positions = patches.shape[-1]
        total = contributions.sum(1) + bias.abs() * positions**0.5
        scores[name] = contributions / total[:, None]
    return scores


def main():
    tensors, _ = read(sys.argv[1])
    values = {name: tensor.double() if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    inputs, labels, temperature = values.pop("inputs"), values.pop("labels"), values.pop("temperature").item()
    scores = {
        "snip": snip(values, inputs, labels),
        "grasp": grasp(values, inputs, labels, temperature),
        "synflow": synflow(values, inputs),
        "sipp": sensitivity(values, inputs, lambda shares: shares.mean(-1)),
        "sipp-random": sensitivity(values, inputs, lambda shares: shares.amax(-1)),
        "nnrelief": nnrelief(values, inputs),
    }
    write({f"{score}/{name}": tensor for score, by in scores.items() for name, tensor in by.items()}, sys.argv[2])


if __name__ == "__main__":
    main()
