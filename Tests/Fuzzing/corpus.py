"""Where the inputs that fuzzing starts from lie: Tests/Fuzzing/Corpus/<parser>/<name>."""

import json
import pathlib

ROOT = pathlib.Path(__file__).parent / "Corpus"
NEXT = b"\n=== next file ===\n"


def put(parser, name, *files):
    files = [f.encode() if isinstance(f, str) else f for f in files]
    path = ROOT / parser / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(NEXT.join(files))


def compact(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
