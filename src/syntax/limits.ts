// Implementation limits, one number each, with its reason. Most are the JS API specification's, so that a module
// that browsers take is taken here. https://webassembly.github.io/spec/js-api/#limits
// Exceeding one is reported by the layer that meets it; nothing is allocated before the check. tests/limits.test.ts tries
// each at n - 1, n and n + 1 in every way to reach it.

/** Bytes of a module (JS API). */
export const MAX_MODULE_BYTES = 1_073_741_824;
export const MAX_TYPES = 1_000_000;
/** Recursive groups may be as many as types (JS API). */
export const MAX_REC_GROUPS = 1_000_000;
/** Depth of a chain of supertypes (JS API). */
export const MAX_SUBTYPE_DEPTH = 63;
export const MAX_FUNCTIONS = 1_000_000;
export const MAX_IMPORTS = 1_000_000;
export const MAX_EXPORTS = 1_000_000;
export const MAX_GLOBALS = 1_000_000;
export const MAX_TAGS = 1_000_000;
export const MAX_TABLES = 100_000;
export const MAX_MEMORIES = 100;
export const MAX_DATA_SEGMENTS = 100_000;
/** Not limited by the JS API of 2.0; 10,000,000 is its bound on the size of a table. */
export const MAX_ELEM_SEGMENTS = 10_000_000;
/** Entries of one element segment (JS API). */
export const MAX_ELEMENTS = 10_000_000;
/** Elements that a table may really have; the JS API refuses types whose minimum is above it when it compiles. */
export const MAX_TABLE_SIZE = 10_000_000;
/** Locals of a function, parameters included (JS API). */
export const MAX_LOCALS = 50_000;
export const MAX_PARAMS = 1_000;
export const MAX_RESULTS = 1_000;
export const MAX_STRUCT_FIELDS = 10_000;
/** Operands of array.new_fixed (JS API). */
export const MAX_ARRAY_NEW_FIXED = 10_000;
/** Bytes of one function body (JS API). */
export const MAX_BODY_BYTES = 7_654_321;

/** Pages of 64 KiB that a memory type may declare: 4 GiB (32-bit) and 2^48 pages (64-bit), as the spec says. */
export const MAX_PAGES_32 = 65_536n;
export const MAX_PAGES_64 = 281_474_976_710_656n;
/** What the JS API lets a memory type with 64-bit addresses declare. */
export const MAX_PAGES_64_API = 137_438_953_471n;
/**
 * Bytes that a memory may really have. The loop's effective addresses are int32, so that a typed array can be
 * indexed without a check for overflow: 2 GiB. Growth past it returns -1, which every program has to expect.
 */
export const MAX_MEMORY_BYTES = 2_147_483_648;
/** Elements of a garbage-collected array of references: as of a table. V8's own bound is a few times higher. */
export const MAX_ARRAY_REFS = 10_000_000;
/** Bytes of a garbage-collected array of numbers, as V8. */
export const MAX_ARRAY_BYTES = 1_073_741_824;
