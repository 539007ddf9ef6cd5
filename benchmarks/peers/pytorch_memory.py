"""The most memory, in bytes, that PyTorch has in use for training steps of a language model.

    python pytorch_memory.py MODEL BATCH TIME      # MODEL as in pytorch_models.LANGUAGE_MODELS

Two figures: of the whole process, and without what it took before there was a model, the library itself.
"""

import resource
import sys

import torch

import pytorch_models


def resident():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def main(model, batch, time):
    torch.set_num_threads(2)
    before = resident()
    step = pytorch_models.language({"model": model, "batch": batch, "time": time})
    for _ in range(3):
        step()
    print(resident(), resident() - before)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
