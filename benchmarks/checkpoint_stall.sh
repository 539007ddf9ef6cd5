#!/bin/sh
# How long checkpoints keep training waiting: the first steps of GPT-2 124M with a checkpoint after every tenth, and without.
#
#   benchmarks/checkpoint_stall.sh [--binary FILE] [--steps N] [--folder DIR] [--ranks N] [--threads N]
#
# Needs some 8 GB on the disk of DIR, which is removed, and a machine that does nothing else.
set -eu
top=$(cd "$(dirname "$0")/.." && pwd)
binary=$top/.build/release/revoada steps=32 folder=${TMPDIR:-/tmp}/checkpoint-stall.$$ ranks=1 threads=
while [ $# -gt 0 ]; do
  case $1 in
    --binary) binary=$2 ;;
    --steps) steps=$2 ;;
    --folder) folder=$2 ;;
    --ranks) ranks=$2 ;;
    --threads) threads="--threads $2" ;;
    *) echo "checkpoint_stall.sh: unknown option $1" >&2; exit 64 ;;
  esac
  shift 2
done
trap 'rm -rf "$folder"' EXIT
mkdir -p "$folder"
start="$binary train"
[ "$ranks" -eq 1 ] || start="$binary launch -n $ranks"

# The value of a number in summary.json.
figure() { sed -n "s/^ *\"$2\" *: *\([-0-9.e+]*\),\{0,1\}\$/\1/p" "$folder/$1/summary.json"; }

for every in 0 10; do
  $start "$top/configs/gpt2-124m.yaml" --set data.path="$top/LICENSE" --set data.validation=0 --set training.batch=4 \
    --set training.lanes=4 --steps "$steps" --set checkpoint.every=$every --set checkpoint.keep=1 --run "$folder/$every" \
    $threads >"$folder/log.$every" 2>&1 || { cat "$folder/log.$every" >&2; exit 1; }
  echo "checkpoint.every $every: median step $(figure $every median_step_seconds) s"
done
awk -v waited="$(figure 10 save_seconds)" -v step="$(figure 10 median_step_seconds)" \
  -v quiet="$(figure 0 median_step_seconds)" -v steps="$steps" 'BEGIN {
    saves = int((steps - 1) / 10)
    printf "%d saves kept training waiting for %.3f s each: %.2f%% of ten steps\n", saves, waited / saves,
      100 * waited / saves / (10 * step)
    printf "the median step took %+.1f%% beside them\n", 100 * (step / quiet - 1)
  }'
