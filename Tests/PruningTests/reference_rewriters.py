"""Computes with PyTorch what NoiseOut and TRP should, in double precision, for ReferenceRewritersTests.

usage: reference_rewriters.py METHOD INPUT OUTPUT

INPUT (safetensors) holds the network's values and "inputs"; the knobs are its metadata. METHOD and what OUTPUT gets:

noiseout       the network of linear layers a, b and c with so many prunable weights left ("weights"): its values,
               "kept/a" and "kept/b" (the neurons that stay) and its "logits"
noiseout-loss  the "loss" of the classes ("labels") and the noise outputs ("targets", "weight"), its "grad/" by value
trp            the values after each step of training, "3/conv1.weight", for batches of 20 ("labels", "steps", "rate",
               "momentum", "decay", "period", "nuclear", "energy")
trp-factors    "rank/" of each layer, its best approximation of that rank where factors are smaller ("energy"), "logits"

"slope-error" (relative) and "rank-error" spoil the reference: the tests must notice.
"""

import sys

import torch
from torch.nn import functional

from tensors import read, write

# Hidden layers of the network of linear layers, and who reads them.
READERS = {"a": "b", "b": "c"}
# Folds in front of another layer after which correlations are measured again.
STALE = 8
# Stride and padding.
CONVOLUTIONS = {"conv1": (1, 1), "conv2": (2, 1)}


def linear(values, name, x):
    return functional.linear(x, values[name + ".weight"], values[name + ".bias"])


# NoiseOut, Babaeizadeh et al. 2016


def dense_forward(values, x):
    """Activations of the hidden layers, and logits."""
    hidden = {}
    hidden["a"] = linear(values, "a", x).relu()
    hidden["b"] = linear(values, "b", hidden["a"]).relu()
    return hidden, linear(values, "c", hidden["b"])


def next_fold(values, hidden, alive, slope_error):
    """The layer to fold in, the neuron that goes, the one that stands in for it, slope and intercept."""
    # Neurons that never vary come before all pairs, and go into the biases alone.
    for layer, neurons in alive.items():
        for neuron in neurons:
            if len(neurons) > 1 and hidden[layer][:, neuron].unique().numel() == 1:
                return layer, neuron, None, 0.0, hidden[layer][0, neuron]
    # Layers take turns: next is the one with the largest share of its neurons left, of equal ones the earlier.
    layer = max(alive, key=lambda name: len(alive[name]) / hidden[name].shape[1])
    neurons = alive[layer]
    strength = torch.corrcoef(hidden[layer][:, neurons].T).abs().triu(1)
    pair = [neurons[place] for place in divmod(strength.argmax().item(), len(neurons))]
    readers = values[READERS[layer] + ".weight"]
    # Of the two, the one that has the smaller part in what is read goes.
    gone, survivor = sorted(pair, key=lambda neuron: hidden[layer][:, neuron].std() * readers[:, neuron].norm())
    known = torch.stack([hidden[layer][:, survivor], torch.ones(len(hidden[layer])).double()], 1)
    slope, intercept = torch.linalg.lstsq(known, hidden[layer][:, gone]).solution
    return layer, gone, survivor, slope * (1 + slope_error), intercept


def noiseout(values, inputs, knobs):
    widths = {layer: len(values[layer + ".weight"]) for layer in READERS}
    alive = {layer: list(range(width)) for layer, width in widths.items()}

    def weights_left():
        a, b = len(alive["a"]), len(alive["b"])
        return inputs.shape[1] * a + a * b + b * len(values["c.weight"])

    hidden, _ = dense_forward(values, inputs)
    stale = 0
    while weights_left() > int(knobs["weights"]):
        if stale == STALE:
            (hidden, _), stale = dense_forward(values, inputs), 0
        layer, gone, survivor, slope, intercept = next_fold(values, hidden, alive, float(knobs["slope-error"]))
        weight, bias = values[READERS[layer] + ".weight"], values[READERS[layer] + ".bias"]
        if survivor is not None:
            weight[:, survivor] += slope * weight[:, gone]
        bias += intercept * weight[:, gone]
        weight[:, gone] = 0
        alive[layer].remove(gone)
        # Only the last hidden layer is in front of no other.
        stale += layer == "a"
    for layer, reader in READERS.items():
        for name in (layer + ".weight", layer + ".bias"):
            values[name] = values[name][alive[layer]]
        values[reader + ".weight"] = values[reader + ".weight"][:, alive[layer]]
    kept = {"kept/" + layer: torch.tensor(neurons).double() for layer, neurons in alive.items()}
    return {**values, **kept, "logits": dense_forward(values, inputs)[1]}


def noiseout_loss(values, tensors, knobs):
    leaves = {name: value.requires_grad_() for name, value in values.items()}
    _, outputs = dense_forward(leaves, tensors["inputs"])
    targets = tensors["targets"]
    classes = outputs.shape[1] - targets.shape[1]
    loss = functional.cross_entropy(outputs[:, :classes], tensors["labels"])
    loss = loss + float(knobs["weight"]) * functional.mse_loss(outputs[:, classes:], targets)
    loss.backward()
    return {"loss": loss, **{"grad/" + name: leaf.grad for name, leaf in leaves.items()}}


# TRP, Xu et al. 2020


def convolutional_forward(values, x):
    for name, (stride, padding) in CONVOLUTIONS.items():
        x = functional.conv2d(x, values[name + ".weight"], values[name + ".bias"], stride, padding).relu()
    return linear(values, "fc2", linear(values, "fc1", x.flatten(1)).relu())


def truncation(weight, knobs):
    """The smallest rank that keeps the share of the energy, the best approximation of that rank, and U_r V_r^T."""
    u, s, vh = torch.linalg.svd(weight.detach().flatten(1), full_matrices=False)
    held = s.square().cumsum(0) / s.square().sum()
    rank = int((held < float(knobs["energy"])).sum()) + 1 + int(knobs["rank-error"])
    product = u[:, :rank] @ s[:rank].diag() @ vh[:rank]
    return rank, product.reshape(weight.shape), (u[:, :rank] @ vh[:rank]).reshape(weight.shape)


def trp(values, tensors, knobs):
    found = {}
    for value in values.values():
        value.requires_grad_()
    weights = {name: value for name, value in values.items() if name.endswith(".weight")}
    directions = {}
    optimizer = torch.optim.SGD(
        values.values(), float(knobs["rate"]), momentum=float(knobs["momentum"]), weight_decay=float(knobs["decay"])
    )
    steps, period = int(knobs["steps"]), int(knobs["period"])
    for step in range(steps):
        batch = slice(20 * step, 20 * step + 20)
        optimizer.zero_grad()
        logits = convolutional_forward(values, tensors["inputs"][batch])
        functional.cross_entropy(logits, tensors["labels"][batch]).backward()
        # The step after a truncation pulls on what it left.
        for name, direction in directions.items():
            weights[name].grad += float(knobs["nuclear"]) * direction
        directions = {}
        optimizer.step()
        if (step + 1) % period == 0 or step + 1 == steps:
            for name, weight in weights.items():
                _, product, directions[name] = truncation(weight, knobs)
                weight.data = product
        found.update({f"{step}/{name}": value.detach().clone() for name, value in values.items()})
    return found


def trp_factors(values, inputs, knobs):
    found = {}
    for name in [name for name in values if name.endswith(".weight")]:
        rank, product, _ = truncation(values[name], knobs)
        outputs, entries = values[name].flatten(1).shape
        found["rank/" + name] = torch.tensor(float(rank)).double()
        if rank * (outputs + entries) < outputs * entries:
            values[name] = found[name] = product
    return {**found, "logits": convolutional_forward(values, inputs)}


def main():
    method, source, target = sys.argv[1:]
    tensors, knobs = read(source)
    tensors = {name: value.double() if value.is_floating_point() else value for name, value in tensors.items()}
    values = {name: value for name, value in tensors.items() if "." in name}
    found = {
        "noiseout": lambda: noiseout(values, tensors["inputs"], knobs),
        "noiseout-loss": lambda: noiseout_loss(values, tensors, knobs),
        "trp": lambda: trp(values, tensors, knobs),
        "trp-factors": lambda: trp_factors(values, tensors["inputs"], knobs),
    }[method]()
    write(found, target)


if __name__ == "__main__":
    main()
