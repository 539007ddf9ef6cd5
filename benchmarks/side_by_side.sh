#!/bin/sh
# Times Revoada beside PyTorch, OpenBLAS and plain MPI, block by block in alternation, so that all see the same machine.
#
#   benchmarks/side_by_side.sh [--short|--over-ranks] [--only PART]... [--threads N]... [--rounds N] [--filter TEXT]
#                              [--report FILE] [--binary FILE]
#
# Needs the release binary (make build) and a Python with PyTorch and NumPy: the one that REVOADA_PEERS_PYTHON names,
# else a virtual environment .venv-peers at the top of the checkout, which the first run makes (some gigabytes).
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)

python=${REVOADA_PEERS_PYTHON-}
if [ -z "$python" ]; then
  environment=$top/.venv-peers
  python=$environment/bin/python
  if ! [ -e "$environment/complete" ]; then
    echo "side_by_side.sh: installing PyTorch into $environment" >&2
    if ! python3 -m venv --clear "$environment"; then
      echo "side_by_side.sh: python3 cannot make a virtual environment: sudo apt-get install -y python3-venv" >&2
      exit 69
    fi
    "$environment/bin/pip" install --quiet --disable-pip-version-check torch numpy >&2
    touch "$environment/complete"
  fi
fi

exec env PYTHONDONTWRITEBYTECODE=1 "$python" "$top/benchmarks/side_by_side" "$@"
