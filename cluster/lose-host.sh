#!/usr/bin/env bash
# Loses a host half-way through a training run, and brings it back: the run ends with the bits of an undisturbed one.
#
#   cluster/netlab.sh 3 -- cluster/lose-host.sh .build/release/revoada
#
# Trains the digits classifier on one rank alone, then over all hosts of the lab. When half of the steps are done the last
# host's link is cut; the launcher goes on without it; twelve seconds later the link is back, and the launcher takes the host
# in again, if the run still lasts: STEPS=20000 CUT=500 (six minutes). Prints what the launcher said and both digests. The
# exit status is 0 if they are the same.
set -euo pipefail

program=${1:?usage: cluster/netlab.sh HOSTS -- cluster/lose-host.sh PROGRAM}
[ -n "${LAB_HOSTS-}" ] || { echo "lose-host: run this in the lab: cluster/netlab.sh 3 -- $0 $program" >&2; exit 64; }
config=$(dirname "$0")/../configs/digits-mlp.yaml
steps=${STEPS:-3000}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

lost=${LAB_HOSTS##*,}
hosts=${LAB_HOSTS//,/:1,}:1
settings=(--steps "$steps" --set training.lanes=4 --set checkpoint.every=10 --set training.log_every=5)

"$program" train "$config" --run "$folder/alone" --progress none "${settings[@]}" >/dev/null
"$program" launch --hosts "$hosts" --threads 1 "$config" --run "$folder/lab" "${settings[@]}" >/dev/null 2>"$folder/words" &
launcher=$!

# step: of the newest line of the log; 0 before there is one.
step() { sed -n '$s/.*"step" *: *\([0-9]*\).*/\1/p' "$folder/lab/metrics.jsonl" 2>/dev/null || true; }

# restarts: how often the launcher has said that it trains again.
restarts() { grep -c "training again" "$folder/words" || true; }

until [ "$(step)" ] && [ "$(step)" -ge "${CUT:-$((steps / 2))}" ]; do
  kill -0 $launcher || break
  sleep 0.1
done
echo "step $(step): $lost is cut off"
began=$SECONDS
before=$(restarts)
lab-link "$lost" down
until [ "$(restarts)" -gt "$before" ] || ! kill -0 $launcher 2>/dev/null; do sleep 0.1; done
echo "training again $((SECONDS - began)) s later, at step $(step)"
sleep 12
lab-link "$lost" up
echo "$lost is back"
status=0
wait $launcher || status=$?

grep '^revoada:' "$folder/words" || true
[ $status -eq 0 ] || { cat "$folder/words" >&2; exit $status; }
alone=$("$program" checkpoint digest "$folder/alone")
together=$("$program" checkpoint digest "$folder/lab")
echo "undisturbed, one rank:      $alone"
echo "a host lost and back again: $together"
[ "$alone" = "$together" ]
