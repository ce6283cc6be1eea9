# Shared by every script: versions, cache folder, messages. Source it; do not run it.
# shellcheck shell=bash
set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Tools and build output live outside the checkout, so that a fresh clone reuses them.
CACHE=${FLOW_LAB_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/flow-lab}
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
export NODE_PATH=$CACHE/node/node_modules
export FLOW_LAB_ENGINES=${FLOW_LAB_ENGINES:-$CACHE/engines}
# What scripts/bundlers installs.
export FLOW_LAB_BUNDLERS=${FLOW_LAB_BUNDLERS:-$CACHE/bundlers}
export PATH="$CACHE/tools/bin:$HOME/.cargo/bin:$PATH"

# Equal to the version pinned in Cargo.toml and scripts/bindgen/Cargo.toml; a test holds it.
WASM_BINDGEN_VERSION=0.2.130
WASM_PACK_VERSION=0.15.1

# Profiles and linking are set in Cargo.toml; these are what wasm32 needs on top.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS='-C target-feature=+simd128 --cfg getrandom_backend="wasm_js"'

say() { printf '\033[1m[flow-lab]\033[0m %s\n' "$*"; }
die() { printf '[flow-lab] error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

mkdir -p "$CACHE/tools" "$CACHE/node"

# Cargo takes a checkout for another one in the same target folder, and tells changes by their time: what another checkout built
# later would count as built from this one.
if [ "$(cat "$CACHE/checkout" 2>/dev/null)" != "$ROOT" ]; then
  find "$ROOT/src" "$ROOT/tests" "$ROOT/examples" "$ROOT/scripts/bindgen/src" -name '*.rs' -exec touch {} +
  echo "$ROOT" >"$CACHE/checkout"
fi

# The toolchain that has wasm32, written by ensure_wasm_target. Native builds use the user's own default.
WASM_TOOLCHAIN_FILE=$CACHE/wasm-toolchain
wasm_env() { # run a command with the toolchain that can build for wasm32
  if [ -s "$WASM_TOOLCHAIN_FILE" ] && have rustup; then
    RUSTUP_TOOLCHAIN=$(cat "$WASM_TOOLCHAIN_FILE") "$@"
  else
    "$@"
  fi
}
