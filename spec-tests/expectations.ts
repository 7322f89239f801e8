// Where the testsuite and this project part, each with its reason; the runner takes nothing else.
// The features that files wait for, the features that are switched for a folder, and assertions that cannot hold.
// What is here and not needed any more is reported as a stale expectation: take it out then.
import type { Feature } from '../src/syntax/features.ts';

/** Files that wait for a feature that is not built: commands that need it are skipped. */
export interface Wait {
  readonly feature: Feature;
  readonly reason: string;
  /** Names or globs. Every file that fits has to wait. */
  readonly files: readonly string[];
}

/** Commands that cannot pass, by the lines where they begin. */
export interface Difference {
  readonly file: string;
  readonly lines: readonly number[];
  readonly reason: string;
}

export type FeatureSwitches = Readonly<Partial<Record<Feature, boolean>>>;

/** Features that are switched for some files, beside the default ones. */
export interface Switch {
  /** A name or glob. */
  readonly files: string;
  readonly features: FeatureSwitches;
  readonly reason: string;
}

export interface Expectations {
  readonly waits: readonly Wait[];
  readonly differences: readonly Difference[];
  readonly switches: readonly Switch[];
}

const OLD =
  'written against a specification without multiple tables and memories, which calls modules with them invalid';

const SWITCHES: readonly Switch[] = [
  { files: 'legacy/*', features: { 'legacy-exceptions': true }, reason: 'off by default; the folder is about it' },
  {
    files: 'proposals/custom-descriptors/*',
    features: { 'custom-descriptors': true },
    reason: 'off by default; the folder is about it',
  },
  {
    files: 'proposals/custom-page-sizes/*',
    features: { 'custom-page-sizes': true },
    reason: 'off by default; the folder is about it',
  },
  {
    files: 'proposals/wide-arithmetic/*',
    features: { 'wide-arithmetic': true },
    reason: 'off by default; the folder is about it',
  },
  {
    files: 'proposals/threads/imports.wast',
    features: { 'reference-types': false, 'multi-memory': false },
    reason: OLD,
  },
  { files: 'proposals/threads/memory.wast', features: { 'multi-memory': false }, reason: OLD },
];

const DIFFERENCES: readonly Difference[] = [
  {
    file: 'proposals/threads/memory.wast',
    lines: [83, 87, 91],
    reason: 'sizes were 32-bit integers of the grammar before memory64; now they parse, and validation refuses them',
  },
  {
    file: 'proposals/custom-descriptors/exact.wast',
    lines: [155],
    reason:
      "the proposal writes an exact type's index as u32, in which 0x62 is type 98, and its interpreter reads an s32; " +
      'the module is refused for the size of its section',
  },
];

const WAITS: readonly Wait[] = [
  {
    feature: 'function-references',
    reason: 'typed references are not built',
    files: [
      'br_on_non_null.wast',
      'br_on_null.wast',
      'br_table.wast',
      'call_ref.wast',
      'local_init.wast',
      'ref.wast',
      'ref_as_non_null.wast',
      'ref_is_null.wast',
      'return_call_ref.wast',
      'type-equivalence.wast',
      'unreached-valid.wast',
    ],
  },
  {
    feature: 'function-references',
    reason: 'some modules, or modules that others import from, use typed references',
    files: [
      'br_if.wast',
      'br_on_cast.wast',
      'br_on_cast_fail.wast',
      'elem.wast',
      'func.wast',
      'global.wast',
      'linking.wast',
      'local_tee.wast',
      'proposals/custom-descriptors/br_on_cast.wast',
      'proposals/custom-descriptors/br_on_cast_fail.wast',
      'proposals/custom-descriptors/exact-func-import.wast',
      'proposals/custom-descriptors/ref_get_desc.wast',
      'ref_eq.wast',
      'select.wast',
      'table-sub.wast',
      'table.wast',
      'try_table.wast',
      'type-rec.wast',
      'unreached-invalid.wast',
    ],
  },
  {
    feature: 'gc',
    reason: 'structs, arrays, i31 and casts are not built',
    files: [
      'array.wast',
      'array_copy.wast',
      'array_fill.wast',
      'array_init_data.wast',
      'array_init_elem.wast',
      'array_new_data.wast',
      'array_new_elem.wast',
      'br_on_cast.wast',
      'br_on_cast_fail.wast',
      'extern.wast',
      'i31.wast',
      'proposals/custom-descriptors/array_new_exact.wast',
      'proposals/custom-descriptors/br_on_cast.wast',
      'proposals/custom-descriptors/br_on_cast_desc_eq.wast',
      'proposals/custom-descriptors/br_on_cast_desc_eq_fail.wast',
      'proposals/custom-descriptors/br_on_cast_fail.wast',
      'proposals/custom-descriptors/descriptors.wast',
      'proposals/custom-descriptors/exact-casts.wast',
      'proposals/custom-descriptors/exact.wast',
      'proposals/custom-descriptors/ref_cast_desc_eq.wast',
      'proposals/custom-descriptors/ref_get_desc.wast',
      'proposals/custom-descriptors/struct_new_desc.wast',
      'ref_cast.wast',
      'ref_eq.wast',
      'ref_null.wast',
      'ref_test.wast',
      'struct.wast',
      'type-canon.wast',
      'type-rec.wast',
      'type-subtyping.wast',
    ],
  },
  {
    feature: 'gc',
    reason: 'some modules use GC types',
    files: [
      'proposals/custom-descriptors/binary-descriptors.wast',
      'proposals/custom-descriptors/exact-func-import.wast',
      'table_init.wast',
      'table_init64.wast',
      'tag.wast',
      'type-equivalence.wast',
    ],
  },
  {
    feature: 'exception-handling',
    reason: 'tags and exceptions are not built',
    files: [
      'instance.wast',
      'legacy/rethrow.wast',
      'legacy/throw.wast',
      'legacy/try_catch.wast',
      'legacy/try_delegate.wast',
      'tag.wast',
      'throw.wast',
      'throw_ref.wast',
      'try_table.wast',
    ],
  },
  {
    feature: 'exception-handling',
    reason: 'some modules, or modules that others import from, have tags or catch exceptions',
    files: ['custom/name_annot.wast', 'exports.wast', 'imports.wast'],
  },
  {
    feature: 'custom-descriptors',
    reason: 'some modules have no GC types, so that descriptors or exact types are the first thing missing',
    files: [
      'proposals/custom-descriptors/descriptors.wast',
      'proposals/custom-descriptors/exact-func-import.wast',
      'proposals/custom-descriptors/exact.wast',
    ],
  },
  {
    feature: 'legacy-exceptions',
    reason: 'some modules have no tags, so that the old instructions are the first thing missing',
    files: ['legacy/rethrow.wast', 'legacy/try_catch.wast', 'legacy/try_delegate.wast'],
  },
];

export const EXPECTATIONS: Expectations = { waits: WAITS, differences: DIFFERENCES, switches: SWITCHES };
