// Makes what a host loads: a bundle of the package, and the subset with its data, as scripts that need nothing.
// Scripts and programs come from the test data; without it the hosts run the checks of the namespace alone.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bundle, bundles, lowerToES5 } from '../../scripts/bundle.mjs';
import { assemble } from '../../src/text/index.ts';
import { dataFolder, missingData } from '../data.ts';
import { floatBitsText } from './subset/float-bits.ts';
import { LOOP } from './subset/loop.ts';
import type { Data, ProgramData } from './subset/types.ts';

/** Scripts of the testsuite from every chapter, none of which takes long in a slow host (return_call would). */
// biome-ignore format: a list
const SCRIPTS = [
  'address0', 'annotations', 'array', 'array_copy', 'array_init_data', 'br_if', 'br_on_cast', 'br_on_null', 'bulk',
  'call_ref', 'custom', 'data1', 'endianness', 'exports', 'extern', 'fac', 'float_memory', 'func_ptrs', 'i31', 'i64',
  'int_exprs', 'int_literals', 'labels', 'left-to-right', 'linking1', 'load2', 'local_init', 'local_tee', 'memory64',
  'memory_grow', 'memory_trap0', 'ref_cast', 'ref_eq', 'ref_test', 'relaxed_dot_product', 'relaxed_laneselect',
  'simd_address', 'simd_i32x4_trunc_sat_f32x4', 'simd_i64x2_arith2', 'simd_load', 'simd_store8_lane', 'stack', 'start',
  'struct', 'switch', 'table_fill', 'table_grow64', 'table_set', 'throw_ref', 'token', 'traps', 'traps0', 'try_table',
  'type-equivalence', 'type-rec', 'unreachable', 'unwind',
];

/** Programs of the corpus that only write to standard output: C, Swift, AssemblyScript, Kotlin (GC), libsodium (SIMD). */
const PROGRAMS = [
  'cv-core-proc-exit-failure',
  'cv-core-start',
  'cv-libc-clock-gettime-realtime',
  'cv-libc-exit-failure',
  'cv-libc-getenv-present',
  'cv-libc-main',
  'cv-libc-stdout-hello',
  'ch-swift-hello',
  'ch-kotlin-hello',
  'sg-libsodium-aead_chacha20poly1305',
];

function scripts(): Record<string, string> {
  const folder = dataFolder('testsuite');
  if (folder === undefined) return {};
  return Object.fromEntries(SCRIPTS.map((name) => [name, readFileSync(join(folder, `${name}.wast`), 'latin1')]));
}

/** A file as a text of characters of one byte. */
const latin1 = (path: string): string => (existsSync(path) ? readFileSync(path, 'latin1') : '');

interface Manifest {
  readonly wasm: string;
  readonly gzipped?: boolean;
  readonly mask?: readonly string[];
  readonly run: { readonly args?: readonly string[]; readonly env?: Record<string, string>; readonly call?: string };
  readonly expected: { readonly exitCode: number; readonly stdout: string };
}

function program(folder: string, name: string): ProgramData {
  const file = (path: string): string => join(folder, name, path);
  const { wasm, gzipped, mask, run, expected } = JSON.parse(readFileSync(file('manifest.json'), 'utf8')) as Manifest;
  const bytes = gzipped ? gunzipSync(readFileSync(file(`${wasm}.gz`))) : readFileSync(file(wasm));
  return {
    name,
    base64: bytes.toString('base64'),
    args: run.args ?? [],
    env: Object.entries(run.env ?? {}).map(([key, value]) => `${key}=${value}`),
    call: run.call,
    exitCode: expected.exitCode,
    stdout: latin1(file(expected.stdout)),
    mask: mask ?? [],
  };
}

/** What the hosts have not been given, as sentences. */
export function missing(): string[] {
  return ['testsuite', 'corpus'].filter((name) => dataFolder(name) === undefined).map(missingData);
}

function data(): Data {
  const corpus = dataFolder('corpus');
  return {
    scripts: scripts(),
    programs: corpus === undefined ? [] : PROGRAMS.map((name) => program(corpus, name)),
    loop: Buffer.from(assemble(LOOP)).toString('base64'),
    floatBits: Buffer.from(assemble(floatBitsText())).toString('base64'),
  };
}

/** Texts of scripts. */
export interface Loaded {
  /** The package's bundle: an IIFE that sets `wasmiTs`. */
  readonly engine: string;
  /** The same as an ES module. */
  readonly module: string;
  /** Sets `subset` (runSubset) and `subsetData`. */
  readonly subset: string;
  readonly engineES5: string;
  readonly subsetES5: string;
  /** What a host loads of the package, gzipped, in kB. */
  readonly kilobytes: { readonly modern: number; readonly es5: number };
}

const kilobytes = (text: string): number => Math.round(gzipSync(text, { level: 9 }).length / 100) / 10;

export async function build(): Promise<Loaded> {
  const made = await bundles();
  const options = { format: 'iife', globalName: 'subset' } as const;
  // Every character beyond ASCII escaped: a host may read the file in any encoding.
  const json = JSON.stringify(data()).replace(/[\u007f-\uffff]/g, (letter) => {
    return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  const withData = (script: string): string => `${script}\nvar subsetData = ${json};\n`;
  const engine = made['wasmi-ts.js'];
  const engineES5 = made['wasmi-ts.es5.js'];
  return {
    engine,
    engineES5,
    module: made['wasmi-ts.mjs'],
    subset: withData(await bundle('tests/hosts/subset/main.ts', options)),
    subsetES5: withData(await lowerToES5(await bundle('tests/hosts/subset/main.ts', { ...options, minify: false }))),
    kilobytes: { modern: kilobytes(engine), es5: kilobytes(engineES5) },
  };
}
