"""Scoring passes of pruning methods in plain PyTorch eager, for the yardstick of scripts/bench-engine.

Each computes what the method's paper defines, on as many images as the engine's default knobs say, the way a PyTorch
program would: hooks for a layer's input, `unfold` for patches, one vectorised expression where there is one.
"""

import torch
from torch import nn
from torch.nn import functional as F


def layers(model):
    return [module for module in model.modules() if isinstance(module, (nn.Conv2d, nn.Linear))]


def with_inputs(model, images, see):
    """Runs the model and shows every layer with a weight and what comes into it."""
    hooks = [layer.register_forward_pre_hook(lambda module, inputs: see(module, inputs[0])) for layer in layers(model)]
    with torch.no_grad():
        model(images)
    for hook in hooks:
        hook.remove()


def patches(layer, x):
    """[batch, positions, inputs of one output]."""
    if isinstance(layer, nn.Linear):
        return x[:, None, :]
    return F.unfold(x, layer.kernel_size, padding=layer.padding, stride=layer.stride).transpose(1, 2)


def random(model, images, labels):
    return [torch.rand_like(layer.weight) for layer in layers(model)]


@torch.no_grad()
def magnitude(model, images, labels):
    return [layer.weight.abs() for layer in layers(model)]


def snip(model, images, labels):
    weights = [layer.weight for layer in layers(model)]
    gradients = torch.autograd.grad(F.cross_entropy(model(images), labels), weights)
    scores = [(w.detach() * g).abs() for w, g in zip(weights, gradients)]
    total = sum(score.sum() for score in scores)
    return [score / total for score in scores]


def grasp(model, images, labels, temperature=200):
    weights = [layer.weight for layer in layers(model)]

    def loss():
        return F.cross_entropy(model(images) / temperature, labels)

    stopped = torch.autograd.grad(loss(), weights)
    flowing = torch.autograd.grad(loss(), weights, create_graph=True)
    product = sum((s * f).sum() for s, f in zip(stopped, flowing))
    scores = [w.detach() * h for w, h in zip(weights, torch.autograd.grad(product, weights))]
    total = sum(score.sum() for score in scores).abs()
    return [score / total for score in scores]


def synflow(model, images, labels):
    """In double precision, every value replaced by its absolute value and set back afterwards."""
    model.double()
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with torch.no_grad():
        for tensor in model.state_dict().values():
            tensor.abs_()
    weights = [layer.weight for layer in layers(model)]
    flow = model(torch.ones(1, *images.shape[1:], dtype=torch.float64)).sum()
    scores = [(w.detach() * g).abs() for w, g in zip(weights, torch.autograd.grad(flow, weights))]
    model.load_state_dict(state)
    model.float()
    return scores


@torch.no_grad()
def nnrelief(model, images, labels):
    sums = {}

    def see(layer, x):
        weight, x = layer.weight.abs(), x.abs()
        if isinstance(layer, nn.Linear):
            found = weight * x.sum(0)
        else:
            # One input channel after another, as the authors do: all at once would take channels times the memory.
            found = torch.stack([
                F.conv2d(x[:, c:c + 1], weight[:, c:c + 1], None, layer.stride, layer.padding)
                .square().sum((2, 3)).sqrt().sum(0) for c in range(layer.in_channels)], 1)
        sums[layer] = sums.get(layer, 0) + found

    for part in images.split(250):
        with_inputs(model, part, see)
    return [total / total.sum(1, keepdim=True) for total in sums.values()]


@torch.no_grad()
def sipp(model, images, labels):
    """Mean over the patches of each weight's share of its output, per sign of the weights; largest over the images."""
    scores = {}

    def see(layer, x):
        weight = layer.weight.flatten(1)
        best = torch.zeros_like(weight)
        for image in patches(layer, x):
            for signed in (image.clamp(min=0), (-image).clamp(min=0)):
                if not signed.any():
                    continue
                for part in (weight.clamp(min=0), (-weight).clamp(min=0)):
                    total = part @ signed.T
                    share = torch.where(total > torch.finfo().eps, 1 / total, 0)
                    best = torch.maximum(best, part * (share @ signed) / len(image))
        scores[layer] = best

    with_inputs(model, images, see)
    return list(scores.values())


@torch.no_grad()
def pfp(model, images, labels):
    """Largest share of an input channel in any output, over patches, kernel entries and images; not of the images' own
    channels, which stay."""
    scores = {}

    def see(layer, x):
        if layer is layers(model)[0]:
            return
        weight = layer.weight.flatten(1)
        best = torch.zeros(weight.shape[1])
        for image in patches(layer, x):
            for signed in (image.clamp(min=0), (-image).clamp(min=0)):
                if not signed.any():
                    continue
                for part in (weight.clamp(min=0), (-weight).clamp(min=0)):
                    total = part @ signed.T
                    share = torch.where(total > torch.finfo().eps, 1 / total, 0)
                    largest = (share[:, :, None] * signed).amax(1)
                    best = torch.maximum(best, (part * largest).amax(0))
        scores[layer] = best

    with_inputs(model, images, see)
    return list(scores.values())


@torch.no_grad()
def filter_l1(model, images, labels):
    return [layer.weight.abs().flatten(1).sum(1) for layer in layers(model)]


@torch.no_grad()
def fpgm(model, images, labels):
    return [torch.cdist(w, w).sum(1) for w in (layer.weight.flatten(1) for layer in layers(model))]


@torch.no_grad()
def slimming(model, images, labels):
    return [module.weight.abs() for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


@torch.no_grad()
def thinet(model, images, labels, samples=1000):
    """Greedy order of the channels each layer reads, by the squared sum of what the dropped ones gave to sampled outputs."""
    orders, channels = [], []

    def see(layer, x):
        channels.append(len(layer.weight))
        if len(channels) == 1:
            return
        columns = patches(layer, x)
        count, positions = columns.shape[:2]
        chosen = columns[torch.randint(count, (samples,)), torch.randint(positions, (samples,))]
        filters = layer.weight.flatten(1)[torch.randint(len(layer.weight), (samples,))]
        gave = (chosen * filters).double().reshape(samples, channels[-2], -1).sum(2)
        gram = gave.T @ gave
        error, order = gram.diagonal().clone(), []
        for _ in range(len(gram)):
            order.append(int(error.argmin()))
            error += 2 * gram[order[-1]]
            error[order] = torch.inf
        orders.append(order)

    with_inputs(model, images, see)
    return orders


# The pass, and how many images it looks at.
SCORES = {
    "random": (random, 1),
    "magnitude-global": (magnitude, 1),
    "snip": (snip, 100),
    "grasp": (grasp, 100),
    "synflow": (synflow, 1),
    "nnrelief": (nnrelief, 1000),
    "sipp": (sipp, 256),
    "filter-l1": (filter_l1, 1),
    "fpgm": (fpgm, 1),
    "slimming": (slimming, 1),
    "thinet": (thinet, 100),
    "pfp": (pfp, 256),
}
