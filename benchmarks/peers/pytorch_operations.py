"""Single operations: for the parameters of a workload, a function that does it once."""

import torch
import torch.nn.functional as F


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
    x, other = torch.randn(rows, columns), torch.randn(rows, columns)
    scale, shift = torch.randn(columns), torch.randn(columns)
    return {
        "relu": lambda: F.relu(x),
        "gelu": lambda: F.gelu(x),
        "gelu_tanh": lambda: F.gelu(x, approximate="tanh"),
        "sigmoid": lambda: torch.sigmoid(x),
        "softmax": lambda: torch.softmax(x, -1),
        "add": lambda: x + other,
        "layer_norm": lambda: F.layer_norm(x, [columns], scale, shift),
    }[operation]


def adamw(rows, columns):
    parameter = torch.nn.Parameter(torch.randn(rows, columns))
    parameter.grad = torch.randn(rows, columns)
    return torch.optim.AdamW([parameter], lr=1e-3, weight_decay=0.01, fused=True).step
