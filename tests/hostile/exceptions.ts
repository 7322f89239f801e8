// Hostile modules whose recorded verdict (V8's) is not ours although V8 and wabt are sure of it, each with the reason.
// The keys are the names that judge.ts gives: a file of index.json, or `PACK#INDEX`.
import type { Verdict } from './judge.ts';

const SPELT_OUT =
  'a memory type that spells out the page size of 64 KiB; the decoder reads it with the custom-page-sizes proposal off, too';

export const EXCEPTIONS: Readonly<Record<string, { readonly verdict: Verdict; readonly reason: string }>> = {
  'modules/wasm-tools__tests_cli_custom-page-sizes_custom-page-sizes.wast-4.wasm': {
    verdict: 'valid',
    reason: SPELT_OUT,
  },
  'modules/wasm-tools__tests_cli_missing-features_custom-page-sizes.wast-2.wasm': {
    verdict: 'valid',
    reason: SPELT_OUT,
  },
  'modules/wasmtime__tests_misc_testsuite_custom-page-sizes_custom-page-sizes.wast-6.wasm': {
    verdict: 'valid',
    reason: SPELT_OUT,
  },
  'modules/wasmtime__tests_misc_testsuite_memory64_table-too-big.wast-1.wasm': {
    verdict: 'valid',
    reason: 'a table of 2^61 elements is valid by the spec; V8 refuses it for its size when it compiles',
  },
};
