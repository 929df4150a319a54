# shellcheck shell=bash disable=SC2034,SC2154
# cache.sh: things that are slow to get, kept for all clones of this user, keyed by version.

# cache_has KEY: whether it is there, complete.
cache_has() { [ -d "$cache/$1" ]; }

# cache_install KEY "what it is" FUNCTION: runs FUNCTION FOLDER to fill a new folder and renames that to
# the key, so that a broken attempt leaves nothing behind; a lock keeps two clones from doing it at once.
# FUNCTION runs in its own shell with its output going to a log, and fails by fill_failed.
cache_install() {
  local key=$1 what=$2 fill=$3 log=$cache/logs/$1.log
  cache_has "$key" && return 0
  mkdir -p "$cache/logs" || die "cannot write $cache; set XDG_CACHE_HOME to a folder that can be written"
  (
    local new rc=0
    exec 8> "$cache/logs/$key.lock"
    flock -n 8 || { say "waiting for another clone that is getting $what"; flock 8; }
    cache_has "$key" && exit 0
    say "getting $what (kept in $cache/$key)"
    new=$(mktemp -d "$cache/new.XXXXXXXX")
    # shellcheck disable=SC2064 # the folder's name is wanted as it is now
    trap "rm -rf '$new'" EXIT
    ("$fill" "$new") 3>&2 > "$log" 2>&1 8>&- < /dev/null || rc=$?
    [ "$rc" != 77 ] || exit 1 # fill_failed has printed it
    [ "$rc" = 0 ] || { tail -n 5 "$log" | sed 's/^/  | /' >&2; die "could not get $what; the whole log is $log"; }
    rm -rf "${cache:?}/$key"
    mv -T "$new" "$cache/$key"
  )
}

# fill_failed "what did not work" "its cure": ends FUNCTION above with one sentence.
fill_failed() { printf '%s: %s; %s (log: %s)\n' "${0##*/}" "$1" "$2" "$log" >&3; exit 77; }

# venv_fill FOLDER REQUIREMENTS: a Python environment with exactly the pinned, hashed packages.
venv_fill() {
  local python
  python=$(find_python) || fill_failed "no Python 3.11 or newer with venv was found" \
    "install python3 and python3-venv"
  "$python" -m venv "$1" || fill_failed "Python cannot create a virtual environment" "install python3-venv"
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --retries 2 \
    --require-hashes --only-binary :all: -r "$2" \
    || fill_failed "pip could not get the packages of ${2#"$top"/}" \
      "check the network or the index that pip is set to, then run the same command again"
}

find_python() {
  local p
  for p in python3 /usr/bin/python3 python3.{11,12,13,14}; do
    "$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
      && { command -v "$p"; return 0; }
  done
  return 1
}

# venv_key NAME REQUIREMENTS: an environment is good for one set of pins and one Python.
venv_key() {
  local python
  python=$(find_python) || die 'no Python 3.11 or newer with venv was found; install it with: dev/install servers'
  printf '%s-%s-%s' "$1" "$(file_key "$2")" "$("$python" -c 'import sys; print("py%d%d" % sys.version_info[:2])')"
}

# file_key FILE: a short key of a file's content.
file_key() { sha256sum "$1" | cut -c1-12; }

# npm_fill FOLDER PINS: exactly the packages of the lock file in PINS, without running any script of theirs.
npm_fill() {
  have npm || fill_failed 'npm is missing' 'install it with: dev/install servers'
  cp "$2/package.json" "$2/package-lock.json" "$1/"
  npm ci --prefix "$1" --ignore-scripts --no-audit --no-fund --no-update-notifier --loglevel=error \
    --fetch-retries=2 --fetch-retry-mintimeout=1000 --fetch-retry-maxtimeout=5000 \
    || fill_failed 'npm could not get the packages' \
      'check the network or the registry that npm is set to, then run the same command again'
}
