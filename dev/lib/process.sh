# shellcheck shell=bash disable=SC2034,SC2154
# process.sh: starting, watching and stopping the processes of a local Jobwire.
# Each has a folder $state/NAME with `pid` (pid, start time, a word of its command line), `ports` and `log`.
# A process is only ever signalled when pid, start time and that word all still fit.

proc_start_time() { # field 22 of stat; the name in field 2 may hold blanks and parentheses
  local stat fields
  { IFS= read -r -d '' stat || [ -n "$stat" ]; } 2> /dev/null < "/proc/$1/stat" || return 1
  read -ra fields <<< "${stat##*) }"
  [ "${fields[0]}" != Z ] && printf '%s' "${fields[19]}"
}

# own_pid NAME: prints the pid when the process that we started as NAME is alive.
own_pid() {
  local pid start word args
  { read -r pid && read -r start && IFS= read -r word; } 2> /dev/null < "$state/$1/pid" || return 1
  [[ $pid =~ ^[0-9]+$ ]] && [ "$(proc_start_time "$pid")" = "$start" ] || return 1
  { mapfile -d '' -t args; } 2> /dev/null < "/proc/$pid/cmdline" || return 1
  [[ "${args[*]}" == *"$word"* ]] || return 1
  printf '%s\n' "$pid"
}

# answers_at PORT: whether something takes connections there.
answers_at() { (exec 7<> "/dev/tcp/127.0.0.1/$1") 2> /dev/null; }

# require_port VARIABLE "what for": one sentence with the cure when the port is taken.
require_port() {
  local port=${!1} who
  answers_at "$port" || return 0
  who=$({ ss -Hltnp "sport = :$port" 2> /dev/null || :; } \
    | sed -n 's/.*users:(("\([^"]*\)",pid=\([0-9]*\),.*/process \2 (\1)/p' | head -n 1)
  die "port $port, wanted for $2, is taken by ${who:-another process}; stop that, or choose another port with $1=NUMBER"
}

# require_own_ports NAME "what it is" VARIABLE...: those of what does not run yet; before it takes long to get there.
require_own_ports() {
  local name=$1 what=$2 var
  shift 2
  ! external "$name" && ! own_pid "$name" > /dev/null || return 0
  for var; do require_port "$var" "$what"; done
}

# start_process NAME WORD PORT_VARIABLE,... COMMAND...: runs the command in its own session, with only its
# log open, and notes it as NAME. WORD stands in its command line.
start_process() {
  local name=$1 word=$2 ports=$3 dir=$state/$1 pid var
  shift 3
  mkdir -p "$dir"
  [ ! -f "$dir/log" ] || mv -f "$dir/log" "$dir/log.1"
  for var in ${ports//,/ }; do printf '%s=%s\n' "$var" "${!var}"; done > "$dir/ports"
  (
    local fd
    exec < /dev/null > "$dir/log" 2>&1
    for fd in /proc/self/fd/*; do # a lock or a pipe of the caller must not live on in the server
      fd=${fd##*/}
      [ "$fd" -le 2 ] || eval "exec $fd>&-"
    done
    exec setsid "$@"
  ) &
  pid=$!
  disown "$pid"
  printf '%s\n%s\n%s\n' "$pid" "$(proc_start_time "$pid")" "$word" > "$dir/pid"
}

# wait_ready NAME "what it is" SECONDS CHECK...: until CHECK succeeds, the process ends, or time is up.
# A function why_not_ready NAME of the caller may print more about the last.
wait_ready() {
  local name=$1 what=$2 deadline=$((SECONDS + $3)) pid reason
  read -r pid < "$state/$name/pid"
  shift 3
  until "$@" 2> /dev/null; do
    if [ -z "$(proc_start_time "$pid")" ]; then
      start_failed "$name" "$what ended instead of starting"
    elif ((SECONDS >= deadline)); then
      reason='did not answer in time'
      ! declare -F why_not_ready > /dev/null || reason=$(why_not_ready "$name")
      stop_process "$name" "$what" 5
      start_failed "$name" "$what $reason"
    fi
    sleep 0.1
  done
}

start_failed() {
  { grep -v '"event":"http_request"' "$state/$1/log" || :; } | tail -n 8 | sed 's/^/  | /' >&2
  rm -f "$state/$1/pid" "$state/$1/ports"
  die "$2; its log is ${state#"$top"/}/$1/log"
}

# stop_process NAME "what it is" SECONDS: SIGTERM, then SIGKILL when it does not end in time.
stop_process() {
  local name=$1 what=$2 deadline=$((SECONDS + $3)) pid start
  if pid=$(own_pid "$name"); then
    start=$(proc_start_time "$pid" || :)
    kill -TERM "$pid" 2> /dev/null || :
    # Its command line goes before its ports do, so only the start time shows that it is gone.
    while [ -n "$start" ] && [ "$(proc_start_time "$pid")" = "$start" ]; do
      if ((SECONDS >= deadline)); then
        say "$what did not end within $3 s: killed"
        kill -KILL "$pid" 2> /dev/null || :
        deadline=$((SECONDS + 5))
      fi
      sleep 0.05
    done
    say "stopped $what"
  fi
  rm -f "$state/$name/pid" "$state/$name/ports"
}

# status_line NAME ADDRESS: one line; fails when it is stopped.
status_line() {
  local pid
  if external "$1"; then
    printf '%-10s external           %s\n' "$1" "$2"
  elif pid=$(own_pid "$1"); then
    printf '%-10s running  %-8s  %s\n' "$1" "$pid" "$2"
  else
    printf '%-10s stopped\n' "$1"
    return 1
  fi
}

http_answers() { curl -sf -m 2 --noproxy '*' -o /dev/null "http://127.0.0.1:$1$2"; } # PORT PATH
