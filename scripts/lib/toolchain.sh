# What has to be there before anything is compiled. Sourced, never run.
# shellcheck shell=bash

# shellcheck source=scripts/lib/wasm-target.sh
source "$(dirname "${BASH_SOURCE[0]}")/wasm-target.sh"

SYSTEM_PACKAGES=(
    build-essential clang cmake curl git jq libclang-dev libssl-dev pkg-config protobuf-compiler
    python3
)
# The programs of those packages, for systems that are not Debian's kin.
SYSTEM_PROGRAMS=(cc c++ clang cmake curl git jq make perl pkg-config protoc python3)

prepare_toolchain() {
    step "system packages" ensure_system_packages
    choose_openssl
    step "rust" ensure_rust
    step "wasm target" ensure_wasm_target
}

ensure_system_packages() {
    if have apt-get && have dpkg-query; then
        install_packages "${SYSTEM_PACKAGES[@]}"
    else
        require_programs "${SYSTEM_PROGRAMS[@]}"
    fi
    echo "all there"
}

require_programs() {
    local program missing=()
    for program; do
        have "$program" || missing+=("$program")
    done
    ((${#missing[@]} == 0)) ||
        fail "this is not Debian or Ubuntu: install ${missing[*]} by the system's own means, then start again."
}

ensure_rust() {
    have rustup ||
        fail "rustup is missing: install it as https://rustup.rs says, open a new shell, then start again."
    local wanted found
    wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
    found=$(rustc --version 2>/dev/null | cut -d' ' -f2) ||
        fail "rustup has no stable toolchain: run 'rustup toolchain install stable', then start again."
    [ "$(printf '%s\n' "$wanted" "$found" | sort -V | head -n 1)" = "$wanted" ] ||
        fail "Rust $wanted or newer is needed and this is $found: run 'rustup update stable', then start again."
    echo "Rust $found"
}
