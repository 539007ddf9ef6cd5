"""Writes tokenizer_cases.json: texts and the tokens that `tokenizers` makes of them, and the tokenizers in tokenizers/.

    .venv-peers/bin/python Tests/Golden/tokenizer_cases.py

`cases`: the name of a tokenizer, a text, its `ids` (no special tokens added) and what they are `decoded` to. The
tokenizers are trained here, on tokenizers/corpus.txt, which was written for this.

    byte-level-bpe    GPT-2's kind, 500 tokens
"""

import json
import pathlib

import tokenizers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

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


def main():
    cases = []
    for name, tokenizer in {"byte-level-bpe": byte_level_bpe()}.items():
        tokenizer.save(str(FOLDER / f"{name}.json"))
        for text in TEXTS:
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            decoded = tokenizer.decode(ids, skip_special_tokens=False)
            cases.append({"tokenizer": name, "text": text, "ids": ids, "decoded": decoded})
    lines = ",\n".join("    " + json.dumps(case, ensure_ascii=False) for case in cases)
    made_by = f"tokenizer_cases.py, tokenizers {tokenizers.__version__}"
    text = f'{{\n  "madeBy": "{made_by}",\n  "cases": [\n{lines}\n  ]\n}}\n'
    (FOLDER.parent / "tokenizer_cases.json").write_text(text)


main()
