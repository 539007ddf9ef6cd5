# What the labs share: a command runs in namespaces, and nothing remains. A bash script sources this after it has set `lab`,
# the name that its messages begin with.
#
# The kernel takes the namespaces back when the first process in them ends, and that one ends when the script does, however
# it ends. Before `settle` the script inside must start nothing, not even $(...): that would be the first process.
#
# The exit status is the command's; 64: wrong usage; 69: something is missing here; 77: not root.
usage=64
unavailable=69
not_permitted=77

# fail STATUS LINE...
fail() {
  local status=$1
  shift
  printf '%s: %s\n' "$lab" "$1" >&2
  shift
  if [ $# -gt 0 ]; then printf '  %s\n' "$@" >&2; fi
  exit "$status"
}

# check_machine BOOTSTRAP PROGRAM...: whether root may make namespaces here, and has these programs.
check_machine() {
  [ "$(id -u)" -eq 0 ] || fail $not_permitted "only root may make namespaces" "Run it with sudo."
  local bootstrap=$1 program missing=
  shift
  for program in "$@" ip unshare setpriv; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || fail $unavailable "not installed:$missing" "Run cluster/bootstrap.sh $bootstrap, then try again."
  unshare --mount --net --uts --pid --fork true 2>/dev/null ||
    fail $unavailable "this system lets not even root make namespaces" "A container needs --privileged."
}

# enter FOLDER ARGUMENT...: goes on as this script with `--inside FOLDER ARGUMENT...`, in namespaces of its own; of processes
# only its children are in the new one.
enter() { exec unshare --mount --net --uts --pid "$BASH" "$0" --inside "$@"; }

# settle NAME FOLDER: the first thing inside. The folder lies in memory and goes with the script.
settle() {
  folder=$2
  # With the first process of a process namespace the kernel ends all others. It waits for orphans, as it must.
  setpriv --pdeathsig KILL "$BASH" -c 'sleep infinity & wait' </dev/null >/dev/null 2>&1 &
  first_process=$!
  trap 'umount --lazy "$folder"; rmdir "$folder"; kill -KILL $first_process; wait $first_process 2>/dev/null || :' EXIT
  mount -t tmpfs -o mode=755 "$1" "$folder"
  mount -t proc proc /proc
}

# keep_open_mpi_in FOLDER: its scratch files go where they vanish with the lab.
keep_open_mpi_in() {
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  export OMPI_MCA_orte_tmpdir_base=$1
  export OMPI_MCA_btl_vader_backing_directory=$1 OMPI_MCA_osc_sm_backing_directory=$1
}

# run_job COMMAND...: runs it, hands SIGTERM and SIGHUP on to it, and sets job_status. ^C reaches it by itself.
run_job() {
  # A shell makes its background commands deaf to ^C, and a foreground one would make the shell deaf to SIGTERM.
  env --default-signal=INT,QUIT "$@" <&0 &
  local pid=$!
  # A trap ends `wait` too soon, with a status of its own.
  local trapped=yes
  trap 'trapped=yes' INT QUIT
  trap 'trapped=yes; kill -TERM $pid 2>/dev/null || :' TERM
  trap 'trapped=yes; kill -HUP $pid 2>/dev/null || :' HUP
  while [ -n "$trapped" ]; do
    trapped=
    job_status=0
    wait $pid || job_status=$?
  done
}
