"""Computes a network of Espalier in PyTorch from an exported checkpoint and compares logits.

usage: check_logits.py CHECKPOINT LOGITS [TOLERANCE]

CHECKPOINT is a stage's checkpoint.safetensors; LOGITS holds "inputs" and the engine's "logits" for them. Masks, where there
are any, must cover every zeroed weight, and no tensor may be left over. Exit status 1 when anything differs by more than the
tolerance (1e-5 of the largest logit, or of 1). Layers are as wide as the checkpoint's tensors say.
"""

import json
import sys
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "PruningTests"))
from tensors import read  # noqa: E402



class Layers:
    """The layers of a checkpoint, by name."""

    def __init__(self, tensors):
        self.tensors = tensors
        self.used = set()

    def get(self, name):
        self.used.add(name)
        return self.tensors.get(name)

    def linear(self, name, x):
        return functional.linear(x, self.get(f"{name}.weight"), self.get(f"{name}.bias"))

    def convolution(self, name, x, stride=1, padding=0):
        weight = self.get(f"{name}.weight")
        groups = x.shape[1] // weight.shape[1]
        return functional.conv2d(x, weight, self.get(f"{name}.bias"), stride, padding, groups=groups)

    def normalised(self, name, norm, x, stride=1, padding=0):
        """A convolution and the batch normalisation behind it."""
        x = self.convolution(name, x, stride, padding)
        moments = self.get(f"{norm}.running_mean"), self.get(f"{norm}.running_var")
        return functional.batch_norm(x, *moments, self.get(f"{norm}.weight"), self.get(f"{norm}.bias"))


def lenet_300_100(layers, x):
    x = layers.linear("fc1", x.flatten(1)).relu()
    return layers.linear("fc3", layers.linear("fc2", x).relu())


def two_convolutions(layers, x, padding=0):
    x = functional.max_pool2d(layers.convolution("conv1", x).relu(), 2)
    x = functional.max_pool2d(layers.convolution("conv2", x, padding=padding).relu(), 2)
    return layers.linear("fc2", layers.linear("fc1", x.flatten(1)).relu())


def vgg_16(layers, x):
    for stage, depth in enumerate([2, 2, 3, 3, 3], 1):
        for position in range(1, depth + 1):
            x = layers.normalised(f"conv{stage}_{position}", f"bn{stage}_{position}", x, padding=1).relu()
        x = functional.max_pool2d(x, 2)
    return layers.linear("fc", x.flatten(1))


def block(layers, name, x, strides, kernels):
    """Convolutions with a ReLU between them, added to what came in."""
    branch = x
    for number, (stride, kernel) in enumerate(zip(strides, kernels), 1):
        branch = branch.relu() if number > 1 else branch
        branch = layers.normalised(f"{name}.conv{number}", f"{name}.bn{number}", branch, stride, kernel // 2)
    if f"{name}.downsample.0.weight" in layers.tensors:
        x = layers.normalised(f"{name}.downsample.0", f"{name}.downsample.1", x, max(strides))
    return (branch + x).relu()


def stages(layers, x, blocks, kernels):
    for stage, count in enumerate(blocks, 1):
        for index in range(count):
            # The stride is the first 3x3 convolution's (torchvision's version 1.5).
            strides = [1] * len(kernels)
            if stage > 1 and index == 0:
                strides[kernels.index(3)] = 2
            x = block(layers, f"layer{stage}.{index}", x, strides, kernels)
    return layers.linear("fc", x.mean((2, 3)))


def cifar_resnet(depth):
    def forward(layers, x):
        x = layers.normalised("conv1", "bn1", x, padding=1).relu()
        return stages(layers, x, [(depth - 2) // 6] * 3, [3, 3])

    return forward


def imagenet_resnet(blocks, kernels):
    def forward(layers, x):
        x = layers.normalised("conv1", "bn1", x, 2, 3).relu()
        return stages(layers, functional.max_pool2d(x, 3, 2, 1), blocks, kernels)

    return forward


def mobilenet(layers, x):
    x = layers.normalised("conv1", "bn1", x, 2, 1).relu()
    for number in range(1, 14):
        name = f"block{number}"
        stride = 2 if number in (2, 4, 6, 12) else 1
        x = layers.normalised(f"{name}.depthwise", f"{name}.bn1", x, stride, 1).relu()
        x = layers.normalised(f"{name}.pointwise", f"{name}.bn2", x).relu()
    return layers.linear("fc", x.mean((2, 3)))


NETWORKS = {
    "lenet-300-100": lenet_300_100,
    "lenet-5": two_convolutions,
    "noiseout-lenet": lambda layers, x: two_convolutions(layers, x, padding=1),
    "vgg-16-bn": vgg_16,
    "resnet-20": cifar_resnet(20),
    "resnet-32": cifar_resnet(32),
    "resnet-56": cifar_resnet(56),
    "resnet-110": cifar_resnet(110),
    "resnet-18": imagenet_resnet([2, 2, 2, 2], [3, 3]),
    "resnet-50": imagenet_resnet([3, 4, 6, 3], [1, 3, 1]),
    "mobilenet-v1": mobilenet,
}


def main():
    checkpoint, metadata = read(sys.argv[1])
    network = json.loads(metadata["network"])["name"]
    expected, _ = read(sys.argv[2])
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-5
    for name, mask in checkpoint.items():
        if name.endswith(".mask") and checkpoint[name.removesuffix(".mask")][mask == 0].abs().sum() != 0:
            sys.exit(f"{name} masks weights that are not zero")
    layers = Layers({name: tensor for name, tensor in checkpoint.items() if not name.endswith(".mask")})
    logits = expected["logits"]
    with torch.no_grad():
        difference = (NETWORKS[network](layers, expected["inputs"]) - logits).abs().max().item()
    difference /= max(1, logits.abs().max().item())
    print(f"{network}: largest difference {difference:.3g} over {len(logits)} inputs")
    if left := sorted(layers.tensors.keys() - layers.used):
        sys.exit(f"the checkpoint holds what the network does not use: {', '.join(left)}")
    if not difference <= tolerance:
        sys.exit(f"the logits differ by {difference}, more than {tolerance}")


if __name__ == "__main__":
    main()
