"""Revoada beside PyTorch and plain MPI; see benchmarks/mlp.sh."""

import argparse
import datetime
import pathlib
import subprocess
import tempfile

import torch

import startup
import training
from machine import compile_c, description, fail, physical_cores

BINARY = pathlib.Path(__file__).parents[2] / ".build" / "release" / "revoada"
MEASUREMENTS = ["one-thread", "two-ranks", "start"]


def main():
    options = arguments()
    if not options.binary.exists():
        fail(f"{options.binary} is missing: run make build first", 66)
    cores = physical_cores()
    head = [f"{datetime.date.today()}: {description(cores)}; PyTorch {torch.__version__}, {mpi_version()}"]
    report = head + [""]
    print(*report, sep="\n", flush=True)
    with tempfile.TemporaryDirectory(prefix="revoada-bench-") as name:
        for lines in measurements(options, cores, pathlib.Path(name)):
            print(*lines, "", sep="\n", flush=True)
            report += lines + [""]
    if options.report:
        options.report.write_text("\n".join(["# MLP and start-up, side by side", "", "```", *report[:-1], "```", ""]))


def measurements(options, cores, folder):
    """One list of lines for each measurement, as soon as it is made."""
    wanted = options.only or MEASUREMENTS
    if wanted != ["start"]:
        images = folder / "images"
        training.write_random_images(images)
        peak = compile_c("fma_peak", folder)
    if "one-thread" in wanted:
        yield training.compare(options, 1, 1.3, cores, images, peak, folder)
    if "two-ranks" in wanted:
        yield training.compare(options, 2, 4, cores, images, peak, folder)
    if "start" in wanted:
        yield startup.compare(options, cores, folder)


def mpi_version():
    result = subprocess.run(["mpirun", "--version"], capture_output=True, text=True, check=True)
    return result.stdout.splitlines()[0].replace("mpirun (", "").replace(")", "")


def arguments():
    parser = argparse.ArgumentParser(prog="benchmarks/mlp.sh", description="Revoada beside PyTorch and plain MPI.")
    parser.add_argument("--rounds", type=positive, default=9, help="blocks of each side; thrice as many starts")
    parser.add_argument("--steps", type=positive, default=300, help="training steps in a block")
    parser.add_argument("--only", choices=MEASUREMENTS, action="append", help="this measurement; may be repeated")
    parser.add_argument("--report", type=pathlib.Path, help="also write the figures to this file, as Markdown")
    parser.add_argument("--binary", type=pathlib.Path, default=BINARY, help="the program to measure")
    return parser.parse_args()


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    main()
