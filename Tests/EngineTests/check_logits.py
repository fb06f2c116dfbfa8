"""Rebuilds a network of Espalier in PyTorch from an exported checkpoint and compares logits.

usage: check_logits.py CHECKPOINT LOGITS [TOLERANCE]

CHECKPOINT is a stage's checkpoint.safetensors; LOGITS holds "inputs" and the engine's "logits" for them. Masks, where there
are any, must cover every zeroed weight. Exit status 1 when anything differs by more than the tolerance (1e-5).
"""

import json
import struct
import sys

import torch
from torch import nn

DTYPES = {"F32": torch.float32, "F64": torch.float64, "I64": torch.int64, "U8": torch.uint8, "BOOL": torch.bool}


def read(path):
    """Tensors and metadata of a safetensors file."""
    with open(path, "rb") as file:
        content = file.read()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    data = bytearray(content[8 + length :])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = torch.frombuffer(data[begin:end], dtype=DTYPES[entry["dtype"]])
        tensors[name] = raw.reshape(entry["shape"]).clone()
    return tensors, metadata


def lenet_300_100(shape):
    inputs = shape[0] * shape[1] * shape[2]
    return {"fc1": nn.Linear(inputs, 300), "fc2": nn.Linear(300, 100), "fc3": nn.Linear(100, 10)}, lambda layer, x: (
        layer["fc3"](layer["fc2"](layer["fc1"](x.flatten(1)).relu()).relu())
    )


def lenet_5(shape):
    side = ((shape[1] - 4) // 2 - 4) // 2
    layers = {
        "conv1": nn.Conv2d(shape[0], 20, 5),
        "conv2": nn.Conv2d(20, 50, 5),
        "fc1": nn.Linear(50 * side * side, 500),
        "fc2": nn.Linear(500, 10),
    }

    def forward(layer, x):
        x = nn.functional.max_pool2d(layer["conv1"](x).relu(), 2)
        x = nn.functional.max_pool2d(layer["conv2"](x).relu(), 2)
        return layer["fc2"](layer["fc1"](x.flatten(1)).relu())

    return layers, forward


def main():
    checkpoint, metadata = read(sys.argv[1])
    expected, _ = read(sys.argv[2])
    tolerance = float(sys.argv[3]) if len(sys.argv) > 3 else 1e-5
    shape = [int(size) for size in metadata["input_shape"].split(",")]
    layers, forward = {"lenet-300-100": lenet_300_100, "lenet-5": lenet_5}[metadata["network"]](shape)
    network = nn.ModuleDict(layers)
    network.load_state_dict({name: tensor for name, tensor in checkpoint.items() if not name.endswith(".mask")})
    for name, mask in checkpoint.items():
        if name.endswith(".mask") and checkpoint[name.removesuffix(".mask")][mask == 0].abs().sum() != 0:
            sys.exit(f"{name} masks weights that are not zero")
    with torch.no_grad():
        difference = (forward(network, expected["inputs"]) - expected["logits"]).abs().max().item()
    print(f"{metadata['network']}: largest difference {difference:.3g} over {len(expected['inputs'])} inputs")
    if not difference <= tolerance:
        sys.exit(f"the logits differ by {difference}, more than {tolerance}")


if __name__ == "__main__":
    main()
