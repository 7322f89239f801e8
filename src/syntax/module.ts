// A module as plain readonly data. https://webassembly.github.io/spec/core/syntax/modules.html
// The decoder and the text parser make it; nothing here checks it.
// Function bodies and constant expressions stay bytes of the binary format: ranges of a Uint8Array.
import type { FuncType, GlobalType, MemType, RecGroup, SubType, TableType, TagType } from './types.ts';

/** Instructions in the binary format: `bytes[start, end)`, the final `end` (0x0b) included. */
export interface Expr {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export type ExternKind = 'func' | 'table' | 'memory' | 'global' | 'tag';

export type ImportDesc =
  /** `exact` only with custom descriptors. */
  | { readonly kind: 'func'; readonly type: number; readonly exact?: boolean }
  | { readonly kind: 'table'; readonly type: TableType }
  | { readonly kind: 'memory'; readonly type: MemType }
  | { readonly kind: 'global'; readonly type: GlobalType }
  | { readonly kind: 'tag'; readonly type: TagType };

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly desc: ImportDesc;
}

export interface Export {
  readonly name: string;
  readonly kind: ExternKind;
  readonly index: number;
}

/** A defined table; `init` is there only where the module gives one. */
export interface Table {
  readonly type: TableType;
  readonly init: Expr | undefined;
}

/** A defined global. */
export interface Global {
  readonly type: GlobalType;
  readonly init: Expr;
}

/**
 * The defined functions, as columns: function `i` (counted without imports) has type index `types[i]` and the body
 * `bytes[start[i], end[i])`, which is the binary format's `func`: the vector of locals, then the instructions.
 * Offsets are offsets in the module where the module was decoded.
 */
export interface Functions {
  readonly types: Uint32Array;
  readonly bytes: Uint8Array;
  readonly start: Uint32Array;
  readonly end: Uint32Array;
}

export interface ElemSegment {
  /** The reference type of the elements. */
  readonly type: number;
  readonly mode:
    | { readonly kind: 'passive' }
    | { readonly kind: 'declarative' }
    | { readonly kind: 'active'; readonly table: number; readonly offset: Expr };
  /** Function indices where the segment is written so; else expressions. Exactly one of the two is defined. */
  readonly funcs: Uint32Array | undefined;
  readonly exprs: readonly Expr[] | undefined;
}

export interface DataSegment {
  readonly mode:
    | { readonly kind: 'passive' }
    | { readonly kind: 'active'; readonly memory: number; readonly offset: Expr };
  /** A view of the module's bytes, not a copy. */
  readonly init: Uint8Array;
}

/** A custom section: its name, contents (a view, not a copy) and where it stands. */
export interface Custom {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Offset in the module of the section's first content byte, after the name. */
  readonly offset: number;
  /** The id of the last non-custom section before it, 0 if there is none. */
  readonly after: number;
}

/** An entry of the import section: a single import, or several of one module in a compact form. */
export interface ImportGroup {
  /** `items`: a type each (0x7f); `shared`: one type for all (0x7e). */
  readonly form: 'single' | 'items' | 'shared';
  /** Number of imports. */
  readonly length: number;
  /** The entry as it stands in the module, where it holds no import: nothing else keeps it. */
  readonly bytes?: Uint8Array;
}

/**
 * What the binary format writes in more ways than one, where it is not written as short as it goes. It changes nothing
 * of what the module means; a module without it is written in the short way.
 */
export interface BinaryForm {
  /** Ids of sections that are there and hold no entries. */
  readonly emptySections?: readonly number[];
  /**
   * Which choices between a short and a long form are long. Choices are counted from 0 in the order of the format, and
   * without function bodies: a group of one type, `sub final` without supertypes, a nullable abstract reference type,
   * table 0 and memory 0 named in a segment.
   */
  readonly long?: readonly number[];
}

/** A module. All index spaces start with the imports, in order. */
export interface Module {
  /** The sub types by type index; `recGroups` says which indices belong together. */
  readonly types: readonly SubType[];
  readonly recGroups: readonly RecGroup[];
  readonly imports: readonly Import[];
  /** There when the binary format gives imports in a compact form, a feature of its own: all entries of the section. */
  readonly importGroups?: readonly ImportGroup[];
  readonly funcs: Functions;
  readonly tables: readonly Table[];
  readonly memories: readonly MemType[];
  readonly tags: readonly TagType[];
  readonly globals: readonly Global[];
  readonly exports: readonly Export[];
  readonly start: number | undefined;
  readonly elems: readonly ElemSegment[];
  /** The data count section's number, where there is one. */
  readonly dataCount: number | undefined;
  readonly datas: readonly DataSegment[];
  readonly customs: readonly Custom[];
  readonly form?: BinaryForm;
}

/** An import of a function. */
export interface FuncImport extends Import {
  readonly desc: Extract<ImportDesc, { readonly kind: 'func' }>;
}

const FUNC_IMPORTS = new WeakMap<readonly Import[], readonly FuncImport[]>();

/** The imports that are functions, by function index: found once, since tools ask for each function. */
export function importedFuncs({ imports }: Pick<Module, 'imports'>): readonly FuncImport[] {
  let found = FUNC_IMPORTS.get(imports);
  if (found === undefined) {
    found = imports.filter((one): one is FuncImport => one.desc.kind === 'func');
    FUNC_IMPORTS.set(imports, found);
  }
  return found;
}

/** The type index of the function with an index; undefined where there is none, as in modules that are not valid. */
function funcTypeIndex(module: Module, index: number): number | undefined {
  const imported = importedFuncs(module);
  return index < imported.length ? imported[index].desc.type : module.funcs.types[index - imported.length];
}

/** The type of the function with an index; undefined where there is none. */
export function funcTypeOf(module: Module, index: number): FuncType | undefined {
  const type = funcTypeIndex(module, index);
  const comp = type === undefined ? undefined : module.types[type]?.comp;
  return comp?.kind === 'func' ? comp : undefined;
}

/** Maps an index to a name, for one index space. */
export type NameMap = ReadonlyMap<number, string>;

/** The name section's contents. Names are plain text without `$`; they may hold anything. */
export interface Names {
  readonly module: string | undefined;
  readonly funcs: NameMap;
  readonly locals: ReadonlyMap<number, NameMap>;
  readonly labels: ReadonlyMap<number, NameMap>;
  readonly types: NameMap;
  readonly tables: NameMap;
  readonly memories: NameMap;
  readonly globals: NameMap;
  readonly elems: NameMap;
  readonly datas: NameMap;
  readonly fields: ReadonlyMap<number, NameMap>;
  readonly tags: NameMap;
}
