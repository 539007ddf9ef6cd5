"""Training on two ranks: blocks of `revoada launch` against blocks of PyTorch's DistributedDataParallel over gloo."""

import json
import pathlib
import random
import shutil
import subprocess
import sys

from dialogue import revoada
from machine import busy_percent, fail
from residents import Residents
from spread import Spread, in_alternation

RANKS = 2
GOAL = 4
BATCH = 64
STEPS = 300
CONFIG = pathlib.Path(__file__).parent.parent / "configs" / "mlp.yaml"
LAYERS = [784, 512, 256, 10]


def flops_per_sample():
    """Multiplications and additions of a sample: forward, both gradients, but none for the images themselves."""
    products = [inputs * outputs for inputs, outputs in zip(LAYERS, LAYERS[1:])]
    return 2 * (3 * sum(products) - products[0])


def write_random_images(folder, samples=4096, seed=1):
    """A folder as MNIST's, with random pixels and labels."""
    folder.mkdir()
    source = random.Random(seed)
    for part, count in (("train", samples), ("t10k", BATCH)):
        header = bytes([0, 0, 8, 3]) + b"".join(size.to_bytes(4, "big") for size in (count, 28, 28))
        (folder / f"{part}-images-idx3-ubyte").write_bytes(header + source.randbytes(count * 28 * 28))
        header = bytes([0, 0, 8, 1]) + count.to_bytes(4, "big")
        labels = bytes(source.randrange(10) for _ in range(count))
        (folder / f"{part}-labels-idx1-ubyte").write_bytes(header + labels)


class Launch:
    """A new launch for every block; the program itself leaves start-up and evaluation out of its seconds per step."""

    def __init__(self, binary, folder):
        images = folder / "images"
        write_random_images(images)
        self.run_folder = folder / "run-ranks"
        self.command = [
            binary, "launch", "-n", str(RANKS), "--threads", "1", CONFIG, "--run", self.run_folder,
            "--steps", str(STEPS), "--set", f"data.path={images}",
        ]  # fmt: skip

    def step_seconds(self):
        shutil.rmtree(self.run_folder, ignore_errors=True)
        result = subprocess.run(self.command, capture_output=True, text=True)
        if result.returncode != 0:
            sys.stderr.write(result.stderr)
            fail(f"exit code {result.returncode} from: {' '.join(map(str, self.command))}", 70)
        summary = json.loads((self.run_folder / "summary.json").read_text())
        return summary["training"]["median_step_seconds"]


def compare(options, cores, folder):
    """The lines of the report."""
    launch = Launch(options.binary, folder)
    machine, workloads = revoada(options.binary, "matmul", 1, "NN 256x256x256")
    peak = next(index for index, workload in enumerate(workloads) if workload["family"] == "peak")
    peaks, others = [], []

    def first():
        others.append(busy_percent())
        peaks.append(workloads[peak]["operations"] / machine.seconds(peak) / 1e9)
        return launch.step_seconds()

    with Residents("pytorch_ddp.py", RANKS, cores, folder / "meeting", "mlp", BATCH // RANKS) as pytorch:
        first()  # brings the program and the images into memory
        peaks.clear()
        others.clear()
        pairs = in_alternation(options.rounds, first, lambda: pytorch.seconds(STEPS))
    machine.close()

    ours, theirs = (Spread(BATCH / seconds for seconds in column) for column in zip(*pairs))
    ratio = Spread(theirs_seconds / ours_seconds for ours_seconds, theirs_seconds in pairs)
    gflops = [flops_per_sample() * BATCH / ours_seconds / 1e9 for ours_seconds, _ in pairs]
    share = Spread(100 * speed / (limit * RANKS) for speed, limit in zip(gflops, peaks))
    return [
        f"MLP {'-'.join(map(str, LAYERS))}, {RANKS} ranks x 1 thread, {BATCH // RANKS} samples each, Adam; "
        f"{options.rounds} rounds of {STEPS} steps",
        f"  {'Revoada':20}{ours.text(',.0f')} samples/s",
        f"  {'PyTorch DDP + gloo':20}{theirs.text(',.0f')} samples/s",
        f"  {'ratio':20}{ratio.text('.2f')}; goal: at least {GOAL}",
        f"  {'peak of a core':20}{Spread(peaks).text('.0f')} GFLOP/s",
        f"  {'used by Revoada':20}{share.text('.0f')} % of it, counting the matrix products only",
        f"  {'other programs':20}{Spread(others).text('.0f')} % of the machine; the fewer, the truer",
    ]
