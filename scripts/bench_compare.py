"""Compares training steps of espalier-engine and PyTorch eager, in turns; run by scripts/bench-engine.

Each turn is a fresh process that reports its median step. The engine's step includes assembling the batch from stored
bytes; PyTorch's batch is ready. The ratio is the median over rounds of engine time / PyTorch time within the round,
so that a slow minute of the machine meets both sides.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

# Multiply-accumulates of one example's first layer: the gradient by the images is needed by nobody and not computed.
FIRST_LAYER_MACS = {"lenet-300-100": 784 * 300, "lenet-5": 20 * 25 * 24 * 24}
PYTORCH = [sys.executable, str(pathlib.Path(__file__).with_name("bench_pytorch.py"))]


def report(command):
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(finished.stdout)


def compare(network, arguments):
    sizes = ["--batch", str(arguments.batch), "--threads", str(arguments.threads), "--steps", str(arguments.steps)]
    engine, pytorch = [], []
    for _ in range(arguments.rounds):
        engine.append(report([arguments.engine, "bench", "--network", network, *sizes, "--json"]))
        pytorch.append(report([*PYTORCH, "--network", network, *sizes]))
    # Forward, gradient by weights, gradient by inputs; a multiply-accumulate is two operations.
    operations = 2 * arguments.batch * (3 * engine[0]["macs"] - FIRST_LAYER_MACS[network])
    ratio = statistics.median(e["medianSeconds"] / p["medianSeconds"] for e, p in zip(engine, pytorch))
    for name, runs in (("espalier-engine", engine), (f"PyTorch {pytorch[0]['version']}", pytorch)):
        seconds = statistics.median(run["medianSeconds"] for run in runs)
        print(f"{network:<15} {name:<20} {seconds * 1e3:9.3f} ms {operations / seconds / 1e9:8.1f} GFLOP/s")
    print(f"{network:<15} {'ratio':<20} {ratio:9.2f}    {'faster' if ratio <= 1 else 'SLOWER'}", flush=True)
    return ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()

    limits = report([*PYTORCH, "--gemm", "--threads", str(arguments.threads)])
    print(f"training steps, batch {arguments.batch}, {arguments.threads} thread(s), {arguments.rounds} rounds of "
          f"{arguments.steps} steps each in turn")
    print(f"large matrix product here: {limits['mkl']:.0f} GFLOP/s by MKL, {limits['onednn']:.0f} by oneDNN")
    ratios = [compare(network, arguments) for network in FIRST_LAYER_MACS]
    sys.exit(1 if max(ratios) > 1 else 0)


if __name__ == "__main__":
    main()
