"""Whole training steps over ranks: the sum along the lanes' tree against MPI_Allreduce, and weak scaling beside PyTorch."""

import json
import pathlib

from allreduce import mpirun, run
from kernels import aligned
from ranks import write_random_images
from residents import Residents
from spread import Spread

RANKS = 2
TOP = pathlib.Path(__file__).parents[2]
CONFIGS = TOP / "benchmarks" / "configs"


class Model:
    """What is trained: a configuration of ours, the same in peers/pytorch_ddp.py, and how many steps make a job."""

    def __init__(self, name, config, peer, batch, steps, settings):
        self.name, self.config, self.peer, self.batch, self.steps = name, CONFIGS / config, peer, batch, steps
        self.settings = settings

    def step_seconds(self, options, cores, ranks, algorithm):
        """The median of one job; as many samples a rank whatever the ranks."""
        sets = [f"training.batch={self.batch * ranks}", f"training.lanes={ranks}", f"collective.algorithm={algorithm}"]
        words = [word for setting in self.settings + sets for word in ("--set", setting)]
        command = [options.binary, "bench", "steps", self.config, "--steps", str(self.steps), "--json", "-", *words]
        return json.loads(run(mpirun(cores, ranks) + command))["median_seconds"]


def models(folder):
    images = folder / "images-steps"
    write_random_images(images)
    return [
        Model("MLP 784-512-256-10, 32 samples a rank", "mlp.yaml", "mlp", 32, 300, [f"data.path={images}"]),
        Model("GPT-2 124M, 2 x 64 tokens a rank", "gpt2-124m.yaml", "gpt2", 2, 3, [f"data.path={TOP / 'LICENSE'}"]),
    ]


def compare(options, cores, folder):
    """The lines of the report for each model, as soon as it is measured."""
    for model in models(folder):
        yield [f"steps of {model.name}, {options.rounds} rounds"] + [
            "  " + line for line in lines(measured(model, options, cores, folder))
        ]


def measured(model, options, cores, folder):
    """For each round the seconds of a step, by who did it and on how many ranks."""
    rounds = []
    meetings = [folder / f"meeting-{model.peer}-{ranks}" for ranks in (1, RANKS)]
    with (
        Residents("pytorch_ddp.py", 1, cores, meetings[0], model.peer, model.batch) as alone,
        Residents("pytorch_ddp.py", RANKS, cores, meetings[1], model.peer, model.batch) as together,
    ):
        turns = {
            "canonical 1": lambda: model.step_seconds(options, cores, 1, "canonical"),
            "canonical": lambda: model.step_seconds(options, cores, RANKS, "canonical"),
            "mpi": lambda: model.step_seconds(options, cores, RANKS, "mpi"),
            "ddp 1": lambda: alone.seconds(model.steps),
            "ddp": lambda: together.seconds(model.steps),
        }
        for number in range(options.rounds):
            names = list(turns) if number % 2 == 0 else list(reversed(turns))
            rounds.append({name: turns[name]() for name in names})
    return rounds


def lines(rounds):
    def ratio(one, other):
        return Spread(entry[one] / entry[other] for entry in rounds)

    def milliseconds(name):
        return f"{1e3 * Spread(entry[name] for entry in rounds).median:.3f} ms"

    return aligned(
        [
            ["a step on 1 rank", milliseconds("canonical 1"), f"PyTorch {milliseconds('ddp 1')}"],
            [f"a step on {RANKS} ranks", milliseconds("canonical"), f"DDP and gloo {milliseconds('ddp')}"],
            [f"the same with MPI_Allreduce", milliseconds("mpi"), ""],
        ]
    ) + [
        f"MPI_Allreduce/canonical  {ratio('mpi', 'canonical').text('.2f')}; goal: at least 1",
        f"DDP and gloo/canonical   {ratio('ddp', 'canonical').text('.2f')}",
        f"weak scaling, 1 to {RANKS}     {ratio('canonical 1', 'canonical').text('.2f')}; goal: 1",
        f"PyTorch's                {ratio('ddp 1', 'ddp').text('.2f')}",
    ]
