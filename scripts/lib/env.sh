# The environment that every cargo command of the project runs in, so that all
# of them share one target directory and one wasm toolchain. Sourced by the
# scripts; users get it by `eval "$(scripts/setup --env)"`.
# shellcheck shell=bash

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Everything that the scripts build or fetch lies under this folder.
NOCKNOCK_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/nocknock

WASM_TARGET=wasm32v1-none
# The name under which the fallback toolchain is known to rustup.
FALLBACK_TOOLCHAIN=debian

# has_wasm_target [+TOOLCHAIN]: whether that toolchain, or the checkout's own, has
# the target's libraries. rustc's answer is a path, there or not.
has_wasm_target() {
    local folder
    folder=$(cd "$ROOT" && rustc "$@" --print target-libdir --target "$WASM_TARGET" 2>/dev/null) ||
        return 1
    compgen -G "$folder/libcore-*.rlib" >/dev/null &&
        compgen -G "$folder/liballoc-*.rlib" >/dev/null &&
        compgen -G "$folder/libcompiler_builtins-*.rlib" >/dev/null
}

# choose_openssl: the system's, linked into the programs as the crate's own would be, because to compile that takes minutes.
choose_openssl() {
    local folder
    folder=$(pkg-config --variable=libdir 'openssl >= 3' 2>/dev/null) || return 0
    if [ -e "$folder/libssl.a" ] && [ -e "$folder/libcrypto.a" ]; then
        export OPENSSL_NO_VENDOR=${OPENSSL_NO_VENDOR:-1} OPENSSL_STATIC=${OPENSSL_STATIC:-1}
    fi
}

# A toolchain that the user chose is left alone.
if [ -z "${WASM_BUILD_TOOLCHAIN:-}" ] && ! has_wasm_target && has_wasm_target "+$FALLBACK_TOOLCHAIN"; then
    export WASM_BUILD_TOOLCHAIN=$FALLBACK_TOOLCHAIN
fi
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$NOCKNOCK_CACHE/target}
# Where nodes keep compiled runtimes: the user's folder, also for nodes of tests and pages that have a home of their own.
export NOCKNOCK_RUNTIME_CACHE=${NOCKNOCK_RUNTIME_CACHE:-$NOCKNOCK_CACHE/runtime}
# The wasm builder finds the workspace by the target directory otherwise.
export WASM_BUILD_WORKSPACE_HINT=${WASM_BUILD_WORKSPACE_HINT:-$ROOT}
choose_openssl

# print_env: the same as lines for `eval`.
print_env() {
    local name
    for name in CARGO_TARGET_DIR NOCKNOCK_RUNTIME_CACHE OPENSSL_NO_VENDOR OPENSSL_STATIC WASM_BUILD_TOOLCHAIN \
        WASM_BUILD_WORKSPACE_HINT; do
        [ -z "${!name:-}" ] || printf 'export %s=%q\n' "$name" "${!name}"
    done
}
