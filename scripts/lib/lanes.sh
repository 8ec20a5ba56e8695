# Work beside other work: each lane is a command in the background whose output goes to a file, and is shown in one
# piece when the lane has ended. Sourced, never run.
# shellcheck shell=bash

# shellcheck source=scripts/lib/common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

# Process and output of each lane, by its name.
declare -A lane_pids=()
declare -A lane_logs=()

# beside NAME COMMAND...: starts a lane, in a process group of its own, so that all that it starts can be ended.
beside() {
    local name=$1
    shift
    lane_logs[$name]=$(mktemp)
    echo "== $name: begins beside what follows; its output comes when it has ended"
    set -m
    "$@" >"${lane_logs[$name]}" 2>&1 </dev/null &
    lane_pids[$name]=$!
    set +m
    trap stop_lanes EXIT
}

# await_lane NAME: shows what the lane has printed, and returns how it has ended.
await_lane() {
    local status=0
    wait "${lane_pids[$1]}" || status=$?
    echo "== $1, which ran beside the rest:"
    cat "${lane_logs[$1]}"
    rm -f "${lane_logs[$1]}"
    unset "lane_pids[$1]" "lane_logs[$1]"
    return "$status"
}

# stop_lanes: those that still run, when the script ends before them.
stop_lanes() {
    local name
    for name in "${!lane_pids[@]}"; do
        kill -TERM -- "-${lane_pids[$name]}" 2>/dev/null || true
        wait "${lane_pids[$name]}" || true
        rm -f "${lane_logs[$name]}"
    done
}
