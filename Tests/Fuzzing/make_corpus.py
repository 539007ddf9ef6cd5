#!/usr/bin/env python3
"""Makes the inputs that fuzzing starts from: Tests/Fuzzing/Corpus/<parser>/<name>.

Small and of every kind that a parser knows. A name that begins with `bad-` is of an input that must be refused, every other
of one that must be accepted. Needs nothing but Python; the files are kept, so that no test does.
"""

import gzip
import hashlib
import json
import pathlib
import struct

from corpus import compact, put
from tokenizer_corpus import tokenizers


def safetensors(tensors, metadata=None):
    table, data = ({"__metadata__": metadata} if metadata else {}), b""
    for name, dtype, shape, content in tensors:
        table[name] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    text = compact(table).encode()
    return struct.pack("<Q", len(text)) + text + data


def floats(*values):
    return struct.pack(f"<{len(values)}f", *values)


def formats():
    put("json", "values", '{"a":[1,-2,3.5e-2,18446744073709551615,true,false,null],"\\u00e9\\ud83d\\ude00":"x\\n\\u0000"}')
    put("json", "nested", "[" * 32 + "]" * 32)
    put("json", "many", compact({str(i): i for i in range(20)}))
    put("json", "bad-deep", "[" * 33 + "]" * 33)
    put("json", "bad-twice", '{"a":1,"a":2}')
    put("json", "bad-surrogate", '"\\ud800x"')
    put("json", "bad-number", "1e999")

    a, b = ("a", "F32", [2, 2], floats(1, 2, 3, 4)), ("b", "F16", [3], b"\x00\x3c\x00\x40\xff\x7b")
    c, d = ("c", "BF16", [1, 1], b"\x80\x3f"), ("d", "I64", [0, 5], b"")
    put("safetensors", "types", safetensors([a, b, c, d], {"format": "pt"}))
    put("safetensors", "scalar", safetensors([("x", "F32", [], floats(7))]))
    put("safetensors", "empty", safetensors([]))
    put("safetensors", "bad-hole", struct.pack("<Q", 54) + b'{"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}} \n' + b"ab")
    put("safetensors", "bad-length", struct.pack("<Q", 1 << 62) + b"{}")
    put("safetensors", "bad-product", safetensors([("a", "F32", [1 << 32, 1 << 32], b"")]))
    one, two = safetensors([a, c]), safetensors([b])
    files = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
    index = {"metadata": {"total_size": 24}, "weight_map": {"a": files[0], "c": files[0], "b": files[1]}}
    put("safetensors-folder", "two", compact(index), one, two)
    index["metadata"]["total_size"] = 24.0
    put("safetensors-folder", "size-as-float", compact(index), one, two)
    put("safetensors-folder", "bad-outside", compact({"weight_map": {"a": "../a.safetensors"}}), one)
    put("safetensors-folder", "bad-two-names", compact({"weight_map": {"a": "a\0.safetensors"}}), one)

    configurations = pathlib.Path(__file__).parent.parent / "Golden" / "families"
    for path in sorted(configurations.glob("*/config.json")):
        put("model-config", path.parent.name, compact(json.loads(path.read_text())))
    put("model-config", "bad-size", '{"model_type":"gpt2","n_embd":9223372036854775807,"n_head":1,"n_layer":1}')


def manifest():
    weights = floats(1, 2, 3, 4, 5, 6)
    model = safetensors([("0.weight", "F32", [3, 2], weights)])
    optimizer = safetensors([("adam.m/0.weight", "F32", [3, 2], weights)])
    names = ["model-00001-of-00001.safetensors", "optimizer-00001-of-00001.safetensors"]
    tensor = {"dtype": "F32", "shape": [3, 2]}
    value = {
        "files": [
            {"bytes": len(content), "name": name, "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in zip(names, [model, optimizer])
        ],
        "format_version": 1,
        "optimizer_state": [{"file": names[1], "name": "adam.m/0.weight", **tensor}],
        "parameters": [{"file": names[0], "name": "0.weight", **tensor}],
        "parameters_digest": hashlib.sha256(weights).hexdigest(),
        "training": {
            "configuration_fingerprint": "c0ffee",
            "model": {"kind": "mlp", "sizes": [2, 3]},
            "optimizer": "adam",
            "preprocessing": {"mean": [0.1, None]},
            "progress": {"batch_size": 64, "lanes": 4, "samples_seen": 128, "seed": 18446744073709551615, "step": 2},
            "state": {"best": -1.5e-7, "patient": True},
        },
    }

    def text(value):
        return json.dumps(value, indent=2, sort_keys=True) + "\n"

    put("manifest", "format-1", text(value), model, optimizer)
    put("manifest", "bad-format", text(value | {"format_version": 3}), model, optimizer)
    value["format_version"] = 2
    del value["parameters_digest"]
    put("manifest", "format-2", text(value), model, optimizer)
    value["parameters"][0]["file"] = "elsewhere.safetensors"
    put("manifest", "bad-file-not-listed", text(value), model, optimizer)
    value["parameters"][0]["file"] = names[0]
    put("manifest", "bad-file-twice", text(value | {"files": value["files"] + value["files"][:1]}), model, optimizer)
    value["files"][0]["name"] = "../folder/" + names[0]
    value["parameters"][0]["file"] = "../folder/" + names[0]
    put("manifest", "bad-file-outside", text(value), model, optimizer)
    value["files"][0]["name"] = value["parameters"][0]["file"] = names[0]
    for _ in range(600):
        value["training"]["state"] = [value["training"]["state"]]
    put("manifest", "bad-deep", json.dumps(value, sort_keys=True)[:1] + "\n" + json.dumps(value, sort_keys=True)[1:], model, optimizer)


def descriptions():
    def put_model(name, family, sizes, **options):
        put("model-description", name, compact({"architecture": {"family": family, "sizes": sizes}, **options}))

    common = {"vocabulary": 64, "layers": 2, "heads": 4, "width": 32, "dropout": 0}
    llama = common | {
        "context": 16, "keyValueHeads": 2, "headSize": 8, "hidden": 48, "rotaryBase": 10000, "epsilon": 1e-5, "tiesHead": False,
        "rotaryScaling": {"factor": 8, "lowFrequencyFactor": 1, "highFrequencyFactor": 4, "originalContext": 8}}
    options = {"recomputesBlocks": False, "frozen": {"patterns": ["*", "!head.*"]}, "classes": 2}
    adapters = options | {"adapters": {"rank": 2, "alpha": 4, "layers": {"patterns": ["blocks.*"]}}}
    put_model("gpt2", "gpt2", common | {"context": 16}, options=options)
    put_model("llama", "llama", llama, options=adapters)
    put_model("olmo2", "olmo2", {k: v for k, v in llama.items() if k not in ("headSize", "rotaryScaling")})
    put_model("mixture", "mixture", {"frame": llama, "experts": 4, "expertsPerToken": 2, "balanceCoefficient": 0.01})
    put_model("bert", "bert", common | {"context": 16, "segments": 2, "hidden": 64, "epsilon": 1e-12})
    put_model(
        "t5", "t5",
        {k: v for k, v in common.items() if k != "layers"}
        | {"encoderLayers": 1, "decoderLayers": 1, "headSize": 8, "hidden": 64, "buckets": 8, "maximumDistance": 16,
           "epsilon": 1e-6, "tiesHead": True})
    put_model("bad-heads", "gpt2", common | {"context": 16, "heads": 0})
    put_model("bad-width", "gpt2", common | {"context": 16, "width": 9223372036854775807, "heads": 1})
    put_model("bad-layers", "bert", common | {"context": 16, "segments": 2, "hidden": 64, "epsilon": 1e-12, "layers": 1000000000})
    put_model("bad-type", "llama", common)
    put_model("bad-rank", "gpt2", common | {"context": 16}, options=options | {"adapters": adapters["adapters"] | {"rank": 0}})


def idx(kind, shape, content):
    return bytes([0, 0, kind, len(shape)]) + b"".join(struct.pack(">I", n) for n in shape) + content


def datasets():
    images, labels = idx(8, [3, 2, 2], bytes(range(12))), idx(8, [3], bytes([0, 1, 2]))
    put("idx", "bytes", images, labels)
    put("idx", "compressed", gzip.compress(images, mtime=0), labels)
    put("idx", "floats", idx(13, [2, 1, 1], struct.pack(">2f", 0.5, -1)), idx(11, [2], struct.pack(">2h", 1, 0)))
    put("idx", "doubles", idx(14, [2, 1, 1], struct.pack(">2d", 0.5, -1)), idx(12, [2], struct.pack(">2i", 1, 0)))
    put("idx", "bad-shape", idx(8, [1 << 31, 1 << 31, 1 << 31], b""), labels)
    put("idx", "bad-nan", idx(13, [2, 1, 1], struct.pack(">2f", 0.5, float("nan"))), idx(8, [2], b"\0\1"))

    put("csv", "numbers", "a,b,label\n1,2.5,0\n-3e-2,4,1\n")
    put("csv", "names", '"x ""y""",k\r\n1,"caf\u00e9"\r\n\r\n 2 ,tea\r\n')
    put("csv", "announced", "2,2,setosa,virginica\n1,2,0\n3,4,1\n")
    put("csv", "marked", b"\xef\xbb\xbf1,2,3\n4,5,6\n")
    put("csv", "bad-quote", '1,"2\n')
    put("csv", "bad-row", "1,2\n3\n")
    put("csv", "bad-infinite", "1,0\n1e39,1\n")

    text = gzip.compress(b"Once upon a time.\n" * 20, mtime=0)
    put("gzip", "one", text)
    put("gzip", "members", text + gzip.compress(b"", mtime=0) + text)
    put("gzip", "plain", "no gzip")
    put("gzip", "bad-short", text[:20])
    put("gzip", "bad-behind", text + b"!")
    put("gzip", "bad-announced", text[:-4] + b"\xff\xff\xff\x7f")

    put("jsonl", "lines", '{"text":"Once"}\n\n{"text":"upon \\u00e9","n":[1,{"a":null}]}\n')
    put("jsonl", "bad-field", '{"texts":"Once"}\n')
    put("jsonl", "bad-line", '["text"]\n')
    task = {"instruction": "Add.", "input": "1 2", "output": "3"}
    put("instructions", "array", compact([task, {"instruction": "Go", "output": ""}]))
    put("instructions", "lines", compact(task) + "\n" + compact(task))
    put("instructions", "bad-number", '[{"instruction":1,"output":""}]')
    put("labelled-text", "lines", "ham\tHello\nspam\tWin!\r\n\nham\t\n")
    put("labelled-text", "bad-tab", "ham Hello\n")
    put("labelled-table", "table", 'text,label\n"a, ""b""",x\nc,y\n')
    put("labelled-table", "bad-columns", "text,text\na,b\n")

    tokens = struct.pack("<6H", 1, 2, 3, 65535, 0, 7)
    header = struct.pack("<3I", 20240520, 1, 6) + bytes(1012)
    wide = struct.pack("<3I", 20240801, 7, 2) + bytes(1012) + struct.pack("<2I", 1, 4294967295)
    put("token-file", "nanogpt", tokens)
    put("token-file", "llmc", header + tokens)
    put("token-file", "llmc-wide", wide)
    put("token-file", "bad-count", struct.pack("<3I", 20240520, 1, 4294967295) + bytes(1012) + tokens)
    put("token-file", "bad-odd", tokens[:-1])
    index = {
        "version": 1, "vocabulary": 70000, "dtype": "uint16", "tokenizer_fingerprint": "ab", "documents": 2, "bytes": 9,
        "shards": [{"file": "train.bin", "tokens": 6}, {"file": "val.bin", "tokens": 6}],
    }
    put("token-folder", "two", compact(index), tokens, header + tokens)
    put("token-folder", "bad-shard", compact(index | {"shards": []}), tokens, tokens)


def settings():
    put("configuration", "least", "model: {kind: mlp, hidden: [8]}\ndata: {kind: digits}\n")
    put(
        "configuration", "mlp",
        "# a perceptron\nmodel:\n  kind: mlp\n  hidden: [256, 128]\n  activation: relu\ndata:\n  kind: csv\n  path: 'a b.csv'\n"
        "  label: last\n  test: 0.2\ntraining:\n  epochs: 40\n  batch: 16\n  seed: 7\n  log_every: 100\noptimizer:\n  kind: adam\n"
        "  learning_rate: 0.002\n  schedule: { kind: cosine, warmup: 20 }\ncheckpoint:\n  every: 1000\n")
    put(
        "configuration", "gpt",
        'model:\n  kind: gpt\n  layers: 2\n  heads: 2\n  width: 32\ndata:\n  kind: text\n  path: "x\\u00e9.txt"\n  context: 16\n'
        "training:\n  steps: 10\n  clip_norm: 1.0\n")
    put("configuration", "bad-alias", "model: &m {kind: mlp}\ndata: *m\n")
    put("configuration", "bad-bomb", "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n")
    put("configuration", "bad-deep", "[" * 20 + "]" * 20)
    put("configuration", "bad-keys", "".join(f"k{i}: 1\n" for i in range(300)))
    put("configuration", "bad-tag", "model: !!python/object:os.system x\n")
    report = {"beats": 7, "host": "a", "phase": "computing", "process": 12, "rank": 0, "step": 3, "asked_to_end": False}
    put("rank-report", "line", compact({"revoada_rank": report}) + " " * 60 + "\n")
    put("rank-report", "last-words", compact({"revoada_rank": report | {"saved": 2, "last_words": "\u00e9"}}))
    put("rank-report", "bad-phase", compact({"revoada_rank": report | {"phase": "asleep"}}))
    put("hostfile", "bad-name", "a;reboot\n")
    put("hostfile", "slots", "a slots=2 # one\n\nb:3\nc\n")
    put("hostfile", "bad-option", "-oProxyCommand=x\n")
    put("hostfile", "bad-twice", "a\na\n")


for make in (formats, manifest, descriptions, datasets, tokenizers, settings):
    make()
