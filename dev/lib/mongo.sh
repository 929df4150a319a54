# shellcheck shell=bash disable=SC2034,SC2154
# mongo.sh: the MongoDB-compatible servers that can run locally; README.md says why these.
# A kind is mongod, native (SecantusDB), python (SecantusDB in Python) or java (mongo-java-server).
# mongo_get KIND puts it into the cache; mongo_start KIND NAME PORT_VARIABLE runs it under $state/NAME.

mongo_native_version=0.5.3-beta.196
mongo_native_key=secantus-mdb-$mongo_native_version
mongo_native_program=$cache/$mongo_native_key/bin/secantusd-rs
mongo_python_pins=$top/dev/pins/mongo-python/requirements.txt
mongo_java_pins=$top/dev/pins/mongo-java

mongo_python_key() { venv_key secantus-python "$mongo_python_pins"; }
mongo_java_key() { printf 'mongo-java-server-1.47.0-%s' "$(cat "$mongo_java_pins"/* | sha256sum | cut -c1-12)"; }

# mongo_native_missing: what is missing to build the native server; nothing when it can be built.
mongo_native_missing() {
  local version
  version=$(cargo --version 2> /dev/null | awk '{ print $2 }') || :
  if [ -z "$version" ] || ! printf '1.95.0\n%s\n' "$version" | sort -CV; then printf 'cargo 1.95 or newer'
  elif ! have cmake; then printf 'cmake'
  elif ! have c++; then printf 'a C++ compiler'
  fi
}

mongo_fill_native() {
  CARGO_TARGET_DIR=$1/target nice cargo install secantus-mdb --version "$mongo_native_version" --locked \
    --ignore-rust-version --root "$1" \
    || fill_failed 'cargo could not build the native MongoDB-compatible server' \
      'check the network and the log, or set JW_DEV_MONGODB=python to do without it'
  rm -rf "$1/target"
}
mongo_fill_python() { venv_fill "$1" "$mongo_python_pins"; }
mongo_fill_java() { jars_fill "$1" "$mongo_java_pins/pom.xml"; cp "$mongo_java_pins/Launch.java" "$1/"; }

mongo_get() {
  local key missing
  case $1 in
    mongod) have mongod || die 'mongod is not installed; unset JW_DEV_MONGODB to use a compatible server' ;;
    native)
      [ -x "$mongo_native_program" ] && return
      missing=$(mongo_native_missing)
      [ -z "$missing" ] \
        || die "the native MongoDB-compatible server needs $missing; install that, or set JW_DEV_MONGODB=python"
      say 'building the native MongoDB-compatible server with cargo: once for this machine, some 5 minutes'
      cache_install "$mongo_native_key" 'the MongoDB-compatible server (SecantusDB, native)' mongo_fill_native ;;
    python)
      key=$(mongo_python_key)
      cache_install "$key" 'the MongoDB-compatible server (SecantusDB in Python)' mongo_fill_python ;;
    java) need_java; cache_install "$(mongo_java_key)" 'mongo-java-server' mongo_fill_java ;;
    *) die "JW_DEV_MONGODB is '$1'; it may be mongod, native, python or java" ;;
  esac
}

mongo_start() {
  local kind=$1 name=$2 port=${!3} data=$state/$2/data-$1 command venv jars
  require_port "$3" 'the MongoDB server'
  mkdir -p "$data"
  case $kind in
    mongod) command=(mongod --bind_ip 127.0.0.1 --port "$port" --dbpath "$data" --wiredTigerCacheSizeGB 0.5) ;;
    native)
      command=("$mongo_native_program" --host 127.0.0.1 --port "$port" --storage-path "$data"
        --cache-size 512M --sync-on-commit) ;;
    python)
      venv=$cache/$(mongo_python_key) # its start script names the folder it was created in: not used
      command=("$venv/bin/python" "$venv/bin/secantusd-py" --host 127.0.0.1 --port "$port"
        --storage-path "$data" --cache-size 512M --sync-on-commit) ;;
    java)
      jars=$cache/$(mongo_java_key)
      command=(java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$jars/libs/*" "$jars/Launch.java"
        "$port" "$data/h2") ;;
  esac
  start_process "$name" "$data" "$3" "${command[@]}"
  wait_ready "$name" "the MongoDB server ($kind)" 60 answers_at "$port"
  say "started the MongoDB server ($kind), mongodb://127.0.0.1:$port"
}
