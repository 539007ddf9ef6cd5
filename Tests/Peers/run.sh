#!/usr/bin/env bash
# Holds every family of language models against its reference in transformers: `make test-peers`.
#
# Makes a virtual environment in .build/peers at first; REVOADA_PEERS_PYTHON=/path/to/python uses one that is there and has
# torch, transformers and safetensors. Arguments go to compare.py: part of a case's name to try that one only.
set -euo pipefail
cd "$(dirname "$0")/../.."
program=.build/debug/model-peers

python=${REVOADA_PEERS_PYTHON:-.build/peers/bin/python}
if [ ! -x "$python" ]; then
  if [ -n "${REVOADA_PEERS_PYTHON:-}" ]; then
    echo "test-peers: $python is no program; set REVOADA_PEERS_PYTHON to a Python with torch and transformers" >&2
    exit 66
  fi
  echo "test-peers: making .build/peers with torch and transformers" >&2
  python3 -m venv .build/peers
  .build/peers/bin/pip install --quiet torch transformers safetensors --extra-index-url https://download.pytorch.org/whl/cpu
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$python" Tests/Peers/compare.py "$program" "$folder" "$@"
