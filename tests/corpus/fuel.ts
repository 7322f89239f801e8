// Units of fuel that programs of the corpus use, whatever the host: docs/fuel.md. They change where prices do, or what
// lowering removes; a change that nobody meant is a fault. Programs that tell the time use what its digits take, too.
export const FUEL: Readonly<Record<string, number>> = {
  'ch-rust-hello': 1_436,
  'ch-swift-hello': 412,
  'cv-libc-main': 142,
  'cv-libstd-fs-metadata-file': 1_794,
  'rn-cat': 2_138,
  'sg-blake3-scalar': 508_311,
  'sg-noop': 358,
  'sg-quicksort': 3_894_887,
  'sg-shootout-gimli': 540_160,
  'wz-cat-zig': 18_780,
};
