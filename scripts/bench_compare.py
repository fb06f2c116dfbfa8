"""Compares espalier-engine with PyTorch eager, in turns; run by scripts/bench-engine.

Training steps, and the scoring pass of every scorer that both sides have. Each turn is a fresh process that reports its
median and the most memory it held; the engine also profiles some more steps, to say where their time goes. The engine's
step includes assembling the batch from stored bytes; PyTorch's batch is ready. The ratio is the median over rounds of
engine time / PyTorch time within the round, so that a slow minute of the machine meets both sides.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

PYTORCH = [sys.executable, "-W", "ignore", str(pathlib.Path(__file__).with_name("bench_pytorch.py"))]


class Training:
    """A network whose steps are timed."""

    def __init__(self, steps, first_layer, limit):
        # Timed in each turn.
        self.steps = steps
        # Multiply-accumulates of one example's first layer: nobody needs the gradient by the images.
        self.first_layer = first_layer
        # The ratio that must not be exceeded.
        self.limit = limit


TRAINING = {
    "lenet-300-100": Training(50, 784 * 300, 1.0),
    "lenet-5": Training(50, 20 * 25 * 24 * 24, 0.7),
    "resnet-20": Training(10, 16 * 27 * 32 * 32, 1.0),
    "vgg-16-bn": Training(3, 64 * 27 * 32 * 32, 1.0),
}

# What a step under masks may take of the time of one without; the networks it is looked at on.
MASKED = 1.05
MASKED_NETWORKS = ["lenet-300-100", "resnet-20"]

# The network each scoring pass is timed on.
SCORING = {
    "random": "resnet-20", "magnitude-global": "resnet-20", "snip": "resnet-20", "grasp": "resnet-20",
    "synflow": "resnet-20", "nnrelief": "lenet-5", "sipp": "lenet-5", "filter-l1": "resnet-20", "fpgm": "resnet-20",
    "slimming": "resnet-20", "thinet": "lenet-5", "pfp": "lenet-5",
}


def report(command):
    finished = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)
    return json.loads(finished.stdout)


def turns(engine, rounds, settings):
    """Reports of both sides, round by round."""
    ours, theirs = [], []
    for _ in range(rounds):
        ours.append(report([engine, "bench", *settings, "--json"]))
        theirs.append(report([*PYTORCH, *settings]))
    return ours, theirs


def judge(name, ours, theirs, limit, operations=None, peak=None):
    """Prints both sides and their ratio; whether the ratio is within the limit."""
    for side, runs in (("espalier-engine", ours), (f"PyTorch {theirs[0]['version']}", theirs)):
        seconds = statistics.median(run["median_seconds"] for run in runs)
        memory = max(run["peak_memory"] for run in runs) / 1e6
        line = f"{name:<17} {side:<20} {seconds * 1e3:10.3f} ms {memory:7.0f} MB"
        if operations:
            speed = operations / seconds / 1e9
            line += f" {speed:7.1f} GFLOP/s, {100 * speed / peak:3.0f} % of the peak"
        print(line)
    ratio = statistics.median(a["median_seconds"] / b["median_seconds"] for a, b in zip(ours, theirs))
    print(f"{name:<17} {'ratio':<20} {ratio:10.2f}    {'ok' if ratio <= limit else 'TOO SLOW'}, at most {limit}",
          flush=True)
    return ratio <= limit


def account(shares, speed):
    """Where a step's time goes, in words: from each part's share of it, and the share of the peak the step reaches."""
    products = shares["products"]
    within = speed / products
    rest = [(share, name) for name, share in shares.items() if name != "products" and share >= 0.01]
    parts = ", ".join(f"{100 * share:.0f} % {name}" for share, name in sorted(rest, reverse=True)) or "below 1 % each"
    # What a convolution's padding would take is counted and not computed, so it can be faster than the peak.
    loss = f", which loses {100 * (products - speed):.0f} % of the step" if within < 1 else ""
    return (f"{100 * products:.0f} % of the step are products, at {100 * within:.0f} % of the peak{loss}; the rest is "
            f"{parts}")


def train(network, arguments):
    entry = TRAINING[network]
    settings = ["--network", network, "--batch", str(arguments.batch), "--threads", str(arguments.threads),
                "--steps", str(arguments.steps or entry.steps)]
    ours, theirs = turns(arguments.engine, arguments.rounds, settings)
    # Forward, gradient by weights, gradient by inputs; a multiply-accumulate is two operations.
    operations = 2 * arguments.batch * (3 * ours[0]["macs"] - entry.first_layer)
    products = {name: max(run["products"][name] for run in theirs) for name in theirs[0]["products"]}
    peak = max(products.values())
    good = judge(network, ours, theirs, entry.limit, operations, peak)
    shares = {name: statistics.mean(run["shares"][name] for run in ours) for name in ours[0]["shares"]}
    speed = operations / statistics.median(run["median_seconds"] for run in ours) / 1e9 / peak
    print(f"{'':<17} the peak, a large matrix product at the time: {products['mkl']:.0f} GFLOP/s by MKL, "
          f"{products['onednn']:.0f} by oneDNN; {account(shares, speed)}", flush=True)
    return good


def mask(network, arguments):
    """Whether a step under masks takes hardly longer than one without."""
    steps = 2 * (arguments.steps or TRAINING[network].steps)
    settings = ["--network", network, "--batch", str(arguments.batch), "--threads", str(arguments.threads),
                "--steps", str(steps), "--masked", "--json"]
    ratios = [report([arguments.engine, "bench", *settings])["masked_ratio"] for _ in range(arguments.rounds)]
    ratio = statistics.median(ratios)
    print(f"{network:<17} {'masked / unmasked':<20} {ratio:10.3f}    {'ok' if ratio <= MASKED else 'TOO SLOW'}, "
          f"at most {MASKED}", flush=True)
    return ratio <= MASKED


def score(method, arguments):
    settings = ["--network", SCORING[method], "--score", method, "--threads", str(arguments.threads),
                "--steps", str(arguments.passes)]
    return judge(method, *turns(arguments.engine, arguments.rounds, settings), 1.0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--engine", required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="training steps of a turn; each network has its own default")
    parser.add_argument("--passes", type=int, default=5, help="scoring passes of a turn")
    parser.add_argument("--batch", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[*TRAINING, *SCORING], help="networks and methods")
    arguments = parser.parse_args()

    print(f"training steps, batch {arguments.batch}, {arguments.threads} thread(s), {arguments.rounds} rounds in turn")
    good = [train(network, arguments) for network in TRAINING if network in arguments.only]
    good += [mask(network, arguments) for network in MASKED_NETWORKS if network in arguments.only]
    print("scoring passes, with the methods' default knobs")
    known = report([arguments.engine, "describe"])["methods"]
    for method in SCORING:
        if method not in arguments.only:
            continue
        if method in known:
            good.append(score(method, arguments))
        else:
            print(f"{method:<17} is no method of this engine")
            good.append(False)
    sys.exit(0 if all(good) else 1)


if __name__ == "__main__":
    main()
