// Hostile modules whose recorded verdict (V8's) is not ours although V8 and wabt are sure of it, each with the reason.
// The keys are the names that judge.ts gives: a file of index.json, or `PACK#INDEX`.
import type { Verdict } from './judge.ts';

export const EXCEPTIONS: Readonly<Record<string, { readonly verdict: Verdict; readonly reason: string }>> = {
  'modules/wasmtime__tests_misc_testsuite_memory64_table-too-big.wast-1.wasm': {
    verdict: 'valid',
    reason: 'a table of 2^61 elements is valid by the spec; V8 refuses it for its size when it compiles',
  },
};
