# shellcheck shell=bash
# ports.sh: ports for a run of its own, so that a Jobwire started with `make up` is left alone. After process.sh.

choose_ports() { # free ones, below those the kernel gives to clients
  local name port taken=' '
  for name in $(compgen -v JW_DEV_ | grep '_PORT$'); do
    for _ in {1..200}; do
      port=$((20000 + RANDOM % 12000))
      [[ $taken == *" $port "* ]] || answers_at "$port" || break
    done
    taken+="$port "
    export "$name=$port"
  done
}
