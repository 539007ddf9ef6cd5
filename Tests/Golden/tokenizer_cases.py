"""Writes tokenizer_cases.json: texts and the tokens that `tokenizers` makes of them, and the tokenizers in tokenizers/.

    .venv-peers/bin/python Tests/Golden/tokenizer_cases.py

`cases`: the name of a tokenizer, a text, its `ids` (no special tokens added), what they are `decoded` to, and once for
each tokenizer the ids `framed` by special tokens. A tokenizer that is not in tokenizers/ is trained, on
tokenizers/corpus.txt, which was written for this; some come out another way each time, so one that is there stays.

    byte-level-bpe    GPT-2's kind, 500 tokens
    llama3            byte-level BPE with the pattern of cl100k, whole words that are tokens, <|begin_of_text|> in front
    llama2            BPE over characters with tokens for bytes, a visible space put in front by the normaliser
    metaspace         the same with the visible space from the pre-tokeniser, and unknown characters instead of bytes
    wordpiece         BERT's kind, lower case
    wordpiece-cased   the same, case and accents kept
    wordpiece-digits  the same words, cut around every digit and every sign as well
    wordpiece-numbers cut around numbers, with white space left in the words
    unigram           T5's kind, with a table of characters and sentinels
    unigram-bytes     the same with tokens for bytes, spaces collapsed by the normaliser
"""

import base64
import json
import pathlib
import struct

import tokenizers
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

FOLDER = pathlib.Path(__file__).parent / "tokenizers"
CORPUS = (FOLDER / "corpus.txt").read_text()

TEXTS = [
    "",
    " ",
    "The birds didn't say it's they'll they're I'd we've I'm can't 'Quoted' ''s 'S",
    "A revoada voou: ação, coração, à beira-mar, São João, «É» – “não”…",
    "tabs\tand\t\tmore\r\nlines\r\n\r\n  indented   \n\n\n end  ",
    "   three spaces\u00a0\u00a0no-break\u3000wide\u2028line\u0085next\x0bvt\x0cff",
    "1 12 123 1234 12345.678 ½ ² Ⅷ ٣٤ 五 x1y2",
    "🐦👩‍👩‍👧‍👦🇵🇹🇧🇷👍🏽❤️🕊️",
    "naïve nai\u0308ve ﬁne Å Å ǅ ß İ ſ",
    "日本語のテキスト 한국어 ภาษาไทย हिन्दी عربى עברית",
    "<|endoftext|>The end<|endoftext|> <|endoftext|",
    "birds" * 40 + " " * 40 + "-" * 40 + "\n" * 5,
    "def f(x):\n\treturn x**2 # ok?!\n",
    "\ue000\U000f0000\u0378\ufffd\ufeff\u200b\u200d\u0301",
]

# For all but the first tokenizer, whose cases are older.
MORE_TEXTS = [
    "'S IT'LL they'Re 'ſa, x'ﬅ\r\n\r\n!?\r\n …\n\n 123456 \n \n x",
    "<s>a</s> b <unk> [MASK] [MASK][CLS]c <extra_id_0>  <extra_id_1>.<|begin_of_text|>d</s",
    "Tok tok TOK toktok Tok. ação-Tok single singles single, xsingle  RIGHT   left  LEFT  ",
    "▁The▁birds ▁ ▁▁ <0x41><0x0A>",
    "ﬁﬁ\u0301 ①② e\u0301e\u0301 \u212bx \u1100\u1161 \u0600a",
    "don't do not, it's he 've we 're \" ' quoted ' . ? ! x",
]


def byte_level_bpe():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        special_tokens=["<|endoftext|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator([CORPUS], trainer)
    return tokenizer


def llama3():
    tokenizer = Tokenizer(models.BPE(ignore_merges=True))
    pattern = (
        r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(pattern), "isolated"),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
    ])
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(
        [CORPUS], trainers.BpeTrainer(vocab_size=400, initial_alphabet=alphabet, show_progress=False))
    # A word that no merges make, as Llama 3's vocabulary has some.
    model = json.loads(tokenizer.to_str())
    model["model"]["vocab"]["Ġtoktok"] = tokenizer.get_vocab_size()
    tokenizer = Tokenizer.from_str(json.dumps(model))
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>"])
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(
            single="<|begin_of_text|> $A",
            pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
            special_tokens=[("<|begin_of_text|>", tokenizer.token_to_id("<|begin_of_text|>"))],
        ),
    ])
    return tokenizer


def character_bpe(with_bytes):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator([CORPUS], trainers.BpeTrainer(vocab_size=250, show_progress=False))
    trained = json.loads(tokenizer.to_str())["model"]
    first = ["<unk>", "<s>", "</s>"] + ([f"<0x{byte:02X}>" for byte in range(256)] if with_bytes else [])
    names = first + sorted(trained["vocab"], key=trained["vocab"].get)
    vocabulary = {name: index for index, name in enumerate(names)}
    merges = [tuple(pair) for pair in trained["merges"]]
    return Tokenizer(
        models.BPE(vocabulary, merges, unk_token="<unk>", fuse_unk=with_bytes, byte_fallback=with_bytes))


def llama2():
    tokenizer = character_bpe(with_bytes=True)
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    tokenizer.add_special_tokens(["<unk>", "<s>", "</s>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", 1)])
    return tokenizer


def metaspace():
    tokenizer = character_bpe(with_bytes=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="first", split=False)
    tokenizer.add_special_tokens(["<s>", "</s>"])
    return tokenizer


def wordpiece(lowercase):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=30))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece(cleanup=lowercase)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", AddedToken("[MASK]", lstrip=True, special=True)]
    trainer = trainers.WordPieceTrainer(vocab_size=350, special_tokens=special, show_progress=False)
    tokenizer.train_from_iterator([CORPUS], trainer)
    tokenizer.add_tokens([
        AddedToken("Tok", normalized=True),
        AddedToken("single", single_word=True, normalized=False),
        AddedToken("RIGHT", rstrip=True, normalized=False),
        AddedToken("LEFT", lstrip=True, normalized=True),
    ])
    ids = {name: tokenizer.token_to_id(name) for name in ["[CLS]", "[SEP]"]}
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=list(ids.items()))
    return tokenizer


def wordpiece_with_numbers(pre_tokenizer):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=40))
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.WordPiece(cleanup=False)
    trainer = trainers.WordPieceTrainer(
        vocab_size=300, special_tokens=["[UNK]", "[CLS]"], initial_alphabet=list(" 0123456789½٣"), show_progress=False)
    tokenizer.train_from_iterator([CORPUS], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    return tokenizer


def character_table(replacements):
    """SentencePiece's precompiled_charsmap: a double array over the bytes of the keys, then what replaces them."""
    blob = b""
    root = {}
    for key, value in replacements.items():
        node = root
        for byte in key.encode():
            node = node.setdefault(byte, {})
        node[None] = len(blob)
        blob += value.encode() + b"\0"
    units = {0: 0}
    taken = {0}

    def place(node, position):
        labels = [0 if label is None else label for label in node]
        offset = next(base for base in range(1, 1 << 20) if all(base ^ label not in taken for label in labels))
        # The children of a node are at its own place, less its label, XOR its offset.
        taken.update(offset ^ label for label in labels)
        relative = position ^ offset
        assert relative < 1 << 21
        units[position] = units.get(position, 0) | relative << 10 | (1 << 8 if None in node else 0)
        for label, child in node.items():
            if label is None:
                units[offset] = child | 1 << 31
            else:
                units[offset ^ label] = label
                place(child, offset ^ label)

    place(root, 0)
    array = [units.get(index, 0) for index in range(max(units) + 256)]
    return struct.pack("<I", 4 * len(array)) + struct.pack(f"<{len(array)}I", *array) + blob


CHARACTERS = character_table({
    "ﬁ": "fi", "①": "1", "②": "2", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "e\u0301": "é",
    "\u212b": "Å", "\u1100\u1161": "\uac00", "\u200b": "", "…": "...", "½": "1/2", "\u0085": " ",
})


def unigram(with_bytes):
    tokenizer = Tokenizer(models.Unigram())
    table = normalizers.Precompiled(CHARACTERS)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace(prepend_scheme="always")])
    special = ["<pad>", "</s>", "<unk>"]
    trainer = trainers.UnigramTrainer(vocab_size=330, special_tokens=special, unk_token="<unk>", show_progress=False)
    tokenizer.train_from_iterator([CORPUS], trainer)
    trained = json.loads(tokenizer.to_str())["model"]
    vocabulary = [tuple(entry) for entry in trained["vocab"]]
    if with_bytes:
        vocabulary += [(f"<0x{byte:02X}>", -20.0) for byte in range(256)]
    split = tokenizer.pre_tokenizer
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=2, byte_fallback=with_bytes))
    if with_bytes:
        tokenizer.normalizer = normalizers.Sequence(
            [table, normalizers.Strip(left=False, right=True), normalizers.Replace(Regex(" {2,}"), "▁")])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=True)
        tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace()])
    else:
        tokenizer.normalizer = table
        tokenizer.pre_tokenizer = split
        tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(special + ["<extra_id_1>", "<extra_id_0>"])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


TOKENIZERS = {
    "byte-level-bpe": byte_level_bpe,
    "llama3": llama3,
    "llama2": llama2,
    "metaspace": metaspace,
    "wordpiece": lambda: wordpiece(lowercase=True),
    "wordpiece-cased": lambda: wordpiece(lowercase=False),
    "wordpiece-digits": lambda: wordpiece_with_numbers(
        pre_tokenizers.Sequence([
            pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation(), pre_tokenizers.Digits(individual_digits=True)
        ])),
    "wordpiece-numbers": lambda: wordpiece_with_numbers(pre_tokenizers.Digits(individual_digits=False)),
    "unigram": lambda: unigram(with_bytes=False),
    "unigram-bytes": lambda: unigram(with_bytes=True),
}


def main():
    cases = []
    for name, make in TOKENIZERS.items():
        file = FOLDER / f"{name}.json"
        is_first = name == "byte-level-bpe"
        if not file.exists():
            make().save(str(file), pretty=is_first)
        tokenizer = Tokenizer.from_file(str(file))
        for index, text in enumerate(TEXTS if is_first else TEXTS + MORE_TEXTS):
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            decoded = tokenizer.decode(ids, skip_special_tokens=False)
            case = {"tokenizer": name, "text": text, "ids": ids, "decoded": decoded}
            if index == 2:
                case["framed"] = tokenizer.encode(text).ids
            cases.append(case)
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=False) for case in cases)
    made_by = f"tokenizer_cases.py, tokenizers {tokenizers.__version__}"
    text = f'{{\n  "madeBy": "{made_by}",\n  "cases": [\n{lines}\n  ]\n}}\n'
    (FOLDER.parent / "tokenizer_cases.json").write_text(text)


if __name__ == "__main__":
    main()
