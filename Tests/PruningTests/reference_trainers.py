"""Computes with PyTorch what a trainer of Espalier should, on the residual network of TrainerCourse.swift.

usage: reference_trainers.py METHOD INPUT OUTPUT

INPUT holds the network's parameters, "inputs" and "labels", what the method has learned and, as metadata, its knobs;
OUTPUT gets the loss of the batch and, under "grad/", its gradient by every parameter and everything learned.
"""

import sys

import torch
from torch.nn import functional

from tensors import read, write


def cross_entropy(values, tensors):
    def norm(x, name):
        return functional.batch_norm(x, None, None, values[name + ".weight"], values[name + ".bias"], training=True)

    x = functional.conv2d(tensors["inputs"], values["conv1.weight"], padding=1)
    x = norm(x, "bn1").relu()
    y = functional.conv2d(x, values["conv2.weight"], values["conv2.bias"], padding=1)
    x = functional.max_pool2d(norm(y, "bn2") + x, 2).flatten(1)
    logits = functional.linear(x, values["fc.weight"], values["fc.bias"])
    return functional.cross_entropy(logits, tensors["labels"])


class SoftThreshold(torch.autograd.Function):
    """The gradients as the paper states them, not as differentiation finds them."""

    @staticmethod
    def forward(context, weight, s):
        effective = weight.sign() * (weight.abs() - s.sigmoid()).clamp(min=0)
        context.save_for_backward(weight, s, effective)
        return effective

    @staticmethod
    def backward(context, gradient):
        weight, s, effective = context.saved_tensors
        alive = gradient * (effective != 0)
        slope = s.sigmoid() * (1 - s.sigmoid())
        return alive, -slope * (alive * weight.sign()).sum()


class HardMask(torch.autograd.Function):
    """Straight through to the scores."""

    @staticmethod
    def forward(context, weight, score, mask):
        context.save_for_backward(weight, mask)
        return weight * mask

    @staticmethod
    def backward(context, gradient):
        weight, mask = context.saved_tensors
        return gradient * mask, gradient * weight, None


def main():
    method, source, target = sys.argv[1:]
    tensors, knobs = read(source)
    fixed = ("inputs", "labels")
    leaves = {
        name: tensor.requires_grad_()
        for name, tensor in tensors.items()
        if name not in fixed and "running" not in name and tensor.dtype == torch.float32
    }
    values = {name: tensor for name, tensor in leaves.items() if "/" not in name}
    weights = [name for name, tensor in values.items() if tensor.dim() > 1]
    penalty = 0
    for name in weights:
        if method == "str":
            values[name] = SoftThreshold.apply(leaves[name], leaves["threshold/" + name])
        elif method == "movement":
            values[name] = HardMask.apply(leaves[name], leaves["score/" + name], tensors["kept/" + name])
        elif method == "halo":
            strength = leaves["lambda/" + name]
            penalty = penalty + float(knobs["xi"]) * (leaves[name].abs() / strength.pow(2)).sum()
            penalty = penalty + float(knobs["psi"]) * strength.abs().sum()
    loss = cross_entropy(values, tensors) + penalty
    loss.backward()
    found = {"loss": loss}
    for name, leaf in leaves.items():
        found["grad/" + name] = leaf.grad
    write(found, target)


if __name__ == "__main__":
    main()
