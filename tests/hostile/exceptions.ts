// Hostile modules whose recorded verdict (V8's) is not ours, each with the reason; see also
// docs/decisions/0011-where-we-differ-from-v8.md.
// The keys are the names that judge.ts gives: a file of index.json, or `PACK#INDEX`.
import type { Verdict } from './judge.ts';

export const EXCEPTIONS: Readonly<Record<string, { readonly verdict: Verdict; readonly reason: string }>> = {
  'modules/wasm-tools__tests_cli_gc_invalid.wast-10.wasm': {
    verdict: 'invalid',
    reason: 'br_on_non_null needs a label that takes a reference, also where code is unreachable; V8 lets it pass',
  },
  'modules/wasmtime__tests_misc_testsuite_memory64_table-too-big.wast-1.wasm': {
    verdict: 'valid',
    reason: 'a table of 2^61 elements is valid by the spec; V8 refuses it for its size when it compiles',
  },
};
