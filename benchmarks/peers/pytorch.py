"""What Revoada's workloads are in PyTorch; see `blocks` for how it is asked.

    python pytorch.py THREADS
"""

import sys

import torch

import pytorch_models
import pytorch_operations
from blocks import serve

FAMILIES = {
    "matmul": pytorch_operations.matmul,
    "attention": pytorch_operations.attention,
    "convolution": pytorch_operations.convolution,
    "elementwise": pytorch_operations.elementwise,
    "train": pytorch_models.train,
    "language": pytorch_models.language,
}


def main(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    serve(lambda family, parameters: FAMILIES[family](parameters))


if __name__ == "__main__":
    main(int(sys.argv[1]))
