"""Single operations: for the parameters of a workload, a function that does it once.

Operations that can write their result into memory given to them do so, for to ask the system for 64 MiB takes longer
than to compute some of them.
"""

import torch
import torch.nn.functional as F

aten = torch.ops.aten


def matmul(parameters):
    m, n, k, layout = (parameters[name] for name in ("m", "n", "k", "layout"))
    a = torch.randn(k, m).t() if layout[0] == "T" else torch.randn(m, k)
    b = torch.randn(n, k).t() if layout[1] == "T" else torch.randn(k, n)
    c = torch.empty(m, n)
    return lambda: torch.mm(a, b, out=c)


def attention(parameters):
    """Causal, or full where `causal` is 0; every head's queries, keys and values each lie together."""
    shape = [parameters[name] for name in ("batch", "heads", "time", "head_size")]
    is_causal = bool(parameters["causal"])
    q, k, v = (torch.randn(shape, requires_grad=True) for _ in range(3))

    def forward():
        with torch.no_grad():
            F.scaled_dot_product_attention(q, k, v, is_causal=is_causal)

    if parameters["pass"] == "forward":
        return forward
    return forward_and_backward(
        lambda: F.scaled_dot_product_attention(q, k, v, is_causal=is_causal), [q, k, v]
    )


def convolution(parameters):
    """Forward and backward, with the gradient of the input unless `input_gradient` is 0."""
    p = parameters
    x = torch.randn(p["batch"], p["inputs"], p["height"], p["width"], requires_grad=bool(p["input_gradient"]))
    w = torch.randn(
        p["outputs"], p["inputs"] // p["groups"], p["kernel_height"], p["kernel_width"], requires_grad=True
    )
    bias = torch.randn(p["outputs"], requires_grad=True) if p["bias"] else None
    operands = [operand for operand in (x, w, bias) if operand is not None and operand.requires_grad]
    return forward_and_backward(
        lambda: F.conv2d(x, w, bias, stride=p["stride"], padding=p["padding"], groups=p["groups"]), operands
    )


def forward_and_backward(operation, operands):
    """As in the middle of a network: the gradient of the result is there, those of the operands are wanted."""
    gradient = torch.randn_like(operation())

    def call():
        for operand in operands:
            operand.grad = None
        operation().backward(gradient)

    return call


def elementwise(parameters):
    operation = parameters["operation"]
    rows, columns = parameters["rows"], parameters["columns"]
    if operation == "adamw":
        return adamw(rows, columns)
    x, other, y = torch.randn(rows, columns), torch.randn(rows, columns), torch.empty(rows, columns)
    scale, shift = torch.randn(columns), torch.randn(columns)
    mean, deviation = torch.empty(rows, 1), torch.empty(rows, 1)
    return {
        "relu": lambda: aten.relu.out(x, out=y),
        "gelu": lambda: aten.gelu.out(x, out=y),
        "gelu_tanh": lambda: aten.gelu.out(x, approximate="tanh", out=y),
        "sigmoid": lambda: aten.sigmoid.out(x, out=y),
        "softmax": lambda: aten._softmax.out(x, -1, False, out=y),
        "add": lambda: aten.add.out(x, other, out=y),
        "layer_norm": lambda: aten.native_layer_norm.out(
            x, [columns], scale, shift, 1e-5, out0=y, out1=mean, out2=deviation
        ),
    }[operation]


def adamw(rows, columns):
    parameter = torch.nn.Parameter(torch.randn(rows, columns))
    parameter.grad = torch.randn(rows, columns)
    return torch.optim.AdamW([parameter], lr=1e-3, weight_decay=0.01, fused=True).step
