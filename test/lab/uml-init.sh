#!/bin/bash
# The first process of the guest that uml-run.sh boots. It lies beside the files `command` and `environment`, writes what the
# command prints to `output` and its exit status to `status`, and then waits to be ended with its kernel.
here=${0%/*}
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
{
  mount -t proc proc /proc
  mount -t sysfs sysfs /sys
  mount -t tmpfs -o mode=755 tmpfs /run
  mount -t devtmpfs dev /dev
  mkdir -p /run/netns /run/lock /dev/pts /dev/shm
  mount -t devpts devpts /dev/pts
  mount -t tmpfs tmpfs /dev/shm
  ln -sf /proc/self/fd /dev/fd
  ln -sf /proc/self/fd/0 /dev/stdin
  ln -sf /proc/self/fd/1 /dev/stdout
  ln -sf /proc/self/fd/2 /dev/stderr

  # The guest's modules lie in /usr/lib/uml/modules; modprobe, and the kernel when it loads a scheduler, must look there.
  mkdir -p /run/uml/lib/modules
  ln -s "/usr/lib/uml/modules/$(uname -r)" /run/uml/lib/modules/
  printf '#!/bin/sh\nexec /usr/sbin/modprobe -d /run/uml "$@"\n' >/run/uml/modprobe
  chmod +x /run/uml/modprobe
  echo /run/uml/modprobe >/proc/sys/kernel/modprobe
  export MODPROBE_OPTIONS="-d /run/uml"
  /run/uml/modprobe -a ipv6 ip_vs bridge veth
  ip link set lo up
  ulimit -n 65536
} >>"$here/boot" 2>&1
. "$here/environment"
(eval "$(cat "$here/command")") >"$here/output" 2>&1
status=$?
sync
echo "$status" >"$here/status"
sleep infinity
