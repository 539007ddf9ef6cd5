"""The inputs for the readers of tokenizers; make_corpus.py writes them with all others."""

import base64
import json
import struct

from corpus import compact, put


def tokenizer(model, **parts):
    return compact({"version": "1.0", "added_tokens": [], **parts, "model": model})


def added(content, number, **more):
    return {"id": number, "content": content, "special": True, **more}


def tokenizers():
    put_json = lambda name, *files: put("tokenizer-json", name, *files)
    letters = {c: i for i, c in enumerate("Thecaf'12Ġ!")}
    merged = letters | {"he": 11, "The": 12, "<|endoftext|>": 13}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True}
    put_json(
        "byte-level",
        tokenizer(
            {"type": "BPE", "vocab": merged, "merges": ["h e", ["T", "he"]]}, pre_tokenizer=byte_level, decoder=byte_level,
            added_tokens=[added("<|endoftext|>", 13)]),
        compact({"add_bos_token": True, "bos_token": "<|endoftext|>", "eos_token": {"content": "<|endoftext|>"}}))
    put_json("characters", tokenizer({"type": "BPE", "vocab": {"a": 0, "é": 1, "<0xFF>": 2}, "merges": []}))
    spaces = {"type": "Sequence", "normalizers": [
        {"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]}
    back = {"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}
    put_json(
        "llama",
        tokenizer(
            {"type": "BPE", "vocab": {"<unk>": 0, "<s>": 1, "</s>": 2, "▁": 3, "T": 4, "h": 5, "▁T": 6, "<0x0A>": 7},
             "merges": ["▁ T"], "byte_fallback": True, "fuse_unk": True, "unk_token": "<unk>"},
            normalizer=spaces, decoder=back, added_tokens=[added("<s>", 1), added("</s>", 2, rstrip=True, lstrip=True)],
            post_processor={"type": "TemplateProcessing", "single": [
                {"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}}))
    put_json(
        "wordpiece",
        tokenizer(
            {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
             "vocab": {"[UNK]": 0, "[CLS]": 1, "[SEP]": 2, "the": 3, "caf": 4, "##e": 5, "'": 6, "don": 7, "t": 8}},
            normalizer={"type": "BertNormalizer"}, pre_tokenizer={"type": "BertPreTokenizer"},
            post_processor={"type": "BertProcessing", "sep": ["[SEP]", 2], "cls": ["[CLS]", 1]},
            decoder={"type": "WordPiece", "prefix": "##", "cleanup": True},
            added_tokens=[added("[CLS]", 1), added("x", 9, single_word=True, normalized=True)]))
    # One unit that leads nowhere, and a replacement.
    table = struct.pack("<I", 8) + struct.pack("<2I", 1 << 10, 0) + b"fi\0"
    metaspace = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True}
    put_json(
        "unigram",
        tokenizer(
            {"type": "Unigram", "unk_id": 0, "byte_fallback": False,
             "vocab": [["<unk>", 0.0], ["</s>", 0.0], ["▁", -2.5], ["▁The", -3.25], ["e", -4.0], ["café", -1e300]]},
            normalizer={"type": "Sequence", "normalizers": [
                {"type": "Precompiled", "precompiled_charsmap": base64.b64encode(table).decode()},
                {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": "▁"}, {"type": "Strip"},
                {"type": "Lowercase"}]},
            pre_tokenizer={"type": "Sequence", "pretokenizers": [
                {"type": "WhitespaceSplit"}, metaspace, {"type": "Digits", "individual_digits": True},
                {"type": "Punctuation"}]},
            decoder=metaspace, added_tokens=[added("</s>", 1)],
            post_processor={"type": "TemplateProcessing", "single": [
                {"Sequence": {"id": "A"}}, {"SpecialToken": {"id": "</s>"}}], "special_tokens": {"</s>": {"ids": [1]}}}))
    bpe = {"type": "BPE", "vocab": {"a": 0}, "merges": []}
    put_json("bad-far-id", tokenizer(bpe | {"vocab": {"a": 16777215}}))
    put_json("bad-far-added", tokenizer(bpe, normalizer={"type": "Lowercase"}, added_tokens=[added("b", 16777215)]))
    put_json("bad-frame", tokenizer(bpe, normalizer={"type": "Lowercase"}, post_processor={
        "type": "BertProcessing", "sep": ["s", 77], "cls": ["c", 78]}))
    double = {"type": "Replace", "pattern": {"String": "a"}, "content": "aaaaaaaa"}
    put_json("bad-growth", tokenizer(
        bpe, normalizer={"type": "Sequence", "normalizers": [double] * 20}, added_tokens=[added("a", 1, normalized=True)]))
    put_json("bad-growth-decoding", tokenizer(
        bpe | {"unk_token": "a"}, normalizer={"type": "Lowercase"},
        decoder={"type": "Sequence", "decoders": [double] * 20}))
    put_json("bad-mark", tokenizer(bpe, pre_tokenizer=metaspace | {"replacement": " " * 9}))
    put_json("bad-frame-size", tokenizer(bpe, normalizer={"type": "Lowercase"}, post_processor={
        "type": "TemplateProcessing", "single": [{"Sequence": {}}] + [{"SpecialToken": {"id": "a"}}] * 40,
        "special_tokens": {"a": {"ids": [0] * 40}}}))

    put("vocabulary-and-merges", "gpt2", compact(merged), "#version: 0.2\nh e\r\nT he\n")
    put("vocabulary-and-merges", "bad-merge", compact(letters), "h e\n")
    pieces = [(b"<unk>", 0), (b"\n<s>\n", 0), (b"\n</s>\n", 0)] + [(f"<0x{i:02X}>".encode(), 0) for i in range(256)]
    pieces += [(b" ", -9), (b"T", -9), (b"h", -8), (b" T", -1), (b"caf\xc3\xa9", -2)]
    llama2c = struct.pack("<i", 9) + b"".join(struct.pack("<fi", score, len(p)) + p for p, score in pieces)
    put("llama2c-tokenizer", "bytes", llama2c)
    put("llama2c-tokenizer", "bad-length", llama2c + struct.pack("<fi", 0, 1 << 30))
    put("token-ids", "ids", "1 22\t333\n50256\r\n")
    put("token-ids", "bad-id", "50257")
