"""A resident PyTorch process that sums arrays over ranks by gloo, on request.

    python gloo_allreduce.py RANK RANKS MEETING_FILE

Rank 0 reads a number of bytes from each line of its standard input and answers with one line: the median seconds of an
all-reduce of so many bytes of floats, over blocks of calls as in `revoada bench allreduce`.
"""

import datetime
import statistics
import sys
import time

import torch
import torch.distributed as dist

BLOCK_SECONDS = 0.01
MOST_SECONDS = 3
BLOCKS = 31
FEWEST_BLOCKS = 3


def main(rank, ranks, meeting_file):
    torch.set_num_threads(1)
    # Between two requests the others wait for rank 0, for as long as the peers' blocks take.
    patience = datetime.timedelta(hours=1)
    dist.init_process_group("gloo", init_method=f"file://{meeting_file}", rank=rank, world_size=ranks, timeout=patience)
    if rank == 0:
        print("ready", flush=True)
    while count := agreed(int(sys.stdin.readline() or 0) if rank == 0 else 0):
        seconds = median_seconds(torch.zeros(count // 4))
        if rank == 0:
            print(seconds, flush=True)
    dist.destroy_process_group()


def median_seconds(values):
    block_seconds(values, 1)
    calls, decided = 1, 0
    while not decided:
        taken = block_seconds(values, calls)
        decided = agreed(max(1, round(calls * BLOCK_SECONDS / taken)) if taken >= BLOCK_SECONDS / 4 else 0)
        calls = decided or 2 * calls
    blocks = []
    while agreed(int(len(blocks) < BLOCKS and (len(blocks) < FEWEST_BLOCKS or sum(blocks) * calls < MOST_SECONDS))):
        blocks.append(block_seconds(values, calls) / calls)
    return statistics.median(blocks)


def block_seconds(values, calls):
    """Of the slowest rank."""
    dist.barrier()
    begin = time.perf_counter()
    for _ in range(calls):
        dist.all_reduce(values)
    slowest = torch.tensor([time.perf_counter() - begin], dtype=torch.float64)
    dist.all_reduce(slowest, op=dist.ReduceOp.MAX)
    return slowest.item()


def agreed(number):
    """Rank 0's."""
    shared = torch.tensor([number], dtype=torch.int64)
    dist.broadcast(shared, src=0)
    return int(shared)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
