# The programs of scripts/lint, each in one version for everybody, each in a folder
# of its own under the project's cache. Sourced, never run.
# shellcheck shell=bash

# shellcheck source=scripts/lib/wheels.sh
source "$(dirname "${BASH_SOURCE[0]}")/wheels.sh"

# Programs that the Python registry carries ready built.
WHEELS=(typos==1.52.0 taplo==0.9.3)
# Programs to be compiled.
CRATES=(cargo-deny@0.20.2 zepter@1.88.2)

ensure_tools() {
    install_packages shellcheck
    ensure_component rustfmt cargo-fmt
    ensure_component clippy cargo-clippy
    local tool
    for tool in "${WHEELS[@]}"; do
        ensure_tool "${tool%%==*}" "${tool##*==}" install_wheel
    done
    for tool in "${CRATES[@]}"; do
        ensure_tool "${tool%%@*}" "${tool##*@}" install_crate
    done
    echo "all there"
}

# ensure_tool NAME VERSION INSTALLER: afterwards the tool is found in PATH.
ensure_tool() {
    PATH=$TOOLS/$1/bin:$PATH
    is_version "$TOOLS/$1/bin/$1" "$2" && return
    echo "installing $1 $2"
    rm -rf "${TOOLS:?}/$1"
    "$3" "$1" "$2"
    is_version "$TOOLS/$1/bin/$1" "$2" || fail "$1 $2 was installed but does not run: try '$TOOLS/$1/bin/$1 --version'."
}

# is_version PROGRAM VERSION
is_version() {
    [ -x "$1" ] && "$1" --version 2>/dev/null | grep -qwF -- "$2"
}

# ensure_component COMPONENT PROGRAM
ensure_component() {
    "$2" --version >/dev/null 2>&1 || rustup component add "$1" ||
        fail "$1 is missing and rustup cannot add it: run 'rustup component add $1' where downloads work."
}

# Little optimisation, because these programs are compiled more than they run; and
# a target directory of their own, because the project's would keep their libraries.
install_crate() {
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_DEBUG=0 \
        CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 CARGO_TARGET_DIR=$TOOLS/$1/build \
        cargo install --quiet --locked --root "$TOOLS/$1" "$1@$2" ||
        fail "cargo could not install $1: see its message above, then start again."
    rm -rf "$TOOLS/$1/build"
}
