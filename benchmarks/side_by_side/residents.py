"""Python processes that stay, imported and joined by gloo, and wait for work on rank 0's standard input."""

import subprocess
import sys

from machine import PEERS, bound_to, fail


class Residents:
    """The ranks of a peer: a line to the first is answered with seconds."""

    def __init__(self, script, ranks, cores, meeting, *arguments):
        self.processes = [
            subprocess.Popen(
                [sys.executable, PEERS / script, str(rank), str(ranks), meeting, *map(str, arguments)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, preexec_fn=bound_to(cores, rank),
            )
            for rank in range(ranks)
        ]  # fmt: skip
        self.expect_line()

    def seconds(self, line):
        self.processes[0].stdin.write(f"{line}\n")
        self.processes[0].stdin.flush()
        return float(self.expect_line())

    def expect_line(self):
        line = self.processes[0].stdout.readline()
        if not line:
            fail("the PyTorch process ended; its message stands above", 70)
        return line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            process.stdin.close()
        for process in self.processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
