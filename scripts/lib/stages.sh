# Stages of a script that drives programs: their times, their programs in the
# background, and what these leave below $folder: what they print in
# answers/NAME.json, their messages in logs/NAME.log. Sourced, never run.
# shellcheck shell=bash

# How long any program may take before the script gives up. The script may allow more.
LIMIT_SECONDS=300

# Where the programs leave their output. The script names it.
folder=
# The stage that goes on: a word for summaries, what is said if it fails, when it began.
stage_name=
stage_words=
stage_began=
# "NAME MILLISECONDS" of the earlier stages.
stage_times=()
# Running programs, by name. The script names one of them "chain".
declare -A pids=()

# stage NAME WORDS: the earlier stage has ended and this one begins.
stage() {
    end_stage
    stage_name=$1 stage_words=$2
    stage_began=$(milliseconds)
}

end_stage() {
    [ -z "$stage_name" ] || stage_times+=("$stage_name $(($(milliseconds) - stage_began))")
    stage_name=
}

milliseconds() {
    local time=${EPOCHREALTIME//[!0-9]/}
    printf '%s' "${time%???}"
}

# print_stage_times: one line for each stage that has ended.
print_stage_times() {
    printf '%s\n' "${stage_times[@]}"
}

# launch NAME COMMAND...: in the background.
launch() {
    local name=$1
    shift
    "$@" >"$folder/answers/$name.json" 2>>"$folder/logs/$name.log" </dev/null &
    pids[$name]=$!
}

# await NAME...: until these have ended well. A chain that ends meanwhile is the real
# failure: the others would wait for it to come back.
await() {
    local name end=$((SECONDS + LIMIT_SECONDS))
    for name; do
        while is_running "$name"; do
            is_running chain || give_up chain "has ended"
            ((SECONDS < end)) || give_up "$name" "did not end within $LIMIT_SECONDS s"
            sleep 0.1
        done
        reap "$name" || give_up "$name" "failed"
    done
}

is_running() {
    kill -0 "${pids[$1]}" 2>/dev/null
}

# reap NAME: how it ended.
reap() {
    local pid=${pids[$1]}
    unset "pids[$1]"
    wait "$pid"
}

# give_up PROGRAM WHAT: shows why a stage failed.
give_up() {
    local log=$folder/logs/$1.log
    tail -n 15 "$log" >&2
    fail "$stage_words failed: '$1' $2. Its last lines are above; the whole log is $log."
}

# stop_programs: all that still run, and waits for them.
stop_programs() {
    ((${#pids[@]} == 0)) || kill -TERM "${pids[@]}" 2>/dev/null || true
    wait 2>/dev/null
}
