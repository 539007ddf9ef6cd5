"""Times `revoada bench tokenizer` beside tiktoken, one thread each, block by block in alternation.

    python benchmarks/peers/tokenizer_speed.py --gpt2 FOLDER [--binary FILE] [--rounds N] TEXT...

FOLDER has GPT-2's encoder.json and vocab.bpe. tiktoken is asked for a NumPy array, which is quicker than its list.
"""

import argparse
import json
import pathlib
import statistics
import subprocess

from blocks import calls_per_block, seconds_per_call
from tokenizer_equality import TOP, gpt2_encoding


def main():
    options = arguments()
    encoding = gpt2_encoding(options.gpt2)
    command = [options.binary, "bench", "tokenizer", "--alternate", "--tokenizer", options.gpt2, *options.texts]
    ours = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    workloads = json.loads(ours.stdout.readline())["workloads"]
    print(f"{'text':20}  {'tokens':>7}  {'tiktoken/Revoada':>16}  {'quartiles':>14}  {'Revoada':>20}  {'tiktoken':>9}")
    for index, workload in enumerate(workloads):
        path = pathlib.Path(workload["parameters"]["text"])
        text = path.read_bytes().decode()
        pairs = alternate(options.rounds, ours, index, lambda: encoding.encode_to_numpy(text, allowed_special="all"))
        tokens = workload["parameters"]["tokens"]
        assert tokens == len(encoding.encode(text, allowed_special="all")), f"{path}: other tokens than tiktoken's"
        tell(path.name, tokens, workload["parameters"]["bytes"], pairs)
    ours.stdin.close()
    ours.wait()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", nargs="+", type=pathlib.Path, metavar="TEXT")
    parser.add_argument("--gpt2", type=pathlib.Path, metavar="FOLDER", required=True)
    parser.add_argument("--binary", type=pathlib.Path, default=TOP / ".build" / "release" / "revoada")
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def alternate(rounds, ours, index, call):
    """Seconds of a call, ours and theirs, in each round; the sides take turns at leading."""

    def our_block():
        ours.stdin.write(f"{index}\n")
        ours.stdin.flush()
        return float(ours.stdout.readline())

    calls = calls_per_block(call)
    our_block()
    pairs = []
    for number in range(rounds):
        if number % 2 == 0:
            pairs.append((our_block(), seconds_per_call(call, calls)))
        else:
            theirs = seconds_per_call(call, calls)
            pairs.append((our_block(), theirs))
    return pairs


def tell(name, tokens, size, pairs):
    low, ratio, high = statistics.quantiles([theirs / ours for ours, theirs in pairs], n=4, method="inclusive")
    seconds, their_seconds = (statistics.median(side) for side in zip(*pairs))
    speed = f"{1e3 * seconds:.1f} ms {size / seconds / 1e6:.1f} MB/s"
    print(
        f"{name:20}  {tokens:7}  {ratio:16.2f}  {f'{low:.2f} to {high:.2f}':>14}  {speed:>20}  {1e3 * their_seconds:6.1f} ms")


if __name__ == "__main__":
    main()
