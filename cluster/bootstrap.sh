#!/bin/sh
# Installs what building Revoada needs and this machine lacks. Silent when nothing is missing.
#
#   cluster/bootstrap.sh          the libraries and programs of the build (Debian, Ubuntu)
#   cluster/bootstrap.sh --test   also qemu-user, with which a test runs the AVX2 kernels on a processor without AVX-512;
#                                 as root also what --lab installs: other users leave the lab's tests out
#   cluster/bootstrap.sh --lab    also what cluster/netlab.sh needs: iproute2, ssh and sshd, whose own service stays off
#   cluster/bootstrap.sh --slurm  also what cluster/slurm/lab.sh needs: Slurm, munge and iproute2; their services stay off
#
# As root it installs, as another user it does so through sudo where that asks no password, and otherwise it prints the
# command to run and exits 69 (EX_UNAVAILABLE). A library that came another way than through apt counts as present.
set -eu

swift_major=6
swift_minor=2
unavailable=69

fail() {
  printf '%s\n' "$@" >&2
  exit $unavailable
}

check_swift() {
  hint="  Install Swift $swift_major.$swift_minor or later and put it on the PATH: https://www.swift.org/install/linux"
  command -v swift >/dev/null || fail "bootstrap: 'swift' is not on the PATH." "$hint"
  version=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\.\([0-9]*\).*/\1 \2/p' | head -n 1)
  [ -n "$version" ] || fail "bootstrap: 'swift --version' says no version: $(command -v swift)" "$hint"
  major=${version% *}
  minor=${version#* }
  if [ "$major" -lt $swift_major ] || { [ "$major" -eq $swift_major ] && [ "$minor" -lt $swift_minor ]; }; then
    fail "bootstrap: Swift $major.$minor is too old ($(command -v swift))." "$hint"
  fi
}

# present PACKAGE: true where apt installed it, or where what it brings is there all the same: a cluster has its own
# Open MPI.
present() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ] && return
  case $1 in
    libopenmpi-dev) pkg-config --exists ompi-c 2>/dev/null ;;
    openmpi-bin) command -v mpirun >/dev/null ;;
    pkg-config) command -v pkg-config >/dev/null ;;
    zlib1g-dev) pkg-config --exists zlib 2>/dev/null ;;
    libssl-dev) pkg-config --exists libcrypto 2>/dev/null ;;
    libyaml-dev) pkg-config --exists yaml-0.1 2>/dev/null ;;
    qemu-user) command -v qemu-x86_64 >/dev/null ;;
    iproute2) command -v tc >/dev/null ;;
    openssh-server) command -v sshd >/dev/null ;;
    munge) command -v munged >/dev/null && command -v mungekey >/dev/null ;;
    slurm-wlm) command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v srun >/dev/null ;;
    *) return 1 ;;
  esac
}

# missing PACKAGE...: those that are not present, each after a space.
missing() {
  for package in "$@"; do
    present "$package" || printf ' %s' "$package"
  done
}

may_be_root() {
  [ "$(id -u)" -eq 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

apt() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@" </dev/null >&2
}

# The package lists are fetched only where it does not go without: they are missing or out of date.
install() {
  echo "bootstrap: installing $*" >&2
  apt install -y --no-install-recommends "$@" 2>/dev/null && return
  apt update && apt install -y --no-install-recommends "$@"
}

# require PACKAGE...: installs those that are missing.
require() {
  packages=$(missing "$@")
  [ -n "$packages" ] || return 0
  if ! command -v apt-get >/dev/null; then
    fail "bootstrap: missing (by their Debian names):$packages" \
      "  This system has no apt-get: install the same with its own package manager, then run this again."
  fi
  command="apt-get update && sudo apt-get install -y --no-install-recommends$packages"
  may_be_root || fail "bootstrap: missing packages, and no right to install them. Run this, then try again:" \
    "" "  sudo $command" ""
  # shellcheck disable=SC2086 # a list of names
  install $packages || fail "bootstrap: apt-get could not install:$packages" "  Its messages stand above."
}

# The emulator stops nobody: without it the one test that wants it is left out.
suggest_emulator() {
  [ "$(uname -m)" = x86_64 ] && [ -n "$(missing qemu-user)" ] || return 0
  if command -v apt-get >/dev/null && may_be_root && install qemu-user; then return 0; fi
  echo "bootstrap: without qemu-user one test is left out. To have it: sudo apt-get install -y qemu-user" >&2
}

# keep_off PACKAGE SERVICE...: the labs start servers of their own, inside: this machine shall not have one that listens
# because of a test.
keep_off() {
  package=$1
  shift
  [ -d /run/systemd/system ] && [ -n "$(missing "$package")" ] && may_be_root || return 0
  echo "bootstrap: this machine's $package stays off; to use it: sudo systemctl unmask $*" >&2
  as_root systemctl mask "$@" >&2
}

require_lab() {
  keep_off openssh-server ssh.service ssh.socket
  require iproute2 openssh-client openssh-server
}

require_slurm() {
  keep_off munge munge.service
  keep_off slurm-wlm slurmctld.service slurmd.service
  require iproute2 munge slurm-wlm
}

case $#:${1-} in
  0:) ;;
  1:--test | 1:--lab | 1:--slurm) ;;
  *)
    echo "usage: cluster/bootstrap.sh [--test|--lab|--slurm]" >&2
    exit 64
    ;;
esac

check_swift
require libopenmpi-dev openmpi-bin pkg-config zlib1g-dev libyaml-dev libssl-dev
case ${1-} in
  --test)
    suggest_emulator
    if [ "$(id -u)" -eq 0 ]; then require_lab; fi
    ;;
  --lab) require_lab ;;
  --slurm) require_slurm ;;
esac
