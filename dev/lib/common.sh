# shellcheck shell=bash disable=SC2034,SC2154
# common.sh: where things are, how a script speaks, and which addresses are in use.
# Sourced by every script under dev/; moves to the top of the tree.
#
#   JW_DEV_STATE  folder of data, logs and pid files of what runs (default build/servers)
#   JW_DEV_BIN    folder of the built programs (default build/release/bin)
# What is slow to get is kept for all clones in ${XDG_CACHE_HOME:-$HOME/.cache}/jobwire-dev.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$top" || exit
state=${JW_DEV_STATE:-$top/build/servers}
case $state in /*) ;; *) state=$top/$state ;; esac
bin=${JW_DEV_BIN:-$top/build/release/bin}
cache=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/jobwire-dev

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }
have() { command -v "$1" > /dev/null 2>&1; }

# Ports: the environment wins, then what a running server of ours was started with, then ports.env.
load_ports() {
  local file line name
  for file in "$state"/*/ports "$top/dev/ports.env"; do
    [ -f "$file" ] || continue
    while IFS= read -r line; do
      case $line in JW_DEV_*_PORT=*) ;; *) continue ;; esac
      name=${line%%=*}
      [ -n "${!name:-}" ] || printf -v "$name" '%s' "${line#*=}"
      [[ ${!name} =~ ^[1-9][0-9]{0,4}$ && ${!name} -le 65535 ]] \
        || die "$name is '${!name}', not a port number; give it a number from 1 to 65535"
    done < "$file"
  done
}
load_ports

own_kafka_brokers=127.0.0.1:$JW_DEV_KAFKA_PORT
own_mongodb_uri=mongodb://127.0.0.1:$JW_DEV_MONGODB_PORT
own_smtp_url=smtp://127.0.0.1:$JW_DEV_SMTP_PORT

# A server that the environment names is somebody else's: used as it is, never started or stopped. The
# address that `make env` printed for our own server still means our own.
external() { # external kafka|mongodb|maildev
  case $1 in
    kafka) [ -n "${JW_KAFKA_BROKERS:-}" ] && [ "$JW_KAFKA_BROKERS" != "$own_kafka_brokers" ] ;;
    mongodb) [ -n "${JW_MONGODB_URI:-}" ] && [ "$JW_MONGODB_URI" != "$own_mongodb_uri" ] ;;
    maildev) [ -n "${JW_SMTP_URL:-}" ] && [ "$JW_SMTP_URL" != "$own_smtp_url" ] ;;
    *) false ;;
  esac
}

# The addresses in use, our own or those of the environment.
kafka_brokers=${JW_KAFKA_BROKERS:-$own_kafka_brokers}
mongodb_uri=${JW_MONGODB_URI:-$own_mongodb_uri}
mongodb_database=${JW_MONGODB_DATABASE:-jobwire}
smtp_url=${JW_SMTP_URL:-$own_smtp_url}
gateway_url=http://127.0.0.1:$JW_DEV_GATEWAY_PORT
# With somebody else's mail server its page, if it has one, is theirs to name.
if external maildev; then mail_web_url=${JW_DEV_MAIL_WEB_URL:-}; else mail_web_url=http://127.0.0.1:$JW_DEV_MAIL_WEB_PORT; fi
