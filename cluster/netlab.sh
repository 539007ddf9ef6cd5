#!/usr/bin/env bash
# A cluster on one machine: N hosts with names, addresses, links and sshd of their own, for a command on the first.
#
#   cluster/netlab.sh 2 -- mpirun --host lab1,lab2 hostname
#   cluster/netlab.sh 2 --rate 1gbit -- .build/release/revoada launch --hosts lab1:1,lab2:1 configs/digits-mlp.yaml
#   cluster/netlab.sh 3                                   # a shell on lab1
#
# The hosts lab1 ... labN are network and UTS namespaces joined by a bridge: Open MPI tells nodes apart by hostname,
# reaches them by ssh and sends between them by TCP. They share this machine's files and working directory; each has
# its share of the processors, at least one. --rate limits every link, each way (100mbit, 1gbit, 10gbit); without it a
# link is as fast as the machine. $LAB_HOSTS has the names, with commas between. `lab-link lab2 down` cuts a host off,
# `lab-link lab2 up` brings it back.
#
# Nothing remains: all of it lives in namespaces of this process, which the kernel takes back when it ends, however it
# ends. No file of ~/.ssh is read or written, and nobody outside can reach the hosts, nor they anybody outside.
#
# The exit status is the command's. Otherwise 64: wrong usage; 69: something is missing here; 77: not root. ^C at the
# terminal reaches the command itself, SIGTERM and SIGHUP are handed on to it.
set -euo pipefail

lab=netlab
. "${0%"${0##*/}"}./namespaces.sh"
most_hosts=100

wrong_usage() { fail $usage "$1" "usage: cluster/netlab.sh HOSTS [--rate 1gbit] [-- COMMAND...]"; }

# bits_per_second RATE: 1000000000 for 1gbit.
bits_per_second() {
  [[ $1 =~ ^([1-9][0-9]{0,3})(kbit|mbit|gbit)$ ]] || wrong_usage "--rate $1 is not a rate such as 100mbit or 1gbit"
  case ${BASH_REMATCH[2]} in
    kbit) echo $((BASH_REMATCH[1] * 1000)) ;;
    mbit) echo $((BASH_REMATCH[1] * 1000000)) ;;
    gbit) echo $((BASH_REMATCH[1] * 1000000000)) ;;
  esac
}

# Sets hosts, rate (bits per second, or empty) and job, the command.
read_arguments() {
  [[ ${1-} =~ ^[1-9][0-9]{0,2}$ && $1 -le $most_hosts ]] || wrong_usage "the number of hosts is from 1 to $most_hosts"
  hosts=$1
  rate=
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    case $1 in
      --rate)
        [ $# -ge 2 ] || wrong_usage "--rate needs a rate such as 1gbit"
        rate=$(bits_per_second "$2")
        shift 2
        ;;
      *) wrong_usage "'$1' is unknown here; the command comes after --" ;;
    esac
  done
  if [ $# -gt 0 ]; then shift; fi
  job=("$@")
  [ $# -gt 0 ] || job=("${SHELL:-/bin/bash}")
}

# Sets group: a control group for the lab, or nothing. Outside of one Linux shares a processor out among sessions, of
# which each host has several; a session whose ranks wait by yielding has then been seen to starve another for minutes.
make_scheduling_group() {
  group=
  local parent=/sys/fs/cgroup/cpu line='[0-9]+:(.*,)?cpu(,.*)?:/'
  if [ -e /sys/fs/cgroup/cgroup.subtree_control ]; then
    grep -qw cpu /sys/fs/cgroup/cgroup.subtree_control || return 0
    parent=/sys/fs/cgroup line='0::/'
  fi
  # Who is in a group already is past that, and shall stay within its limits.
  grep -qxE "$line" /proc/self/cgroup || return 0
  if mkdir "$parent/${folder##*/}" 2>/dev/null; then group=$parent/${folder##*/}; fi
}

# A group is empty a little after its last process has ended.
clean_up='
  cat
  rmdir "$0"
  for attempt in {1..50}; do
    if [ -z "$1" ] || rmdir "$1"; then break; fi
    sleep 0.1
  done'

address() { echo "10.0.0.$1"; }

# on HOST COMMAND...: runs it there.
on() {
  local host=$1
  shift
  nsenter --net="$folder/$host.net" --uts="$folder/$host.uts" "$@"
}

# Names for this process and its children only: the mounts are its own.
name_hosts() {
  echo "127.0.0.1 localhost" >"$folder/hosts"
  local number
  for ((number = 1; number <= hosts; number++)); do echo "$(address $number) lab$number" >>"$folder/hosts"; done
  mount --bind "$folder/hosts" /etc/hosts
}

# make_host NUMBER: a namespace is kept by the file it is mounted on.
make_host() {
  local host=lab$1
  touch "$folder/$host.net" "$folder/$host.uts"
  unshare --net="$folder/$host.net" --uts="$folder/$host.uts" hostname "$host"
  ip link add "port$1" type veth peer name eth0 netns "$folder/$host.net"
  ip link set "port$1" master switch up
  on "$host" ip link set lo up
  on "$host" ip address add "$(address "$1")/24" dev eth0
  on "$host" ip link set eth0 up
  if [ -n "$rate" ]; then
    limit_rate on "$host" tc qdisc add dev eth0
    limit_rate tc qdisc add dev "port$1"
  fi
  local sshd=("$(command -v sshd)" -f "$folder/sshd_config" -E "$folder/$host.log")
  on "$host" taskset --cpu-list "$(processors "$1")" "${sshd[@]}" ||
    fail $unavailable "sshd does not start:" "$(cat "$folder/$host.log")"
}

# limit_rate TC...: a bucket of 2 ms, and no smaller than the largest packet before segmentation; then a queue of 10 ms,
# as a switch has.
limit_rate() {
  local burst=$((rate / 8 / 500))
  [ $burst -ge 70000 ] || burst=70000
  "$@" root tbf rate "${rate}bit" burst $burst limit $((burst + 70000 + rate / 8 / 100))
}

# processors NUMBER: the host's share of the processors this process may run on, as taskset takes them. Left to
# itself, Open MPI would bind the ranks of every host to the same ones.
processors() {
  local all=() ranges range cpu
  IFS=, read -ra ranges <<<"$(sed -n 's/^Cpus_allowed_list:\s*//p' /proc/self/status)"
  for range in "${ranges[@]}"; do
    for ((cpu = ${range%-*}; cpu <= ${range#*-}; cpu++)); do all+=("$cpu"); done
  done
  local count=${#all[@]} index=$(($1 - 1))
  local first=$((index * count / hosts)) end=$(((index + 1) * count / hosts))
  if [ "$hosts" -ge "$count" ]; then first=$((index % count)) end=$((index % count + 1)); fi
  (IFS=, && echo "${all[*]:first:end-first}")
}

# A key for this lab alone, with which root may go from any host to any other.
prepare_ssh() {
  ssh-keygen -q -t ed25519 -N '' -f "$folder/key"
  local number
  for ((number = 1; number <= hosts; number++)); do
    echo "lab$number,$(address $number) $(cat "$folder/key.pub")" >>"$folder/known_hosts"
  done
  cat >"$folder/sshd_config" <<END
HostKey $folder/key
AuthorizedKeysFile $folder/key.pub
AuthenticationMethods publickey
PermitRootLogin prohibit-password
StrictModes no
PermitUserRC no
UsePAM yes
PidFile none
PrintMotd no
PrintLastLog no
MaxStartups 1000
SetEnv PATH=$PATH LD_LIBRARY_PATH=${LD_LIBRARY_PATH-}
END
  cat >"$folder/ssh_config" <<END
IdentityFile $folder/key
IdentitiesOnly yes
IdentityAgent none
UserKnownHostsFile $folder/known_hosts
GlobalKnownHostsFile /dev/null
BatchMode yes
LogLevel ERROR
END
  # Without PAM sshd turns away a root whose password is locked, and the system's own rules may ask for more.
  printf '%s required pam_permit.so\n' auth account session >"$folder/pam"
  mount --bind "$folder/pam" /etc/pam.d/sshd
  # sshd wants this folder, which only the system's own service makes.
  if [ ! -d /run/sshd ]; then
    mkdir "$folder/run" "$folder/work"
    mount -t overlay -o "lowerdir=/run,upperdir=$folder/run,workdir=$folder/work" overlay /run
    mkdir -m 755 /run/sshd
  fi
}

# What makes plain ssh and plain mpirun work between the hosts.
set_environment() {
  mkdir "$folder/bin" "$folder/scratch"
  printf '#!/bin/sh\nexec %s -F %s "$@"\n' "$(command -v ssh)" "$folder/ssh_config" >"$folder/bin/ssh"
  printf '#!/bin/sh\nexec nsenter --net="%s/$1.net" ip link set eth0 "$2"\n' "$folder" >"$folder/bin/lab-link"
  chmod +x "$folder/bin/ssh" "$folder/bin/lab-link"
  LAB_HOSTS=lab1
  local number
  for ((number = 2; number <= hosts; number++)); do LAB_HOSTS+=,lab$number; done
  export LAB_HOSTS PATH=$folder/bin:$PATH
  keep_open_mpi_in "$folder/scratch"
  export OMPI_MCA_plm_rsh_agent=$folder/bin/ssh
  export OMPI_MCA_pml=ob1 OMPI_MCA_btl=self,vader,tcp
  export OMPI_MCA_btl_tcp_if_include=eth0 OMPI_MCA_oob_tcp_if_include=eth0
  export OMPI_MCA_hwloc_base_binding_policy=none
}

inside() {
  settle netlab "$1"
  shift
  read_arguments "$@"
  hostname switch
  ip link set lo up
  ip link add switch type bridge forward_delay 0
  ip link set switch up
  name_hosts
  prepare_ssh
  set_environment
  local number
  for ((number = 1; number <= hosts; number++)); do make_host $number; done
  # Not through `on`: a function would put a shell of its own between this one and the job, deaf to SIGTERM.
  run_job nsenter --net="$folder/lab1.net" --uts="$folder/lab1.uts" taskset --cpu-list "$(processors 1)" "${job[@]}"
  exit "$job_status"
}

if [ "${1-}" = --inside ]; then
  shift
  inside "$@"
fi
read_arguments "$@"
check_machine --lab tc sshd ssh ssh-keygen nsenter taskset
folder=$(mktemp -d "${TMPDIR:-/tmp}/netlab.XXXXXX")
make_scheduling_group
# Should the lab be killed, this removes what is outside of its namespaces: its input ends when the last process of the
# lab does. It is in a session of its own, which signals to the lab's process group do not reach.
exec {lab_lives}> >(exec setsid "$BASH" -c "$clean_up" "$folder" "$group" >/dev/null 2>&1)
if [ -n "$group" ]; then echo 0 >"$group/cgroup.procs"; fi
enter "$folder" "$@"
