#!/usr/bin/env bash
# Fuzzes the readers of foreign bytes with libFuzzer and prints a line for each: executions, rate, the most memory, verdict.
#
#   Tests/Fuzzing/fuzz.sh [SECONDS] [NAME]    SECONDS in all, shared out equally; NAME: this parser alone
#   RUNS=n Tests/Fuzzing/fuzz.sh ...          so many executions of each instead
#   SEED=n Tests/Fuzzing/fuzz.sh ...          another course; the same one for the same number of executions
#
# A parser fails by trapping, taking more than a second, or asking for more than 100 MB beyond the size of its input. The input
# is then in .build-fuzz/failures; put it into Tests/Fuzzing/Failures/<parser>, where a test of `make test` reads it. Where it
# fails is seen in a debug build: `swift run fuzz-parsers <parser> <input>`. What libFuzzer finds worth keeping stays in
# .build-fuzz/corpus for the next round.
# Ends with 0 where all parsers are sound, 1 where one is not, 70 where planted defects (below) go unnoticed.
set -uo pipefail
cd "$(dirname "$0")/../.."

seconds=${1:-60}
only=${2:-}
program=.build-fuzz/release/fuzz-parsers
failures=.build-fuzz/failures
# Without it the runtime would draw a backtrace, and libFuzzer would not see the trap.
export SWIFT_BACKTRACE=enable=no
# The symboliser would inherit the limit of memory and die, and libFuzzer of that, before it has saved the input.
export UBSAN_OPTIONS=symbolize=0

mapfile -t parsers < <(cd Tests/Fuzzing/Corpus && ls)
if [ -n "$only" ]; then
  [ -d "Tests/Fuzzing/Corpus/$only" ] || { echo "fuzz: there is no parser '$only': ${parsers[*]}" >&2; exit 64; }
  parsers=("$only")
fi
share=$((seconds / ${#parsers[@]}))
[ $share -gt 0 ] || share=1
mkdir -p $failures

# statistic NAME: what libFuzzer says of itself at the end.
statistic() { sed -n "s/^stat::$1: *//p" "$log" | tail -n 1; }

work=$(mktemp -d)
log=$work/log
trap 'rm -rf "$work"' EXIT

# fuzz PARSER PREFIX LENGTH FOLDER...: libFuzzer on one parser; it adds inputs to the first folder.
fuzz() {
  "$program" "$1" "$3" -artifact_prefix="$2" -seed="${SEED:-1}" -timeout=1 -max_len=16384 -rss_limit_mb=1024 \
    -print_funcs=0 -print_final_stats=1 -dict=Tests/Fuzzing/tokens.dict "${@:4}" >"$log" 2>&1
}

# A parser that misbehaves on purpose: a harness that does not notice it and save the input proves nothing.
for defect in trap hang take; do
  mkdir "$work/$defect"
  fuzz planted "$work/$defect-" -runs=9 "$work/$defect" Tests/Fuzzing/Planted/$defect
  status=$?
  if [ $status -eq 0 ] || ! cat "$work/$defect"-* 2>/dev/null | cmp -s - Tests/Fuzzing/Planted/$defect/input; then
    echo "fuzz: a planted defect, '$defect', went unnoticed (status $status):" >&2
    cat "$log" >&2
    exit 70
  fi
done
echo "fuzz: a planted trap, hang and taking of memory were noticed"

total=0
failed=0
printf '%-22s %12s %10s %8s  %s\n' parser executions per-second peak-MB verdict
for parser in "${parsers[@]}"; do
  found=.build-fuzz/corpus/$parser
  mkdir -p "$found"
  inputs=("$found" "Tests/Fuzzing/Corpus/$parser")
  if [ -d "Tests/Fuzzing/Failures/$parser" ]; then inputs+=("Tests/Fuzzing/Failures/$parser"); fi
  length=-max_total_time=$share
  if [ -n "${RUNS:-}" ]; then length=-runs=$RUNS; fi
  fuzz "$parser" "$failures/$parser-" "$length" "${inputs[@]}"
  status=$?
  executions=$(statistic number_of_executed_units)
  verdict=sound
  if [ $status -ne 0 ]; then
    failed=$((failed + 1))
    verdict="FAILED: $(grep -oE "Test unit written to .*" "$log" | sed 's/.* to //' || true)"
    cp "$log" "$failures/$parser.log"
  fi
  total=$((total + ${executions:-0}))
  printf '%-22s %12s %10s %8s  %s\n' "$parser" "${executions:-0}" "$(statistic average_exec_per_sec)" \
    "$(statistic peak_rss_mb)" "$verdict"
done
echo "fuzz: $total executions of ${#parsers[@]} parsers, $failed failed"
[ $failed -eq 0 ]
