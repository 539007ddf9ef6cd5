#!/usr/bin/env bash
# A Slurm cluster of one node on this machine, for one command: real munged, slurmctld and slurmd, and nothing stays.
#
#   cluster/slurm/lab.sh -- srun --mpi=pmix -n 2 .build/release/revoada train configs/digits-mlp.yaml
#   cluster/slurm/lab.sh -- sbatch --wait cluster/slurm/train.sbatch configs/digits-mlp.yaml
#   cluster/slurm/lab.sh                                  # a shell in which srun, salloc and sbatch work
#
# The node is called slurm1 and has this machine's processors, four at least: Slurm counts them and binds nobody. The
# daemons listen in a network of their own that ends at this machine; key, configuration, logs and spool lie in memory,
# in the folder $SLURM_LAB. A job that is put back into the queue starts again after seconds, where a real cluster
# would wait two minutes (cred_expire).
#
# Nothing remains: all of it lives in namespaces of this process, which the kernel takes back when it ends, however it
# ends. No service of the system is started, no file of /etc is read or written.
#
# The exit status is the command's. Otherwise 64: wrong usage; 69: something is missing here; 77: not root. ^C at the
# terminal reaches the command itself, SIGTERM and SIGHUP are handed on to it.
set -euo pipefail

lab="slurm lab"
. "${0%"${0##*/}"}../namespaces.sh"
node=slurm1
address=10.0.0.1

# The name holds for this process and its children only: the mount is its own. Slurm looks up no address on a machine
# that has none but 127.0.0.1, hence a cable between two of the node's own sockets.
name_node() {
  hostname $node
  ip link set lo up
  ip link add eth0 type veth peer name eth1
  ip address add $address/24 dev eth0
  ip link set eth0 up
  ip link set eth1 up
  printf '%s\n' "127.0.0.1 localhost" "$address $node" >"$folder/hosts"
  mount --bind "$folder/hosts" /etc/hosts
}

write_configuration() {
  local processors
  processors=$(nproc)
  [ "$processors" -ge 4 ] || processors=4
  cat >"$folder/slurm.conf" <<END
ClusterName=lab
SlurmctldHost=$node($address)
SlurmUser=root
AuthType=auth/munge
# Also how long a job waits that is put back into the queue: 120 seconds by default.
AuthInfo=socket=$folder/munge.socket,cred_expire=5
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
# Without control groups, which are the machine's, not ours.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=batch_sched_delay=0,sched_interval=1,sched_min_interval=0,bf_interval=1
ReturnToService=2
# The seconds a job has between SIGTERM and SIGKILL: scancel, the end of its time. 30 by default.
KillWait=5
# This machine may have fewer processors.
SlurmdParameters=config_overrides
NodeName=$node NodeAddr=$address CPUs=$processors State=UNKNOWN
PartitionName=lab Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
}

# What makes plain srun, salloc and mpirun work here.
set_environment() {
  mkdir "$folder/scratch"
  export SLURM_LAB=$folder SLURM_CONF=$folder/slurm.conf
  keep_open_mpi_in "$folder/scratch"
  # Containers often forbid the system call that this mechanism needs.
  export OMPI_MCA_btl_vader_single_copy_mechanism=none
}

start_daemons() {
  mkdir "$folder/state" "$folder/spool"
  mungekey --create --keyfile "$folder/munge.key"
  munged --key-file="$folder/munge.key" --socket="$folder/munge.socket" --pid-file="$folder/munged.pid" \
    --seed-file="$folder/munge.seed" --log-file="$folder/munged.log" ||
    fail $unavailable "munged does not start:" "$(cat "$folder/munged.log")"
  # Not the terminal's: ^C is for the command.
  setsid slurmctld -D -f "$SLURM_CONF" -L "$folder/slurmctld.log" </dev/null >/dev/null 2>&1 &
  setsid slurmd -D -N $node -f "$SLURM_CONF" -L "$folder/slurmd.log" </dev/null >/dev/null 2>&1 &
  # The kernel ends them, which this shell need not tell.
  disown -a
  local attempt
  for attempt in {1..200}; do
    # Before its server is there sinfo would try for minutes.
    if [ "$(timeout 1 sinfo --noheader --format=%T 2>/dev/null)" = idle ]; then return; fi
    sleep 0.1
  done
  fail $unavailable "Slurm has no idle node after 20 seconds; the last of its logs:" \
    "$(tail -n 5 "$folder/slurmctld.log" "$folder/slurmd.log")"
}

inside() {
  settle slurm "$1"
  shift
  mount -t tmpfs -o mode=1777 shm /dev/shm
  name_node
  write_configuration
  set_environment
  start_daemons
  run_job "$@"
  exit "$job_status"
}

if [ "${1-}" = --inside ]; then
  shift
  inside "$@"
fi
case $#:${1-} in
  0:) set -- -- "${SHELL:-/bin/bash}" ;;
  1:* | *:[!-]* | *:-[!-]*) fail $usage "a command comes after --" "usage: cluster/slurm/lab.sh [-- COMMAND...]" ;;
esac
shift
check_machine --slurm munged mungekey slurmctld slurmd srun sinfo
folder=$(mktemp -d "${TMPDIR:-/tmp}/slurm.XXXXXX")
# Should the lab be killed, this removes the folder outside of its namespaces: its input ends when the last process of
# the lab does. It is in a session of its own, which signals to the lab's process group do not reach.
exec {lab_lives}> >(exec setsid "$BASH" -c 'cat; rmdir "$0"' "$folder" >/dev/null 2>&1)
enter "$folder" "$@"
