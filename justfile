# Short names for what CI runs; every recipe is one of the scripts.

# List the recipes.
default:
    @just --list

# Install and build what is missing.
setup:
    scripts/setup

# Run all tests, or with arguments those that cargo-nextest selects.
test *ARGS:
    scripts/test {{ARGS}}

# Run all lints, or the named ones.
lint *NAMES:
    scripts/lint {{NAMES}}

# Format the Rust code.
fmt:
    cargo fmt --all

# Run the commands of README.md and docs/.
docs-check *PAGES:
    scripts/check-docs {{PAGES}}

# Everything that CI runs.
ci:
    .ci/run

# A whole competition on this machine, from an empty chain to a checked model.
demo *ARGS:
    scripts/demo {{ARGS}}

# Start a development node.
dev: setup
    bin/nocknock-node --dev

# Start four validators on this machine.
network *ARGS: setup
    scripts/local-network {{ARGS}}
