#!/bin/sh
# Builds the two programs beside this file. Needs clang and lld (Debian: apt-get install clang lld).
set -e
cd "$(dirname "$0")"
flags='--target=wasm32 -O2 -nostdlib -ffreestanding -fno-builtin -Wl,--no-entry -Wl,--strip-all'
clang $flags -fno-vectorize -fno-slp-vectorize -o scalar.wasm kernels.c
clang $flags -msimd128 -o simd.wasm kernels.c
ls -l scalar.wasm simd.wasm
