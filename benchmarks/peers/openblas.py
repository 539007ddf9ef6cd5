"""Matrix products by the OpenBLAS inside NumPy; see `blocks` for how it is asked. Threads: OPENBLAS_NUM_THREADS."""

import numpy as np

from blocks import serve


def matmul(parameters):
    m, n, k, layout = (parameters[name] for name in ("m", "n", "k", "layout"))
    source = np.random.default_rng(0)

    def operand(rows, columns, transposed):
        values = source.standard_normal((columns, rows) if transposed else (rows, columns), dtype=np.float32)
        return values.T if transposed else values

    a, b = operand(m, k, layout[0] == "T"), operand(k, n, layout[1] == "T")
    c = np.empty((m, n), dtype=np.float32)
    return lambda: np.matmul(a, b, out=c)


if __name__ == "__main__":
    serve(lambda _, parameters: matmul(parameters))
