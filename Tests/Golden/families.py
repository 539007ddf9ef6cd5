"""Writes families/ and families.json: small language models as `transformers` saves them, and what it computes with them.

Regenerate with:  python families.py   (pip install torch transformers)

For every family `families/<name>` holds `config.json` and `model.safetensors`, written by save_pretrained, so the reader is
tested on what it will meet. families.json has for each: `tokens` and `labels` [steps, sequences, time] (label -1: nothing is
predicted), `lengths` [steps, sequences] where sequences are padded, `source` [steps, sequences, time] of an encoder; `logits`
[sequences * time, vocabulary] and `gradient.<tensor>` of the first batch; `losses` [steps] of AdamW (learning rate 0.01, weight
decay 0.1 on matrices, betas 0.9 and 0.999, epsilon 1e-8), each taken before the step that it leads to.
"""

import json
import os
import shutil

import torch
import transformers as hf

os.chdir(os.path.dirname(os.path.abspath(__file__)))
hf.logging.disable_progress_bar()
hf.logging.set_verbosity_error()
VOCABULARY, SEQUENCES, TIME, STEPS = 13, 2, 7, 20
SIZES = dict(vocab_size=VOCABULARY, hidden_size=8, intermediate_size=12, num_hidden_layers=2, num_attention_heads=2,
             max_position_embeddings=16)
NOBODY = dict(bos_token_id=None, eos_token_id=None, pad_token_id=None)
LLAMA3 = dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8)

MODELS = {
    "gpt2": lambda: hf.GPT2LMHeadModel(hf.GPT2Config(
        vocab_size=VOCABULARY, n_positions=16, n_embd=8, n_layer=2, n_head=2, resid_pdrop=0.0, embd_pdrop=0.0,
        attn_pdrop=0.0, **NOBODY)),
    "llama": lambda: hf.LlamaForCausalLM(hf.LlamaConfig(
        **SIZES, num_key_value_heads=1, rope_parameters=LLAMA3, **NOBODY)),
    "olmo2": lambda: hf.Olmo2ForCausalLM(hf.Olmo2Config(**SIZES, num_key_value_heads=1, **NOBODY)),
    "mixtral": lambda: hf.MixtralForCausalLM(hf.MixtralConfig(
        **SIZES, num_key_value_heads=1, num_local_experts=3, num_experts_per_tok=2, router_aux_loss_coef=0.0, **NOBODY)),
    "bert": lambda: hf.BertForMaskedLM(hf.BertConfig(
        **SIZES, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, **NOBODY)),
    "t5": lambda: hf.T5ForConditionalGeneration(hf.T5Config(
        vocab_size=VOCABULARY, d_model=8, d_kv=4, d_ff=12, num_layers=2, num_decoder_layers=1, num_heads=2,
        relative_attention_num_buckets=8, relative_attention_max_distance=12, feed_forward_proj="gated-gelu",
        dropout_rate=0.0, decoder_start_token_id=0)),
}


def make(name):
    torch.manual_seed(sorted(MODELS).index(name) + 40)
    model = MODELS[name]().eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Larger than they begin, so that a mistake in any of them shows.
            parameter.add_(torch.randn_like(parameter) * (0.3 if parameter.dim() >= 2 else 0.1))
    return model


def batch(name, generator):
    def draw():
        return torch.randint(0, VOCABULARY, (SEQUENCES, TIME), generator=generator)

    values = {"tokens": draw(), "labels": draw()}
    values["labels"][0, 2] = -1
    if name in ("bert", "llama"):
        values["lengths"] = torch.tensor([TIME, TIME - 2])
        values["labels"][1, TIME - 2:] = -1
    if name == "t5":
        values["source"] = draw()
    return values


def forward(model, values):
    mask = torch.ones(SEQUENCES, TIME, dtype=torch.long)
    for row, length in enumerate(values.get("lengths", [])):
        mask[row, length:] = 0
    inputs = {"input_ids": values["tokens"], "attention_mask": mask}
    if "source" in values:
        inputs = {"input_ids": values["source"], "decoder_input_ids": values["tokens"]}
    logits = model(**inputs, use_cache=False).logits.flatten(0, 1)
    labels = values["labels"].flatten()
    return logits, torch.nn.functional.cross_entropy(logits, labels.where(labels >= 0, -100), ignore_index=-100)


def file_names(name, gradients):
    """Mixtral has its experts in one tensor, its files in one each."""
    if name != "mixtral":
        return gradients
    split = {}
    for key, value in gradients.items():
        layer = key.split(".mlp.")[0] + ".block_sparse_moe"
        if key.endswith("experts.gate_up_proj"):
            for index, expert in enumerate(value):
                split[f"{layer}.experts.{index}.w1.weight"], split[f"{layer}.experts.{index}.w3.weight"] = expert.chunk(2)
        elif key.endswith("experts.down_proj"):
            split.update({f"{layer}.experts.{index}.w2.weight": expert for index, expert in enumerate(value)})
        else:
            split[key.replace("mlp.gate.weight", "block_sparse_moe.gate.weight")] = value
    return split


def train(model, batches):
    parameters = list(model.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": 0.1},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}], lr=0.01)
    losses = []
    for values in batches:
        optimizer.zero_grad()
        loss = forward(model, values)[1]
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def entry(tensor):
    tensor = torch.as_tensor(tensor)
    values = tensor.flatten().tolist()
    return {"shape": list(tensor.shape), "values": [float(f"{v:.8g}") if isinstance(v, float) else v for v in values]}


def case(name):
    folder = f"families/{name}"
    shutil.rmtree(folder, ignore_errors=True)
    model = make(name)
    model.save_pretrained(folder)
    if os.path.exists(f"{folder}/generation_config.json"):
        os.remove(f"{folder}/generation_config.json")
    generator = torch.Generator().manual_seed(7)
    batches = [batch(name, generator) for _ in range(STEPS)]
    logits, loss = forward(model, batches[0])
    loss.backward()
    gradients = file_names(name, {key: p.grad for key, p in model.named_parameters()})
    values = {key: entry(torch.stack([b[key] for b in batches])) for key in batches[0]}
    values["logits"] = entry(logits.detach())
    values.update({f"gradient.{key}": entry(value) for key, value in gradients.items()})
    values["losses"] = entry(train(model, batches))
    return values


def main():
    cases = {name: case(name) for name in sorted(MODELS)}
    origin = f"families.py, transformers {hf.__version__}, torch {torch.__version__}"
    with open("families.json", "w") as file:
        file.write('{\n"madeBy": ' + json.dumps(origin) + ',\n"cases": {\n')
        file.write(",\n".join(
            f"{json.dumps(name)}: {{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in values.items()) + "}"
            for name, values in cases.items()))
        file.write("\n}}\n")


main()
