"""Writes gpt2_ids.json: a text, and its tokens in GPT-2's vocabulary by tiktoken.

    python Tests/Golden/gpt2_ids.py FOLDER

FOLDER has GPT-2's encoder.json and vocab.bpe, which are not kept here: the test reads them from the folder that
REVOADA_GPT2_VOCABULARY names, and is left out without.
"""

import json
import pathlib
import sys

import tiktoken
import tiktoken.load

TEXT = """A revoada passou: 1.234 andorinhas, não 99, sobre o rio — e ninguém olhou!
They'll say it's late; we've seen 2026's first storm. I'd wait, wouldn't you?
\tcoração = "🐦👩‍👩‍👧🇵🇹"  # São João, 37°C…\r\n\r\n   日本語 naïve ﬁne ½ Ⅷ<|endoftext|>DON'T   stop
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    ranks = tiktoken.load.data_gym_to_mergeable_bpe_ranks(str(folder / "vocab.bpe"), str(folder / "encoder.json"))
    encoding = tiktoken.Encoding(
        "gpt2", mergeable_ranks=ranks, special_tokens={"<|endoftext|>": len(ranks)},
        pat_str=r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    )  # fmt: skip
    golden = {
        "madeBy": f"gpt2_ids.py, tiktoken {tiktoken.__version__}",
        "text": TEXT,
        "ids": encoding.encode(TEXT, allowed_special="all"),
    }
    path = pathlib.Path(__file__).with_name("gpt2_ids.json")
    path.write_text(json.dumps(golden, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
