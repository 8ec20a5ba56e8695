# The wasm target of the runtime: from rustup, or where rustup cannot download,
# built from Debian's Rust packages. Sourced, never run.
# shellcheck shell=bash

# shellcheck source=scripts/lib/env.sh
source "$(dirname "${BASH_SOURCE[0]}")/env.sh"

# A sysroot of our own: links into Debian's packages, beside them the target's
# three libraries. Nothing is written under /usr.
FALLBACK_SYSROOT=$NOCKNOCK_CACHE/toolchain
DEBIAN_RUSTC=/usr/bin/rustc
DEBIAN_CARGO=/usr/bin/cargo
DEBIAN_RUST_PACKAGES=(rustc-web cargo-web rust-web-src)

ensure_wasm_target() {
    if [ -n "${WASM_BUILD_TOOLCHAIN:-}" ]; then
        ensure_chosen_toolchain
    elif has_wasm_target; then
        echo "$WASM_TARGET is there"
    elif add_target_by_rustup; then
        echo "$WASM_TARGET added by rustup"
        forget_wasm_builds
    else
        echo "rustup cannot download $WASM_TARGET: building it from Debian's Rust packages"
        build_fallback_toolchain
        export WASM_BUILD_TOOLCHAIN=$FALLBACK_TOOLCHAIN
    fi
}

# What env.sh found or the user set is used only if it can do the work.
ensure_chosen_toolchain() {
    if [ "$WASM_BUILD_TOOLCHAIN" = "$FALLBACK_TOOLCHAIN" ] && ! fallback_is_fresh; then
        echo "Debian's Rust packages have changed: building $WASM_TARGET anew"
        build_fallback_toolchain
    fi
    has_wasm_target "+$WASM_BUILD_TOOLCHAIN" ||
        fail "the toolchain '$WASM_BUILD_TOOLCHAIN' lacks $WASM_TARGET: add the target to it or unset WASM_BUILD_TOOLCHAIN."
    echo "$WASM_TARGET is in the toolchain '$WASM_BUILD_TOOLCHAIN'"
}

# Bounded, because a blocked network may swallow packets instead of refusing.
add_target_by_rustup() {
    RUST_BACKTRACE=0 timeout 300 rustup target add "$WASM_TARGET" && has_wasm_target
}

# The libraries belong to one compiler: its version is kept beside them. A
# toolchain of that name that others linked is theirs to keep fresh.
fallback_is_fresh() {
    [ "$(rustc "+$FALLBACK_TOOLCHAIN" --print sysroot 2>/dev/null)" != "$FALLBACK_SYSROOT" ] ||
        [ "$(cat "$FALLBACK_SYSROOT/version" 2>/dev/null)" = "$("$DEBIAN_RUSTC" -vV)" ]
}

build_fallback_toolchain() {
    install_debian_rust
    rm -rf "$FALLBACK_SYSROOT"
    mkdir -p "$FALLBACK_SYSROOT"
    link_host_toolchain
    build_target_libraries
    "$DEBIAN_RUSTC" -vV >"$FALLBACK_SYSROOT/version"
    rustup toolchain link "$FALLBACK_TOOLCHAIN" "$FALLBACK_SYSROOT"
    has_wasm_target "+$FALLBACK_TOOLCHAIN" ||
        fail "the built $WASM_TARGET is not seen by 'rustc +$FALLBACK_TOOLCHAIN': run 'rustup target add $WASM_TARGET' where downloads work."
    forget_wasm_builds
}

install_debian_rust() {
    have apt-get ||
        fail "there is no way to get $WASM_TARGET here: run 'rustup target add $WASM_TARGET' where downloads work."
    install_packages "${DEBIAN_RUST_PACKAGES[@]}"
}

link_host_toolchain() {
    local host rustlib own lld
    host=$("$DEBIAN_RUSTC" -vV | sed -n 's/^host: //p')
    rustlib=/usr/lib/rustlib/$host
    own=$FALLBACK_SYSROOT/lib/rustlib/$host
    mkdir -p "$FALLBACK_SYSROOT/bin" "$own/bin"
    # A mere link would resolve to /usr and look for the libraries there.
    printf '#!/bin/sh\nexec %s --sysroot %q "$@"\n' "$DEBIAN_RUSTC" "$FALLBACK_SYSROOT" \
        >"$FALLBACK_SYSROOT/bin/rustc"
    chmod +x "$FALLBACK_SYSROOT/bin/rustc"
    ln -s "$DEBIAN_CARGO" "$FALLBACK_SYSROOT/bin/cargo"
    ln -s "$rustlib/lib" "$own/lib"
    ln -s /usr/lib/rustlib/src "$FALLBACK_SYSROOT/lib/rustlib/src"
    # Debian's rust-lld is a link to a package that it does not require.
    lld=$(rustc --print sysroot)/lib/rustlib/$host/bin/rust-lld
    [ -x "$lld" ] || lld=$(readlink -f /usr/bin/rust-lld || true)
    [ -x "$lld" ] || fail "no rust-lld found: install the Debian package that 'readlink /usr/bin/rust-lld' names (lld-22 or the like)."
    ln -s "$lld" "$own/bin/rust-lld"
}

# core and alloc for a crate that needs nothing else; with bitcode, which the
# runtime's link-time optimisation reads.
build_target_libraries() {
    local work built
    work=$(mktemp -d)
    built=$work/target/$WASM_TARGET/release/deps
    mkdir -p "$work/src" "$FALLBACK_SYSROOT/lib/rustlib/$WASM_TARGET/lib"
    printf '#![no_std]\n' >"$work/src/lib.rs"
    printf '[package]\nname = "only-core-and-alloc"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' \
        >"$work/Cargo.toml"
    (
        cd "$work"
        env -u WASM_BUILD_TOOLCHAIN RUSTC_BOOTSTRAP=1 RUSTC="$FALLBACK_SYSROOT/bin/rustc" \
            RUSTFLAGS="-Cembed-bitcode=yes" CARGO_TARGET_DIR="$work/target" \
            "$DEBIAN_CARGO" build --quiet --release --target "$WASM_TARGET" -Z build-std=core,alloc
    ) || fail "core and alloc could not be built for $WASM_TARGET: see cargo's message above."
    cp "$built"/lib{core,alloc,compiler_builtins}-*.rlib "$FALLBACK_SYSROOT/lib/rustlib/$WASM_TARGET/lib/"
    rm -rf "$work"
}

# Builds with another sysroot would be mixed with the new libraries. Without its
# fingerprint cargo runs the runtime's build script again, which builds the wasm.
forget_wasm_builds() {
    rm -rf "$CARGO_TARGET_DIR"/*/wbuild "$CARGO_TARGET_DIR"/*/.fingerprint/nocknock-runtime-*
}
