#!/bin/sh
# Makes a checkout ready: the system's packages, node_modules, the native addon, the bundles. It does only what is missing, and says
# what it does before it does it.
#
#   scripts/setup.sh [base|lab]     base: what a build needs (the default); lab: also what the lab's tests and the demo need
#
# Packages come from apt, so a Debian-like system and, when one is missing, root. Services that come with them are neither started
# nor left enabled: the lab starts its own copies in namespaces.
set -eu
cd "$(dirname "$0")/.."
what=${1:-base}
node_major_min=20

say() { echo "setup: $*"; }
fail() {
  echo "setup: $*" >&2
  exit 1
}

# program · package · why
base_programs='
g++       g++             compiles the native addon
make      make            builds the native addon
python3   python3         runs node-gyp'
lab_programs='
linux.uml         user-mode-linux   a kernel with IPVS that runs as a process
modprobe          kmod              loads that kernel'\''s modules
ip                iproute2          namespaces, bridge, addresses
iptables          iptables          NAT in the lab
sysctl            procps            ARP and forwarding of directors and real servers
ipvsadm           ipvsadm           shows the IPVS table
keepalived        keepalived        the peer that vipd is tried beside
vtysh             frr               another peer: its vrrpd
tcpdump           tcpdump           captures adverts, ARP and netlink
nginx             nginx-light       the web servers
arping            arping            asks who answers for an address
conntrack         conntrack         shows the connections of NAT
mariadbd          mariadb-server    the databases
mariadb           mariadb-client    their client
openssl           openssl           certificates for TLS checks
dnsmasq           dnsmasq-base      the DNS servers
aiosmtpd          python3-aiosmtpd  the mail servers
redis-server      redis-server      the Redis servers
pg_ctlcluster     postgresql        the PostgreSQL servers'

check_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    fail "node and npm are missing: install Node.js $node_major_min or newer (https://nodejs.org/en/download)"
  [ "$(node -p 'process.versions.node.split(".")[0]')" -ge "$node_major_min" ] ||
    fail "node $(node --version) is too old: vipd needs Node.js $node_major_min or newer"
}

# Prints the packages whose program is not there; says why each is wanted.
missing_packages() {
  echo "$1" | while read -r program package why; do
    [ -n "$program" ] || continue
    command -v "$program" >/dev/null && continue
    printf '  %-16s %s\n' "$package" "$why" >&2
    echo "$package"
  done
}

# While this file exists no maintainer script starts a service (Debian policy 9.3.3.4); an administrator's own stays as it is.
policy=/usr/sbin/policy-rc.d
forbid_services() {
  [ ! -e "$policy" ] || return 0
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod +x "$policy"
}

# Its output is worth reading only when it fails.
quietly() {
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    fail "failed: $*"
  fi
}

# shellcheck disable=SC2086  # a list of package names
install_packages() {
  packages=$(echo $1)
  command -v apt-get >/dev/null ||
    fail "apt-get is not there; install by this system's means what corresponds to: $packages"
  [ "$(id -u)" -eq 0 ] || fail "only root can install packages; run this once, then again what you ran:
  sudo apt-get install -y --no-install-recommends $packages"
  say "installing them with apt-get; services that come with them are not started"
  forbid_services
  export DEBIAN_FRONTEND=noninteractive
  quietly apt-get update
  quietly apt-get install -y --no-install-recommends $packages
  for package in $packages; do disable_service "${package%-light}"; done
}

# nginx, mariadb, keepalived, frr, redis and postgresql would start at the next boot of the machine.
disable_service() {
  case $1 in
    nginx | keepalived | frr | redis-server | postgresql) service=$1 ;;
    mariadb-server) service=mariadb ;;
    *) return 0 ;;
  esac
  command -v systemctl >/dev/null || return 0
  systemctl disable --quiet "$service" 2>/dev/null || say "note: $service.service could not be disabled"
}

# Whether node_modules holds the lock file's versions: npm keeps a copy of what it installed inside.
node_modules_fresh() {
  node -e '
    const { readFileSync } = require("node:fs");
    const packages = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
    const installed = packages("node_modules/.package-lock.json");
    const stale = Object.entries(packages("package-lock.json"))
      .filter(([path, { optional }]) => path !== "" && !optional)
      .some(([path, { version }]) => installed[path]?.version !== version);
    process.exit(stale ? 1 : 0);
  ' 2>/dev/null
}

programs=$base_programs
case $what in
  base) ;;
  lab) programs="$base_programs$lab_programs" ;;
  *) fail "unknown set '$what': base or lab" ;;
esac

check_node
PATH=$PATH:/usr/sbin:/sbin
notes=$(mktemp)
packages=$(missing_packages "$programs" 2>"$notes")
if [ -n "$packages" ]; then
  say "these Debian packages are missing:"
  cat "$notes"
fi
rm -f "$notes"
[ -z "$packages" ] || install_packages "$packages"

if ! node_modules_fresh; then
  say "installing node_modules from package-lock.json (npm ci)"
  npm ci --no-audit --no-fund --loglevel=error
fi
sh scripts/build.sh
