# Shared by the scripts of this folder: steps with their time, one-sentence
# failures, Debian packages. Sourced, never run.
# shellcheck shell=bash

set -euo pipefail

# The checkout, also where it is reached through a link.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)

# fail SENTENCE: says what is wrong and what to do, and ends the script.
fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# step NAME COMMAND...: runs the command, then prints how long it took.
# The command runs unguarded by `if` or `||`, so `set -e` holds inside it.
step() {
    local name=$1 start=$SECONDS
    shift
    printf '== %s\n' "$name"
    "$@"
    printf '== %s: done in %s\n' "$name" "$(duration $((SECONDS - start)))"
}

# duration SECONDS: for readers.
duration() {
    if (($1 < 60)); then
        printf '%d s' "$1"
    else
        printf '%d min %02d s' $(($1 / 60)) $(($1 % 60))
    fi
}

have() {
    command -v "$1" >/dev/null 2>&1
}

# as_root COMMAND...: through sudo where the user is not root.
as_root() {
    if ((EUID == 0)); then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        fail "root is needed and there is no sudo: run this as root, then start again: $*"
    fi
}

# missing_packages PACKAGE...: those that dpkg does not know as installed.
missing_packages() {
    local package
    for package; do
        [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            printf '%s\n' "$package"
    done
}

# install_packages PACKAGE...: the Debian packages among these that are missing.
install_packages() {
    local missing
    mapfile -t missing < <(missing_packages "$@")
    ((${#missing[@]})) || return 0
    echo "installing ${missing[*]}"
    as_root apt-get update -qq ||
        fail "apt-get update failed: check the network and /etc/apt, then start again."
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "apt-get could not install ${missing[*]}: install them by hand, then start again."
}
