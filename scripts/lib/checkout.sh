# One target directory for many checkouts, and no rebuild because a checkout is new or lies elsewhere: cargo sees the
# one that builds under a name that stays, and its files with the times that their content had before. Sourced, never
# run. docs/adr/0012 has the reasons.
# shellcheck shell=bash

# shellcheck source=scripts/lib/toolchain.sh
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

# Link to the checkout that builds.
CHECKOUT=$CARGO_TARGET_DIR/checkout
# Which folder that is: its path, and what tells it from another one that lay there before.
OWNER=$CARGO_TARGET_DIR/checkout.owner
# Content, time and path of its files when they were last compiled.
SOURCES=$CARGO_TARGET_DIR/checkout.sources

# claim_target_directory: makes this checkout the one that builds. Waits while scripts of another one use the target
# directory; until this script ends, others wait for it.
claim_target_directory() {
    mkdir -p "$CARGO_TARGET_DIR"
    exec {claim}>>"$CARGO_TARGET_DIR/checkout.lock"
    flock --shared "$claim"
    until owns_target_directory; do
        lock_alone
        owns_target_directory || take_over
        flock --shared "$claim"
    done
}

lock_alone() {
    flock --nonblock "$claim" && return
    echo "waiting for the scripts of $(readlink "$CHECKOUT") to end: they use $CARGO_TARGET_DIR too"
    flock "$claim"
}

owns_target_directory() {
    [ "$(cat "$OWNER" 2>/dev/null)" = "$(identity)" ] && [ "$(readlink "$CHECKOUT")" = "$ROOT" ]
}

identity() {
    stat -c '%n %d:%i:%W' "$ROOT"
}

take_over() {
    restore_times
    # Earlier versions had a file of that name.
    rm -f "$CHECKOUT"
    ln -sfn "$ROOT" "$CHECKOUT"
    identity >"$OWNER"
}

# build SUBCOMMAND ARGUMENTS...: cargo on this checkout, by the name that stays.
build() {
    # Unquoted, because "nextest run" are two words.
    # shellcheck disable=SC2086
    cargo $1 --manifest-path "$CHECKOUT/Cargo.toml" "${@:2}"
}

# remember_times: to be called when cargo has compiled this checkout.
remember_times() {
    owns_target_directory || return 0
    local noted
    noted=$(mktemp "$SOURCES.XXXXXX")
    describe_sources | with_times >"$noted"
    mv "$noted" "$SOURCES"
}

# with_times: from "CONTENT PATH" to "CONTENT TIME PATH".
with_times() {
    local sources
    sources=$(cat)
    cut -f 2 <<<"$sources" | xargs -d '\n' stat --printf '%.9Y\t%n\n' -- |
        awk -F '\t' 'NR == FNR { time[$2] = $1; next } { print $1 "\t" time[$2] "\t" $2 }' - <(printf '%s\n' "$sources")
}

# restore_times: gives each file, and each folder, the time that the same content had when it was compiled. All others
# are new. If cargo has compiled anything since without these scripts, all are new: who knows what that was.
restore_times() {
    local noted=/dev/null
    if [ -e "$SOURCES" ] && ! compiled_since_noted; then
        noted=$SOURCES
    fi
    describe_sources |
        awk -F '\t' -v now="$(date +%s.%N)" '
            noted { time[$1, $3] = $2; next }
            { print (($1, $2) in time ? time[$1, $2] : now) "\t" $2 }
        ' noted=1 "$noted" noted=0 - |
        sort | set_times
}

# set_times: of the lines "TIME PATH", those of one time together.
set_times() {
    local time path paths=() last=
    while IFS=$'\t' read -r time path; do
        if [ "$time" != "$last" ]; then
            ((${#paths[@]} == 0)) || touch --no-create --date="@$last" -- "${paths[@]}"
            paths=()
        fi
        last=$time
        paths+=("$path")
    done
    ((${#paths[@]} == 0)) || touch --no-create --date="@$last" -- "${paths[@]}"
}

compiled_since_noted() {
    [ -n "$(find "$CARGO_TARGET_DIR"/*/.fingerprint "$CARGO_TARGET_DIR"/*/*/.fingerprint -newer "$SOURCES" \
        -print -quit 2>/dev/null)" ]
}

# describe_sources: CONTENT and PATH of each file, then of each folder, whose content are the names in it.
describe_sources() {
    list_sources | sort -z | xargs -0 sha256sum -- 2>/dev/null | awk '
        {
            path = substr($0, 67)
            print $1 "\t" path
            depth = split(path, names, "/")
            folder = ""
            for (i = 1; i < depth; i++) {
                parent = folder
                folder = (i == 1 ? "" : folder "/") names[i]
                note(parent, names[i])
            }
            note(folder, names[depth])
        }
        function note(folder, name) {
            if (folder != "" && !((folder, name) in noted)) content[folder] = content[folder] "/" name
            noted[folder, name] = 1
        }
        END { for (folder in content) print content[folder] "\t" folder }
    '
}

# list_sources: what belongs to the checkout. What git still knows and was deleted does not.
list_sources() {
    local file
    list_files | while IFS= read -r -d '' file; do
        if [ -f "$file" ] && [ ! -L "$file" ]; then
            printf '%s\0' "$file"
        fi
    done
}

list_files() {
    if git rev-parse --git-dir >/dev/null 2>&1; then
        git ls-files -z --cached --others --exclude-standard
    else
        find . \( -name .git -o -name node_modules -o -name target \) -prune -o -type f -printf '%P\0'
    fi
}
