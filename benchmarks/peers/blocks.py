"""What every peer process does: it answers blocks of calls, as `revoada bench FAMILY --alternate` does.

The first line of its input is the JSON list of workloads, its first answer is `ready`. Each further line is the index
of a workload, answered by the mean seconds of one call in a block of about 20 milliseconds.
"""

import json
import sys
import time

BLOCK_SECONDS = 0.02


def serve(make_call):
    """Answers until the input ends. `make_call(parameters)` makes the function to time out of a workload's parameters."""
    workloads = json.loads(sys.stdin.readline())
    blocks = {}
    print("ready", flush=True)
    for line in sys.stdin:
        index = int(line)
        if index not in blocks:
            call = make_call(workloads[index]["family"], workloads[index]["parameters"])
            blocks[index] = call, calls_per_block(call)
        print(seconds_per_call(*blocks[index]), flush=True)


def calls_per_block(call):
    """How many calls make a block, at least one."""
    # The first call asks for memory and compiles: it only tells whether the work is long.
    if seconds(call, 1) >= 10 * BLOCK_SECONDS:
        return 1
    calls = 1
    while (taken := seconds(call, calls)) < BLOCK_SECONDS / 4:
        calls *= 2
    return max(1, round(calls * BLOCK_SECONDS / taken))


def seconds_per_call(call, calls):
    # What ran before has left its own data in the caches. That is no matter to a call as long as a block.
    if calls > 1:
        call()
    return seconds(call, calls) / calls


def seconds(call, calls):
    begin = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - begin
