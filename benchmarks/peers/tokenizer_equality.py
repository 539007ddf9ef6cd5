"""Holds `revoada tokenizer` against the libraries `tokenizers` and `tiktoken`: the same tokens of every text, and the text again?

    python benchmarks/peers/tokenizer_equality.py [--binary FILE] [--gpt2 FOLDER] [--vocabulary N] TEXT...

Needs the packages tokenizers and tiktoken. FOLDER has GPT-2's encoder.json and vocab.bpe. The other tokenizers are those of
Tests/Golden/tokenizer_cases.py, trained anew on the beginnings of the TEXTs; one more is trained by `revoada tokenizer train`, and its
vocabulary is compared with what the library learns. Ends with 1 where anything differs.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import tiktoken
import tiktoken.load
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

TOP = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(TOP / "Tests" / "Golden"))
import tokenizer_cases  # noqa: E402

END = "<|endoftext|>"


def main():
    options = arguments()
    given = [(path.name, path.read_bytes()) for path in options.texts]
    readable = [(name, content.decode()) for name, content in given if is_utf8(content)]
    rows, trials = [], readable + made_up_texts()
    with tempfile.TemporaryDirectory(prefix="revoada-tokens-") as name:
        folder = pathlib.Path(name)
        for peer in peers(options, folder, "\n".join(text[:50_000] for _, text in readable)):
            for text_name, text in trials:
                rows.append(peer.compare(options.binary, text_name, text))
                tell(rows[-1])
            for text_name, content in given + [invalid_bytes()]:
                if peer.keeps_bytes and not is_utf8(content):
                    rows.append(peer.round_trip(options.binary, text_name, content))
                    tell(rows[-1])
        rows.append(compare_training(options, folder, [path for path in options.texts if is_utf8(path.read_bytes())]))
        tell(rows[-1])
    failures = sum("no" in row for row in rows)
    print(f"{len(rows)} comparisons, {failures} of them unequal")
    sys.exit(1 if failures else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", type=pathlib.Path, metavar="TEXT")
    parser.add_argument("--binary", type=pathlib.Path, default=TOP / ".build" / "release" / "revoada")
    parser.add_argument("--gpt2", type=pathlib.Path, metavar="FOLDER")
    parser.add_argument("--vocabulary", type=int, default=1000, help="tokens of the trained vocabulary")
    options = parser.parse_args()
    print(line("tokenizer", "text", "tokens", "equal to", "", "text again"))
    return options


class Peer:
    """A tokenizer on both sides: a file that `revoada` reads, and functions of a library."""

    def __init__(self, name, library, path, encode, decode, keeps_bytes):
        self.name, self.library, self.path, self.encode, self.decode = name, library, path, encode, decode
        self.keeps_bytes = keeps_bytes

    def compare(self, binary, text_name, text):
        theirs = self.encode(text)
        ours = encoded(binary, self.path, text.encode())
        again = decoded(binary, self.path, theirs) == self.decode(theirs).encode()
        return self.name, text_name, str(len(ours)), self.library, answer(ours == theirs), answer(again)

    def round_trip(self, binary, text_name, content):
        ids = encoded(binary, self.path, content)
        return self.name, text_name, str(len(ids)), "-", "", answer(decoded(binary, self.path, ids) == content)


def peers(options, folder, corpus):
    if options.gpt2:
        yield gpt2_of_tiktoken(options.gpt2)
        yield gpt2_of_tokenizers(options.gpt2)
    tokenizer_cases.CORPUS = corpus
    for name, make in tokenizer_cases.TOKENIZERS.items():
        path = folder / f"{name}.json"
        make().save(str(path))
        yield of_tokenizers(name, Tokenizer.from_file(str(path)), path, name in ("byte-level-bpe", "llama3"))


def gpt2_of_tiktoken(folder):
    encoding = gpt2_encoding(folder)
    return Peer(
        "gpt2", "tiktoken", folder, lambda text: encoding.encode(text, allowed_special="all"), encoding.decode, True)


def gpt2_encoding(folder):
    ranks = tiktoken.load.data_gym_to_mergeable_bpe_ranks(str(folder / "vocab.bpe"), str(folder / "encoder.json"))
    # The pattern as tiktoken itself has it: the same words as the published one, found with less looking back.
    pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
    return tiktoken.Encoding("gpt2", pat_str=pattern, mergeable_ranks=ranks, special_tokens={END: len(ranks)})


def gpt2_of_tokenizers(folder):
    tokenizer = Tokenizer(models.BPE.from_file(str(folder / "encoder.json"), str(folder / "vocab.bpe")))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([END])
    # tiktoken's round already had the bytes that are no UTF-8.
    return of_tokenizers("gpt2", tokenizer, folder, False)


def of_tokenizers(name, tokenizer, path, keeps_bytes):
    return Peer(
        name, "tokenizers", path, lambda text: tokenizer.encode(text, add_special_tokens=False).ids,
        lambda ids: tokenizer.decode(ids, skip_special_tokens=False), keeps_bytes,
    )  # fmt: skip


def compare_training(options, folder, paths):
    """Vocabulary and merges learned here against those of the library's trainer, on the same files."""
    trained = folder / "trained.json"
    subprocess.run(
        [options.binary, "tokenizer", "train", *paths, "--vocabulary", str(options.vocabulary), "--output", trained],
        check=True, capture_output=True,
    )  # fmt: skip
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    theirs.train_from_iterator(
        [path.read_bytes().decode() for path in paths],
        trainers.BpeTrainer(
            vocab_size=options.vocabulary, special_tokens=[END], show_progress=False,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))  # fmt: skip
    ours = json.loads(trained.read_text())["model"]
    model = json.loads(theirs.to_str())["model"]
    merges = [pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"]]
    is_equal = ours["vocab"] == model["vocab"] and ours["merges"] == merges
    return "trained here", "all texts", str(len(model["vocab"])), "tokenizers", answer(is_equal), ""


# Texts


def made_up_texts():
    source = random.Random(20)
    any_scalar = [c for c in range(0x110000) if not 0xD800 <= c < 0xE000]
    mixed = list("aeiouãçéôst  \n'’.,!?0123456789") + [chr(c) for c in (0x1F426, 0x1F3FD, 0x200D, 0xFE0F, 0x301, 0xA0)]
    words = "don't I'll we've 12345 coração, «não» 👩‍👩‍👧 日本 <|endoftext|> it's  \t\n".split(" ")
    return [
        ("the cases' texts", "\n".join(tokenizer_cases.TEXTS + tokenizer_cases.MORE_TEXTS)),
        ("emoji", "🐦👩‍👩‍👧‍👦🇵🇹🇧🇷👍🏽❤️🕊️ 🏳️‍🌈🫠🪿 " * 50),
        ("line ends CRLF", "".join(source.choice(words) + source.choice(["\r\n", " ", "\r", "\n\n"]) for _ in range(5000))),
        ("random, all of Unicode", "".join(chr(source.choice(any_scalar)) for _ in range(20_000))),
        ("random, first plane", "".join(chr(source.randrange(0x20, 0xD800)) for _ in range(20_000))),
        ("random, Latin and signs", "".join(source.choice(mixed) for _ in range(50_000))),
        ("random, below U+0250", "".join(chr(source.randrange(0x250)) for _ in range(50_000))),
        ("a long word", "abcdefgh" * 5000),
        ("a long space", " " * 5000 + "\n" * 3000 + "x"),
        ("nothing", ""),
    ]


def invalid_bytes():
    return "random bytes", random.Random(21).randbytes(50_000)


def is_utf8(content):
    try:
        content.decode()
        return True
    except UnicodeDecodeError:
        return False


# Our side


def encoded(binary, path, text):
    command = [binary, "tokenizer", "encode", "--tokenizer", path]
    return [int(word) for word in subprocess.run(command, input=text, check=True, capture_output=True).stdout.split()]


def decoded(binary, path, ids):
    command = [binary, "tokenizer", "decode", "--tokenizer", path]
    text = " ".join(map(str, ids)).encode()
    return subprocess.run(command, input=text, check=True, capture_output=True).stdout


def answer(is_equal):
    return "yes" if is_equal else "no"


def line(tokenizer, text, tokens, library, is_equal, again):
    return f"{tokenizer:15}  {text:26}  {tokens:>8}  {library:10}  {is_equal:3}  {again}".rstrip()


def tell(row):
    print(line(*row), flush=True)


if __name__ == "__main__":
    main()
