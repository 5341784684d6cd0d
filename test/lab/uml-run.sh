#!/bin/bash
# Boots a User Mode Linux kernel on this machine's own file system and runs COMMAND in it as root.
# The guest's output is streamed to stdout; the exit status is COMMAND's, 124 when the time was up, 125 when the guest died.
#
#   test/lab/uml-run.sh [-m MEMORY] [-t SECONDS] COMMAND [ARGUMENT...]     (1G of memory, 300 seconds unless told)
#
# The guest sees every file of the host at its own path (hostfs), except /proc /sys /dev /run, which it mounts over.
# Of the environment it gets PATH, TERM, NO_COLOR and what begins with LAB_ or NODE_.
set -u

memory=1G
seconds_max=300
while getopts m:t: option; do
  case $option in
    m) memory=$OPTARG ;;
    t) seconds_max=$OPTARG ;;
    *) exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -gt 0 ] || { echo "usage: uml-run.sh [-m MEMORY] [-t SECONDS] COMMAND [ARGUMENT...]" >&2; exit 2; }

command -v linux.uml >/dev/null || { echo "uml-run: linux.uml is missing: scripts/setup.sh lab installs it" >&2; exit 127; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
case $(pwd -P)/ in
  /dev/* | /run/* | /proc/* | /sys/*) echo "uml-run: the guest mounts over $(pwd -P); work elsewhere" >&2; exit 2 ;;
esac

# The guest's memory is a file: it wants a tmpfs with room that lets it map pages executable.
memory_dir() {
  local wanted_kb dir free_kb
  wanted_kb=$(numfmt --from=iec --to-unit=1024 "$memory") || exit 2
  for dir in /dev/shm /tmp /var/tmp; do
    free_kb=$(df --output=avail -k "$dir" 2>/dev/null | tail -1)
    [ -w "$dir" ] && [ "${free_kb:-0}" -gt "$wanted_kb" ] && ! findmnt -nT "$dir" -o OPTIONS | grep -qw noexec &&
      { echo "$dir"; return; }
  done
  echo "uml-run: no directory has $memory free for the guest's memory" >&2
  exit 2
}
memory_in=$(memory_dir) || exit 2

dir=$(mktemp -d /var/tmp/vipd-lab.XXXXXX)
cp "$here/uml-init.sh" "$dir/init"
chmod +x "$dir/init"
printf '%q ' "$@" >"$dir/command"
printf 'cd %q\n' "$(pwd -P)" >"$dir/environment"
while IFS= read -r -d '' pair; do
  case ${pair%%=*} in
    PATH | TERM | NO_COLOR | LAB_* | NODE_*) printf 'export %s=%q\n' "${pair%%=*}" "${pair#*=}" >>"$dir/environment" ;;
  esac
done < <(env -0)
: >"$dir/output"

# A session of its own: the kernel's threads and its guests' address spaces are processes here, and all end with it.
HOME=$dir TMPDIR=$memory_in setsid linux.uml mem="$memory" root=/dev/root rootfstype=hostfs rootflags=/ rw \
  con=null con0=null,fd:1 ssl=null quiet init="$dir/init" </dev/null >"$dir/console" 2>&1 &
uml=$!
disown "$uml" # ended by a signal as a rule: the shell need not say so
stop() {
  kill -KILL -- "-$uml" 2>/dev/null
  rm -rf "$dir"
}
trap 'stop; exit 130' INT TERM HUP

tail --pid=$uml -s 0.1 -n +1 -f "$dir/output" &
tail=$!
deadline=$((SECONDS + seconds_max))
while kill -0 "$uml" 2>/dev/null && [ ! -s "$dir/status" ] && [ $SECONDS -lt $deadline ]; do
  read -rt 0.1 <> <(:) || true
done
status=$(cat "$dir/status" 2>/dev/null)
if [ -z "$status" ]; then
  if kill -0 "$uml" 2>/dev/null; then
    status=124
    echo "uml-run: not finished within $seconds_max s: $*" >&2
  else
    status=125
    { echo "uml-run: the guest ended without a status; its console's last lines:"; tail -20 "$dir/console"; } >&2
  fi
fi
kill -KILL -- "-$uml" 2>/dev/null
wait "$tail" # it has shown the last line when the kernel is gone
stop
exit "$status"
