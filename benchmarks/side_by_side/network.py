"""Scaling over hosts of the lab, and what the cost model says about it."""

import os
import pathlib

from allreduce import run
from ranks import write_random_images

RATES = ["1gbit", "200mbit"]
TOP = pathlib.Path(__file__).parents[2]
CONFIG = TOP / "benchmarks" / "configs" / "mlp.yaml"
# Large enough that a step's messages take longer than its computing on the slower network.
SETTINGS = ["model.hidden=[1024, 1024]", "training.batch=256"]


def compare(options, folder):
    """The lines of the report: a table for each rate."""
    if os.geteuid() != 0:
        return ["scaling over hosts: not measured, the lab needs root"]
    images = folder / "images-network"
    write_random_images(images)
    lines = ["scaling over 2 hosts of cluster/netlab.sh, 1 rank each"]
    words = [word for setting in [*SETTINGS, f"data.path={images}"] for word in ("--set", setting)]
    for rate in RATES:
        for precision in ("float32", "bf16"):
            job = [
                options.binary, "bench", "scaling", CONFIG, "--ranks", "1,2", "--hosts", "lab1:1,lab2:1", "--weak",
                "--rounds", str(options.rounds), "--steps", "15", *words, "--set", f"collective.precision={precision}",
            ]  # fmt: skip
            output = run([TOP / "cluster" / "netlab.sh", "2", "--rate", rate, "--", *job])
            lines += ["", f"  {rate}, {precision}"] + ["  " + line for line in output.splitlines()[3:]]
    return lines
