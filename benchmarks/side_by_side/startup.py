"""Start-up: `revoada train --steps 0` under mpirun against a program that only initialises and finalises MPI."""

import pathlib
import shutil
import subprocess
import sys
import time

from machine import compile_c, fail, mpi_environment
from spread import Spread, in_alternation

RANKS = 2
GOAL = 0.15
CONFIG = pathlib.Path(__file__).parents[2] / "configs" / "digits-mlp.yaml"


def compare(options, cores, folder):
    """The lines of the report."""
    minimal = compile_c("mpi_only", folder)
    if minimal is None:
        return ["start-up: not measured"]
    run_folder = folder / "run-start"
    mpirun = ["mpirun", "-n", str(RANKS)] + (["--oversubscribe"] if len(cores) < RANKS else [])

    def revoada():
        shutil.rmtree(run_folder, ignore_errors=True)
        return wall_seconds(mpirun + [options.binary, "train", CONFIG, "--steps", "0", "--run", run_folder])

    def mpi_only():
        return wall_seconds(mpirun + [minimal])

    revoada(), mpi_only()  # bring both programs into memory
    pairs = in_alternation(3 * options.rounds, revoada, mpi_only)
    ours, theirs = (Spread(column) for column in zip(*pairs))
    difference = Spread(ours_seconds - theirs_seconds for ours_seconds, theirs_seconds in pairs)
    return [
        f"start-up, mpirun -n {RANKS}, {len(pairs)} rounds",
        f"  revoada train --steps 0     {ours.text('.3f')} s",
        f"  MPI_Init and MPI_Finalize   {theirs.text('.3f')} s",
        f"  difference                  {difference.text('.3f')} s; goal: at most {GOAL}",
    ]


def wall_seconds(command):
    begin = time.perf_counter()
    result = subprocess.run(command, env=mpi_environment(), capture_output=True, text=True)
    seconds = time.perf_counter() - begin
    if result.returncode != 0:
        sys.stderr.write(result.stderr)
        fail(f"exit code {result.returncode} from: {' '.join(map(str, command))}", 70)
    return seconds
