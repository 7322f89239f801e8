#!/bin/sh
# Builds the kernels beside this file: .c by clang (Debian: apt-get install clang lld), .wat by the project itself.
# No vector instructions, no bulk memory: what every engine knows.
set -e
cd "$(dirname "$0")"
for source in *.c; do
  clang --target=wasm32 -O2 -nostdlib -ffreestanding -fno-builtin -Wl,--no-entry -Wl,--strip-all -o "${source%.c}.wasm" "$source"
done
for source in *.wat; do node ../../bin/wasmi-ts parse -o "${source%.wat}.wasm" "$source"; done
clang --version | head -1
ls -l ./*.wasm
