"""The models of `transformers` on what `model-peers compute` wrote: the same logits, gradients and losses?

    python compare.py PROGRAM FOLDER

PROGRAM is .build/debug/model-peers; FOLDER is an empty one to work in. For every case the folder `model` is opened by
`transformers`, and an aligned table says how far apart both sides are:

    logits      the largest difference of the first batch's logits, in parts of the largest logit
    gradient    the same for each tensor's gradient, the worst of them; tensors whose gradient is nothing but rounding, such as
                that of a key's bias, are measured by the largest gradient of the model
    first loss  the difference of the first batch's losses, in parts of the loss
    20 steps    the same for the losses of 20 AdamW steps, the worst of them
    greedy      whether both go on from a text with the same tokens
    import      whether a folder that transformers wrote comes out of import and export with the same bits; as float32, in shards,
                as bfloat16 and as float16

The exit status is 1 where a bound is broken.
"""

import json
import os
import subprocess
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
import transformers
from safetensors.torch import load_file

BOUNDS = {"logits": 1e-4, "gradient": 1e-4, "first loss": 1e-4, "20 steps": 1e-4}
# Below this part of the model's largest gradient a tensor's gradient is rounding.
ROUNDING = 1e-3

transformers.logging.set_verbosity_error()
transformers.logging.disable_progress_bar()
torch.set_num_threads(2)


def open_model(folder):
    name = json.load(open(f"{folder}/config.json"))["architectures"][0]
    model = getattr(transformers, name).from_pretrained(folder, dtype=torch.float32, attn_implementation="eager")
    return model.eval()


def arguments(batch):
    """The batch as transformers wants it: padding in the mask, an encoder's text first."""
    shape = batch["sequences"], batch["time"]
    tokens = torch.tensor(batch["tokens"]).view(shape)
    if batch["source"] is None:
        return {"input_ids": tokens, "attention_mask": mask(batch, batch["sequences"])}
    source = batch["source"]
    return {
        "input_ids": torch.tensor(source["tokens"]).view(batch["sequences"], source["time"]),
        "attention_mask": mask(source, batch["sequences"]),
        "decoder_input_ids": tokens,
    }


def mask(part, sequences):
    lengths = part["lengths"] or [part["time"]] * sequences
    return torch.tensor([[int(t < length) for t in range(part["time"])] for length in lengths])


def forward(model, batch):
    """Logits [tokens, vocabulary], the loss, and the loss with that of a router, which we follow but do not report."""
    balance = getattr(model.config, "router_aux_loss_coef", 0)
    options = {"output_router_logits": True} if balance else {}
    output = model(**arguments(batch), use_cache=False, **options)
    logits = output.logits.flatten(0, -2)
    labels = torch.tensor(batch["labels"])
    loss = torch.nn.functional.cross_entropy(logits, labels.where(labels >= 0, -100), ignore_index=-100)
    return logits, loss, loss + balance * output.aux_loss if balance else loss


def difference(ours, theirs, size=None):
    return ((ours - theirs).abs().max() / (theirs.abs().max() if size is None else size)).item()


def split(model, tensors):
    """Tensors under the names of the model's parameters as those of its files."""
    fused = {}
    for name, tensor in tensors.items():
        # Experts are one tensor in memory, and one each in the file.
        if name.endswith("mlp.experts.gate_up_proj") or name.endswith("mlp.experts.down_proj"):
            base = name.replace("mlp.experts", "block_sparse_moe.experts").rsplit(".", 1)[0]
            for index, expert in enumerate(tensor):
                if name.endswith("gate_up_proj"):
                    fused[f"{base}.{index}.w1.weight"], fused[f"{base}.{index}.w3.weight"] = expert.chunk(2)
                else:
                    fused[f"{base}.{index}.w2.weight"] = expert
        else:
            fused[name.replace("mlp.gate.weight", "block_sparse_moe.gate.weight")] = tensor
    return fused


def gradient_difference(model, ours):
    theirs = split(model, {name: p.grad for name, p in model.named_parameters() if p.grad is not None})
    ours = {name.removeprefix("gradient."): t for name, t in ours.items() if name.startswith("gradient.")}
    if set(ours) != set(theirs):
        raise SystemExit(f"other gradients: {sorted(set(ours) ^ set(theirs))}")
    largest = max(gradient.abs().max() for gradient in theirs.values())
    worst = 0, ""
    for name, gradient in theirs.items():
        size = max(gradient.abs().max(), ROUNDING * largest)
        worst = max(worst, (difference(ours[name], gradient, size), name))
    return worst


def losses(model, batches, training):
    matrices = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": matrices, "weight_decay": training["weight_decay"]}, {"params": others, "weight_decay": 0.0}],
        lr=training["learning_rate"], betas=(training["beta1"], training["beta2"]), eps=training["epsilon"])
    found = []
    for batch in batches:
        optimizer.zero_grad()
        _, loss, whole = forward(model, batch)
        whole.backward()
        optimizer.step()
        found.append(loss.item())
    return found


def greedy(model, ours):
    """Whether transformers goes on as we do from the first five tokens."""
    if not ours:
        return "-"
    prompt = torch.tensor([ours[:5]])
    theirs = model.generate(
        prompt, attention_mask=torch.ones_like(prompt), max_new_tokens=len(ours) - 5, do_sample=False,
        eos_token_id=None, pad_token_id=0)
    return "same" if theirs[0].tolist() == ours else "OTHER"


def round_trip(program, model, folder):
    """Whether what transformers saves in its four ways is read right."""
    for number, (dtype, options) in enumerate([
        (torch.float32, {}), (torch.float32, {"max_shard_size": "60KB"}), (torch.bfloat16, {}), (torch.float16, {}),
    ]):
        source, target = f"{folder}/theirs-{number}", f"{folder}/again-{number}"
        model.to(dtype).save_pretrained(source, **options)
        subprocess.run([program, "again", source, target], check=True)
        theirs = {}
        for file in os.listdir(source):
            if file.endswith(".safetensors"):
                theirs.update(load_file(f"{source}/{file}"))
        ours = load_file(f"{target}/model.safetensors")
        if set(ours) != set(theirs) or not all(torch.equal(ours[n], theirs[n].float()) for n in ours):
            return "OTHER"
        if json.load(open(f"{target}/config.json"))["model_type"] != model.config.model_type:
            return "OTHER"
    return "same"


def compare(program, folder):
    batches = json.load(open(f"{folder}/batches.json"))
    figures = json.load(open(f"{folder}/ours.json"))
    ours = load_file(f"{folder}/ours.safetensors")
    model = open_model(f"{folder}/model")
    logits, loss, whole = forward(model, batches[0])
    whole.backward()
    lengths = batches[0]["lengths"]
    seen = mask(batches[0], batches[0]["sequences"]).flatten().bool() if lengths else slice(None)
    row = {
        "logits": difference(ours["logits"][seen], logits[seen]),
        "gradient": gradient_difference(model, ours)[0],
        "first loss": abs(figures["loss"] - loss.item()) / loss.item(),
    }
    row["greedy"] = greedy(model, figures["greedy"])
    theirs = losses(model, batches, figures["training"])
    row["20 steps"] = max(abs(a - b) / b for a, b in zip(figures["losses"], theirs))
    row["loss"] = f"{theirs[0]:.4f} -> {theirs[-1]:.4f}"
    row["import"] = round_trip(program, model, folder)
    return row


def main(program, folder, only=""):
    subprocess.run([program, "compute", folder, "--only", only], check=True)
    columns = ["logits", "gradient", "first loss", "20 steps", "greedy", "import", "loss"]
    print("  ".join(["model".ljust(16)] + [column.ljust(10) for column in columns]).rstrip())
    broken = False
    for name in sorted(os.listdir(folder)):
        row = compare(program, f"{folder}/{name}")
        bad = [column for column in columns if row[column] == "OTHER" or row[column] in (None,)]
        bad += [column for column, bound in BOUNDS.items() if not row[column] <= bound]
        broken = broken or bool(bad)
        cells = [f"{row[c]:.1e}" if isinstance(row[c], float) else row[c] for c in columns]
        line = "  ".join([name.ljust(16)] + [cell.ljust(10) for cell in cells]).rstrip()
        print(line + (f"   BROKEN: {', '.join(bad)}" if bad else ""), flush=True)
    bounds = ", ".join(f"{column} {bound:.0e}" for column, bound in BOUNDS.items())
    print(f"\ntransformers {transformers.__version__}, torch {torch.__version__}; bounds: {bounds}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
