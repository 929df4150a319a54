#!/usr/bin/env bash
# test_dev.sh: the scripts of dev/, on a state folder, ports and a cache of the test's own where it may
# change them. Each test_* function is one test; it fails by a false last command or by fail.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

tmp=$(mktemp -d)
touch "$tmp/started"
finish() {
  local pid server
  while read -r pid; do kill -KILL "$pid" 2> /dev/null || :; done < "$tmp/started"
  for server in kafka mongodb maildev; do "dev/servers/$server" stop > /dev/null 2>&1 || :; done
  JW_DEV_BIN=$tmp/bin dev/services stop > /dev/null 2>&1 || :
  rm -rf "$tmp"
}
trap finish EXIT

unset JW_MONGODB_URI JW_KAFKA_BROKERS JW_SMTP_URL JW_DEV_MAIL_WEB_URL JW_MONGODB_DATABASE JW_DEV_MONGODB
export JW_DEV_STATE=$tmp/state

fail() { printf '    %s\n' "$*"; return 1; }
match() { [[ $1 == *"$2"* ]] || fail "'$2' is not in: $1"; }
same() { [ "$1" = "$2" ] || fail "'$1' is not '$2'"; }
lines() { printf '%s' "$1" | grep -c '' || :; }

alive() { grep -q '^State:[[:space:]]*[^ZX[:space:]]' "/proc/$1/status" 2> /dev/null; }

# A process that listens on a free port; sets listener (pid) and port.
listen() {
  rm -f "$tmp/port"
  mkfifo "$tmp/port"
  python3 -c 'import signal, socket, sys
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen()
open(sys.argv[1], "w").write("%d\n" % s.getsockname()[1]); signal.pause()' "$tmp/port" > /dev/null 2>&1 &
  listener=$!
  echo "$listener" >> "$tmp/started"
  read -r port < "$tmp/port"
}

free_ports() { # chooses ports for all servers and services of the tests
  local name
  # shellcheck disable=SC2013 # they are words
  for name in $(grep -o '^JW_DEV_[A-Z_]*_PORT' dev/ports.env); do
    export "$name=$(python3 -c 'import random, socket
while True:
    s = socket.socket(); p = random.randint(20000, 32000)
    try: s.bind(("127.0.0.1", p)); print(p); break
    except OSError: pass')"
  done
}

fake() { # NAME: a program of that name, from standard input, in $tmp/fake, which PATH then begins with
  mkdir -p "$tmp/fake"
  cat > "$tmp/fake/$1"
  chmod +x "$tmp/fake/$1"
}

test_taken_port_names_port_variable_and_holder() {
  local out
  listen
  ! out=$(JW_DEV_SMTP_PORT=$port dev/servers/maildev start 2>&1) || fail 'it started'
  match "$out" "port $port" && match "$out" JW_DEV_SMTP_PORT=NUMBER && match "$out" "process $listener" \
    && same "$(lines "$out")" 1 && [ ! -e "$JW_DEV_STATE/maildev/pid" ]
}

test_bad_port_is_named() {
  local out
  ! out=$(JW_DEV_KAFKA_PORT=90000 dev/env 2>&1) || fail 'it was accepted'
  match "$out" "JW_DEV_KAFKA_PORT is '90000'"
}

test_stop_leaves_foreign_processes_alone() {
  local start
  listen
  mkdir -p "$JW_DEV_STATE/kafka"
  start=$(sed 's/.*) //' "/proc/$listener/stat" | cut -d' ' -f20)
  printf '%s\n%s\n%s\n' "$listener" 1 python > "$JW_DEV_STATE/kafka/pid" # the pid was used again
  dev/servers/kafka stop
  alive "$listener" || fail 'another start time was ignored'
  printf '%s\n%s\n%s\n' "$listener" "$start" server.properties > "$JW_DEV_STATE/kafka/pid"
  dev/servers/kafka stop
  alive "$listener" || fail 'another command line was ignored'
  printf '%s\n%s\n%s\n' "$listener" "$start" signal.pause > "$JW_DEV_STATE/kafka/pid"
  same "$(dev/servers/kafka stop 2>&1)" 'stopped the Kafka broker'
  ! alive "$listener" || fail 'its own process was left'
}

test_external_servers_are_left_alone() {
  local out
  out=$(JW_KAFKA_BROKERS=broker.example:9092 dev/servers/kafka start 2>&1)
  match "$out" broker.example:9092 && [ ! -e "$JW_DEV_STATE/kafka/pid" ]
  match "$(JW_KAFKA_BROKERS=broker.example:9092 dev/servers/kafka status)" external
  out=$(JW_MONGODB_URI=mongodb://u:secret@db.example dev/servers/mongodb start 2>&1)
  match "$out" 'using the MongoDB of JW_MONGODB_URI' && [ ! -e "$JW_DEV_STATE/mongodb/pid" ]
  [[ $(JW_MONGODB_URI=mongodb://u:secret@db.example dev/servers/mongodb status) != *secret* ]]
  out=$(JW_SMTP_URL=smtp://mx.example:25 dev/servers/maildev start 2>&1)
  match "$out" JW_SMTP_URL && [ ! -e "$JW_DEV_STATE/maildev/pid" ]
  out=$(JW_SMTP_URL=smtp://mx.example:25 make env)
  match "$out" "JW_SMTP_URL='smtp://mx.example:25'" && [[ $out != *JW_DEV_MAIL_WEB_URL* ]]
}

test_env_is_shell_and_nothing_else() {
  local out
  out=$(make env 2> "$tmp/err")
  same "$(grep -vcE "^export (JW_[A-Z_]+|PATH)='[^']*'$" <<< "$out" || :)" 0
  same "$(cat "$tmp/err")" ''
  # shellcheck disable=SC2016 # for the inner shell
  same "$(env -i bash -euc 'eval "$1"
    printf "%s\n" "$JW_GATEWAY_URL" "$JW_KAFKA_BROKERS" "$JW_MONGODB_URI" "$JW_SMTP_URL" "$JW_DEV_MAIL_WEB_URL"' x "$out")" \
    "http://127.0.0.1:$JW_DEV_GATEWAY_PORT
127.0.0.1:$JW_DEV_KAFKA_PORT
mongodb://127.0.0.1:$JW_DEV_MONGODB_PORT
smtp://127.0.0.1:$JW_DEV_SMTP_PORT
http://127.0.0.1:$JW_DEV_MAIL_WEB_PORT"
  same "$(JW_MONGODB_URI="mongodb://it's" bash -euc 'eval "$(dev/env)"; echo "$JW_MONGODB_URI"')" "mongodb://it's"
}

test_env_of_own_servers_does_not_make_them_external() (
  eval "$(dev/env)"
  match "$(dev/servers/kafka status || :)" stopped && match "$(dev/servers/mongodb status || :)" stopped \
    && match "$(dev/servers/maildev status || :)" stopped
)

test_maildev_starts_once_and_stops() {
  local out pid
  dev/servers/maildev start 2> "$tmp/err" || fail "$(cat "$tmp/err")"
  pid=$(head -n 1 "$JW_DEV_STATE/maildev/pid")
  match "$(dev/servers/maildev start 2>&1)" 'runs already' && same "$(head -n 1 "$JW_DEV_STATE/maildev/pid")" "$pid"
  # Another run that knows nothing of the chosen ports still finds them, and the log can be read.
  out=$(env -u JW_DEV_SMTP_PORT -u JW_DEV_MAIL_WEB_PORT dev/env)
  match "$out" "JW_SMTP_URL='smtp://127.0.0.1:$JW_DEV_SMTP_PORT'"
  match "$(dev/logs maildev)" 'running'
  alive "$pid"
  same "$(dev/servers/maildev stop 2>&1)" 'stopped the mail server'
  ! alive "$pid" && match "$(dev/servers/maildev status || :)" stopped
}

test_a_server_that_ends_at_start_is_reported() {
  local out
  fake node <<< $'#!/bin/sh\necho no such luck; exit 3'
  ! out=$(PATH=$tmp/fake:$PATH dev/servers/maildev start 2>&1) || fail 'it started'
  rm "$tmp/fake/node"
  match "$out" 'no such luck' && match "$out" 'ended instead of starting; its log is'
  [ ! -e "$JW_DEV_STATE/maildev/pid" ]
}

test_second_get_does_nothing() {
  local before server
  for server in maildev kafka; do
    "dev/servers/$server" get 2> /dev/null
    before=$(ls -lid --time-style=full-iso "${XDG_CACHE_HOME:-$HOME/.cache}/jobwire-dev/$server"-*)
    same "$(PATH=/usr/bin:/bin "dev/servers/$server" get 2>&1)" ''
    same "$(ls -lid --time-style=full-iso "${XDG_CACHE_HOME:-$HOME/.cache}/jobwire-dev/$server"-*)" "$before"
  done
}

test_failed_get_leaves_nothing_and_names_the_cause() {
  local out
  fake mvn <<< $'#!/bin/sh\necho no route to host; exit 1'
  ! out=$(XDG_CACHE_HOME=$tmp/cache PATH=$tmp/fake:$PATH dev/servers/kafka get 2>&1) || fail 'it worked'
  rm "$tmp/fake/mvn"
  match "$out" 'Maven could not get the jars; check the network' && same "$(lines "$out")" 2
  match "$(cat "$tmp"/cache/jobwire-dev/logs/kafka-*.log)" 'no route to host'
  same "$(find "$tmp/cache/jobwire-dev" -mindepth 1 -maxdepth 1 ! -name logs)" ''
}

test_unreachable_registry_is_one_sentence() {
  local out
  ! out=$(XDG_CACHE_HOME=$tmp/no-cache npm_config_cache=$tmp/npm npm_config_registry=http://127.0.0.1:9/ \
    dev/servers/maildev get 2>&1) || fail 'it worked'
  match "$out" 'npm could not get the packages; check the network' && same "$(lines "$out")" 2
  ! out=$(XDG_CACHE_HOME=$tmp/no-cache npm_config_cache=$tmp/npm npm_config_registry=http://127.0.0.1:9/ \
    dev/peers get 2>&1) || fail 'it worked'
  match "$out" 'npm could not get the packages; check the network' && same "$(lines "$out")" 2
  ! out=$(XDG_CACHE_HOME=$tmp/no-cache PIP_NO_CACHE_DIR=1 PIP_INDEX_URL=http://127.0.0.1:9/ PIP_FIND_LINKS='' \
    dev/python --get 2>&1) || fail 'it worked'
  match "$out" 'pip could not get the packages of tests/e2e/requirements.txt; check' && same "$(lines "$out")" 2
}

test_two_clones_get_it_once() {
  local jobs=() job
  fake npm <<< "#!/bin/sh
echo called >> $tmp/npm-calls; sleep 0.5" # long enough for the other to come
  for _ in 1 2 3; do
    XDG_CACHE_HOME=$tmp/cache PATH=$tmp/fake:$PATH dev/servers/maildev get 2> /dev/null &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do wait "$job" || fail 'one failed'; done
  rm "$tmp/fake/npm"
  same "$(cat "$tmp/npm-calls")" called
}

test_native_mongodb_is_built_where_it_can_be() {
  local out
  fake cargo <<< $'#!/bin/sh\necho cargo 1.70.0'
  ! out=$(XDG_CACHE_HOME=$tmp/mongo-cache JW_DEV_MONGODB=native PATH=$tmp/fake:$PATH dev/servers/mongodb get 2>&1) \
    || fail 'an old cargo was taken'
  match "$out" 'needs cargo 1.95 or newer; install that, or set JW_DEV_MONGODB=python' && same "$(lines "$out")" 1
  # shellcheck disable=SC2016 # for the program
  fake cargo <<< '#!/bin/sh
[ "$1" != --version ] || { echo cargo 1.95.1; exit; }
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" "$CARGO_TARGET_DIR/release" && cp /bin/true "$2/bin/secantusd-rs"'
  out=$(XDG_CACHE_HOME=$tmp/mongo-cache JW_DEV_MONGODB=native PATH=$tmp/fake:$PATH dev/servers/mongodb get 2>&1)
  rm "$tmp/fake/cargo"
  match "$out" 'some 5 minutes'
  same "$(cd "$tmp/mongo-cache/jobwire-dev" && find . -path ./logs -prune -o -type f -print)" \
    ./secantus-mdb-0.5.3-beta.196/bin/secantusd-rs
  ! out=$(JW_DEV_MONGODB=oracle dev/servers/mongodb get 2>&1) || fail 'an unknown kind was taken'
  match "$out" "JW_DEV_MONGODB is 'oracle'; it may be mongod, native, python or java"
}

test_install_names_what_is_missing() {
  local out
  fake dpkg-query <<< $'#!/bin/sh\nexit 0'
  ! out=$(JW_DEV_INSTALL=no PATH=$tmp/fake:$PATH dev/install build 2>&1) || fail 'nothing was missing'
  match "$out" libmicrohttpd-dev && match "$out" 'install them with: apt-get install' && same "$(lines "$out")" 1
  fake apt-get <<< $'#!/bin/sh\necho E: Temporary failure resolving; exit 100'
  ! out=$(PATH=$tmp/fake:$PATH dev/install build 2>&1) || fail 'apt did not fail'
  match "$out" 'apt could not read its package lists; check the network'
  rm "$tmp/fake/dpkg-query" "$tmp/fake/apt-get"
  JW_DEV_INSTALL=no dev/install build servers > "$tmp/out" 2>&1 && same "$(cat "$tmp/out")" ''
}

test_keys_are_a_private_pair_created_once() {
  local keys=$JW_DEV_STATE/keys before
  dev/keys 2> /dev/null
  same "$(stat -c %a "$keys/private.pem")" 600
  same "$(openssl pkey -in "$keys/private.pem" -pubout)" "$(cat "$keys/public.pem")"
  same "$(python3 -c 'import json, sys
k = json.load(open(sys.argv[1]))["keys"][0]
print(k["kid"], k["alg"], k["publicKeyFile"])' "$keys/keys.json")" \
    "local-rs256 RS256 $keys/public.pem"
  before=$(cat "$keys/private.pem")
  dev/keys && same "$(cat "$keys/private.pem")" "$before"
}

test_services_get_exactly_their_variables() {
  local out service
  out=$(JW_SURPRISE=1 JW_TOKEN=x JW_KAFKA_COMPRESSION_TYPE=zstd JW_WORKERS=3 dev/services environment executor)
  [[ $out != *JW_SURPRISE* && $out != *JW_TOKEN* && $out != *JW_DEV_* && $out != *\$* ]] || fail "$out"
  match "$out" JW_KAFKA_COMPRESSION_TYPE=zstd && match "$out" JW_WORKERS=3 \
    && match "$out" "JW_HTTP_PORT=$JW_DEV_EXECUTOR_PORT"
  same "$(cut -d= -f1 <<< "$out" | sort | uniq -d)" ''
  out=$(dev/services environment executor | grep -v ^JW_HTTP_PORT= | sort) # one environment for all but for the port
  for service in gateway scheduler notifier; do
    same "$(dev/services environment "$service" | grep -v ^JW_HTTP_PORT= | sort)" "$out"
  done
  out=$(JW_KAFKA_BROKERS=broker.example:9092 dev/services environment notifier)
  same "$(grep -c '^JW_KAFKA_BROKERS=broker.example:9092$' <<< "$out")" 1
  match "$out" 'JW_MAIL_FROM=Jobwire <reports@jobwire.localhost>'
}

# Programs that only answer /readyz, and say of their configuration what $tmp/refusal holds, stand in for
# the services.
fake_services() {
  local service
  mkdir -p "$tmp/bin"
  rm -f "$tmp/refusal"
  # shellcheck disable=SC2016 # for the program
  printf '#!/bin/sh\n[ "$1" = topics ] && [ -n "$JW_KAFKA_BROKERS" ]\n' > "$tmp/bin/jobctl"
  for service in gateway scheduler executor notifier; do
    cat > "$tmp/bin/jobwire-$service" << 'PROGRAM'
#!/usr/bin/env python3
import http.server, os, pathlib, sys
refusal = pathlib.Path(sys.argv[0]).parents[1] / "refusal"
if refusal.exists():
    print(pathlib.Path(sys.argv[0]).name + ": the configuration is not valid:", file=sys.stderr)
    sys.exit(refusal.read_text())
if sys.argv[1:] == ["--check-config"]:
    sys.exit(0)
class Ready(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()
http.server.HTTPServer((os.environ["JW_HTTP_ADDRESS"], int(os.environ["JW_HTTP_PORT"])), Ready).serve_forever()
PROGRAM
  done
  chmod +x "$tmp"/bin/*
  touch -d '1 minute ago' "$tmp"/bin/*
}

test_services_start_restart_when_rebuilt_and_stop() (
  # shellcheck disable=SC2030 # of this test
  export JW_DEV_BIN=$tmp/bin
  fake_services
  match "$(dev/services start 2>&1)" 'the notifier is ready'
  same "$(dev/services status | grep -c running)" 4
  match "$(dev/logs gateway)" 'GET /readyz' # standard error goes to the log
  pid=$(head -n 1 "$JW_DEV_STATE/gateway/pid")
  match "$(dev/services start gateway 2>&1)" 'runs already'
  same "$(head -n 1 "$JW_DEV_STATE/gateway/pid")" "$pid"
  match "$(JW_LOG_LEVEL=debug dev/services start gateway 2>&1)" 'stopped the old gateway'
  match "$(dev/services start gateway 2>&1)" 'stopped the old gateway'
  pid=$(head -n 1 "$JW_DEV_STATE/gateway/pid")
  touch "$tmp/bin/jobwire-gateway"
  dev/services start > /dev/null 2>&1
  [ "$(head -n 1 "$JW_DEV_STATE/gateway/pid")" != "$pid" ] || fail 'the old program still runs'
  same "$(dev/services stop 2>&1 | grep -c '^stopped the')" 4
  ! dev/services status > /dev/null
)

test_a_bad_configuration_stops_nothing() (
  # shellcheck disable=SC2031 # of this test
  export JW_DEV_BIN=$tmp/bin
  fake_services
  dev/services start > /dev/null 2>&1
  pid=$(head -n 1 "$JW_DEV_STATE/gateway/pid")
  long=$(printf 'x%.0s' {1..400})
  printf 'JW_REPORTS_DIR: %s ends here\nJW_WORKERS: too many' "$long" > "$tmp/refusal"
  touch "$tmp"/bin/jobwire-* # all would be restarted
  ! out=$(dev/services start 2>&1) || fail 'it was accepted'
  same "$out" "  | JW_REPORTS_DIR: $long ends here
  | JW_WORKERS: too many
services: not valid for: gateway scheduler executor notifier; correct that and try again; nothing was stopped or started"
  same "$(dev/services status | grep -c running)" 4
  same "$(head -n 1 "$JW_DEV_STATE/gateway/pid")" "$pid"
  rm "$tmp/refusal"
  dev/services stop > /dev/null 2>&1
)

test_services_need_a_build() {
  local out
  ! out=$(JW_DEV_BIN=$tmp/none dev/services start 2>&1) || fail 'it started'
  match "$out" 'is not built; build it with: make build'
}

test_pins_name_no_registry() {
  ! grep -rnE '"resolved"|<repositor(y|ies)>|--(extra-)?index-url|_auth' dev/pins tests/e2e/requirements.txt
}

test_build_without_a_terminal_says_how_far_it_is() {
  local line told='' out=build/test-of-build
  mkfifo "$tmp/go"
  fake cmake <<'FAKE'
#!/bin/sh
echo '[test-of-build 3/10] Building C object x.o'
case $* in *--build*) read -r line < "$GO"; printf 'FAILED: x.o\nx.c:1: error: no such thing\n'; exit 1 ;; esac
FAKE
  while IFS= read -r line; do
    told+=$line$'\n'
    [[ $told != *'3/10 steps done'* ]] || [ ! -p "$tmp/go" ] || { echo go > "$tmp/go" && rm "$tmp/go"; }
  done < <(GO=$tmp/go PATH=$tmp/fake:$PATH JW_DEV_PROGRESS_S=0.05 dev/build test-of-build 2>&1 < /dev/null)
  rm -rf "$out"
  match "$told" 'building Jobwire (test-of-build): 3/10 steps done'
  match "$told" 'x.c:1: error: no such thing'
  match "$told" "all of them in $out/build.log"
}

test_up_tells_a_taken_port_before_it_builds() {
  local out
  listen
  ! out=$(JW_DEV_NOTIFIER_PORT=$port dev/up 2>&1) || fail 'it started'
  same "$(lines "$out")" 1
  match "$out" "port $port, wanted for the notifier"
  match "$out" JW_DEV_NOTIFIER_PORT=NUMBER
}

test_logs_of_an_unknown_name_tell_those_that_are_there() {
  local out
  mkdir -p "$tmp/logs/kafka" "$tmp/logs/executor"
  ! out=$(JW_DEV_STATE=$tmp/logs dev/logs executr 2>&1) || fail 'there was one'
  match "$out" 'nothing has been started here yet'
  touch "$tmp/logs/kafka/log" "$tmp/logs/executor/log"
  ! out=$(JW_DEV_STATE=$tmp/logs dev/logs executr 2>&1) || fail 'there was one'
  match "$out" "there is no log of 'executr'; there are those of: executor kafka"
}

test_help_lists_every_target() {
  local target
  for target in demo up servers down status logs env build test lint bench clean; do
    match "$(make)" "make $target "
  done
}

free_ports
failed=() count=0
for name in $(compgen -A function test_); do
  [ $# = 0 ] || [[ $name == *$1* ]] || continue
  count=$((count + 1))
  rc=0
  (set -euo pipefail; trap - EXIT; "$name") &
  wait $! || rc=$?
  if [ "$rc" = 0 ]; then printf 'ok   %s\n' "${name#test_}"; else printf 'FAIL %s\n' "${name#test_}"; failed+=("$name"); fi
done
printf '%s tests, %s failed\n' "$count" "${#failed[@]}"
[ "$count" -gt 0 ] && [ ${#failed[@]} = 0 ]
