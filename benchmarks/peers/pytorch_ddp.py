"""A resident PyTorch process that trains on request: the MLP 784-512-256-10, or GPT-2 of 124 million parameters.

    python pytorch_ddp.py RANK RANKS MEETING_FILE mlp|gpt2 BATCH

Rank 0 reads a number of steps from each line of its standard input and answers with one line: the median seconds of
a step. With more than one rank they are joined by DistributedDataParallel over gloo; every rank takes BATCH samples.
A step is all of it: the next batch, zero_grad, forward, loss, backward, Adam.
"""

import datetime
import statistics
import sys
import time

import torch
import torch.distributed as dist
import torch.nn.functional as F
from torch import nn

from pytorch_models import GPT2, perceptron

SAMPLES = 4096
CONTEXT = 64


def main(rank, ranks, meeting_file, model, batch):
    torch.set_num_threads(1)
    torch.manual_seed(rank)
    if ranks > 1:
        # Between two blocks the others wait for rank 0, for as long as the peer's block takes.
        patience = datetime.timedelta(hours=1)
        dist.init_process_group(
            "gloo", init_method=f"file://{meeting_file}", rank=rank, world_size=ranks, timeout=patience
        )
    step, warm_up = (perceptron_step(batch, ranks), 20) if model == "mlp" else (gpt2_step(batch, ranks), 2)
    for _ in range(warm_up):
        step()
    if rank == 0:
        print("ready", flush=True)
    while count := next_count(rank, ranks):
        seconds = median_seconds(step, count)
        if rank == 0:
            print(seconds, flush=True)
    if ranks > 1:
        dist.destroy_process_group()


def perceptron_step(batch, ranks):
    """A function that trains on the next `batch` of fixed random samples."""
    model = joined(perceptron(), ranks)
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, fused=True)
    images, labels = torch.rand(SAMPLES, 784), torch.randint(0, 10, (SAMPLES,))
    position = 0

    def step():
        nonlocal position
        x, y = images[position : position + batch], labels[position : position + batch]
        position = (position + batch) % SAMPLES
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()
        optimizer.step()

    return step


def gpt2_step(batch, ranks):
    """A function that trains on `batch` windows of fixed random bytes."""
    model = joined(GPT2(), ranks)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-4, fused=True)
    tokens, following = torch.randint(0, 256, (2, batch, CONTEXT))

    def step():
        optimizer.zero_grad()
        F.cross_entropy(model(tokens).flatten(0, 1), following.flatten()).backward()
        optimizer.step()

    return step


def joined(model, ranks):
    return nn.parallel.DistributedDataParallel(model) if ranks > 1 else model


def next_count(rank, ranks):
    """The steps of the next block, the same on all ranks; 0 at the end of the input."""
    count = torch.zeros(1, dtype=torch.int64)
    if rank == 0:
        count[0] = int(sys.stdin.readline() or 0)
    if ranks > 1:
        dist.broadcast(count, src=0)
    return int(count)


def median_seconds(step, count):
    seconds = []
    for _ in range(count):
        begin = time.perf_counter()
        step()
        seconds.append(time.perf_counter() - begin)
    return statistics.median(seconds)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], int(sys.argv[5]))
