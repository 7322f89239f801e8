// The context C of validation: the module's index spaces with their types, and the one way to look something up in
// them. https://webassembly.github.io/spec/core/valid/conventions.html#contexts
// It also knows where we are, for messages, and which features may be used. It checks types of the module as to
// existence and features; validator/types.ts and validator/module.ts fill it.
import { MalformedError, type InvalidError } from '../errors.ts';
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import type { Feature, FeatureSet } from '../syntax/features.ts';
import type { Module } from '../syntax/module.ts';
import {
  type ArrayType,
  type CompType,
  type FuncType,
  type GlobalType,
  HEAP,
  type HeapType,
  I32,
  type MemType,
  type StructType,
  type TableType,
  V128,
  type ValType,
  heapOf,
  isExact,
  isNullable,
  typesName,
} from '../syntax/types.ts';
import { functionName } from './function-name.ts';
import * as say from './messages.ts';
import { matchesResult, matchesVal } from './subtyping.ts';
import { TypeSpace } from './type-space.ts';

const SINGLES = new Map<ValType, readonly ValType[]>();

/** `[t]`, the same array for the same type. */
export function single(t: ValType): readonly ValType[] {
  let list = SINGLES.get(t);
  if (list === undefined) {
    list = [t];
    if (t <= 0 || heapOf(t) < 0) SINGLES.set(t, list);
  }
  return list;
}

export const NO_TYPES: readonly ValType[] = [];

export class Context {
  readonly module: Module;
  readonly features: FeatureSet;
  /** The module's types; those from `typesKnown` on are not known yet. */
  readonly space: TypeSpace;
  typesKnown = 0;
  /** Struct types of which all fields are known to have default values, since an instruction is short and a type is not. */
  readonly defaultable = new Set<number>();
  /** Supertypes above each type. */
  readonly typeDepths: Uint8Array;
  /** Whole index spaces, imports first. */
  funcTypes = new Uint32Array(0);
  readonly tables: TableType[] = [];
  readonly memories: MemType[] = [];
  readonly globals: GlobalType[] = [];
  /** Type indices of the tags. */
  readonly tags: number[] = [];
  /** Reference types of the element segments. */
  readonly elems: ValType[] = [];
  /** Imported functions whose type is known exactly (custom descriptors), and how many are imported. */
  readonly exactImports = new Set<number>();
  importedFuncs = 0;
  /** C.refs: 1 for each function that occurs outside of function bodies. */
  declared = new Uint8Array(0);
  /** Globals that constant expressions may read, and how many of all globals are imported. */
  visibleGlobals = 0;
  importedGlobals = 0;
  /** Where we are: function index or -1, what else is looked at, and the instruction. */
  func = -1;
  subject = '';
  cursor: InstructionCursor | undefined = undefined;

  constructor(module: Module, features: FeatureSet) {
    this.module = module;
    this.features = features;
    this.space = new TypeSpace(module.types, module.recGroups);
    this.typeDepths = new Uint8Array(module.types.length);
  }

  /** The place of the current instruction, or of what is looked at. */
  where(): say.Where {
    const funcName = this.func < 0 ? undefined : functionName(this.module, this.func);
    const place = {
      ...(this.func < 0 ? {} : { func: this.func }),
      ...(funcName === undefined ? {} : { funcName }),
      ...(this.cursor === undefined ? {} : { offset: this.cursor.at }),
    };
    return { place, subject: this.subject };
  }

  /** A message of the decoder about this body, with the function's place added. */
  placed(error: MalformedError): MalformedError {
    if (this.func < 0 || error.func !== undefined) return error;
    const { place } = this.where();
    const { offset, ...func } = place;
    const text = error.message + say.placeText({ place: func, subject: '' });
    return new MalformedError(text, { ...place, ...(error.offset === undefined ? {} : { offset: error.offset }) });
  }

  /** The error for operands that do not match; `top` names the operands found. */
  mismatch(expected: readonly ValType[], found: readonly ValType[]): InvalidError {
    return say.typeMismatch(this.where(), this.instruction(), typesName(expected), typesName(found));
  }

  /** The mnemonic of the current instruction. */
  instruction(): string {
    return this.cursor === undefined ? 'this' : this.cursor.row.name;
  }

  // Features

  has(feature: Feature): boolean {
    return this.features.has(feature);
  }

  /** Throws UnsupportedError unless a feature may be used. */
  need(feature: Feature, what: string): void {
    if (!this.features.has(feature)) throw say.switchedOff(this.where(), what, feature);
  }

  // Lookups

  /** Throws `unknown ...` unless `index < total`. */
  check(space: say.Space, index: number, total: number): void {
    if (index >= total) throw say.unknown(this.where(), space, index, total);
  }

  /** The composite type of a type index. */
  comp(index: number): CompType {
    this.check('type', index, this.typesKnown);
    return this.module.types[index].comp;
  }

  funcType(index: number): FuncType {
    const comp = this.comp(index);
    if (comp.kind !== 'func') throw say.notComposite(this.where(), 'function', index);
    return comp;
  }

  structType(index: number): StructType {
    const comp = this.comp(index);
    if (comp.kind !== 'struct') throw say.notComposite(this.where(), 'structure', index);
    return comp;
  }

  arrayType(index: number): ArrayType {
    const comp = this.comp(index);
    if (comp.kind !== 'array') throw say.notComposite(this.where(), 'array', index);
    return comp;
  }

  /** The type index of a function. */
  funcTypeIndex(index: number): number {
    this.check('function', index, this.funcTypes.length);
    return this.funcTypes[index];
  }

  /** The type of a function. */
  typeOfFunc(index: number): FuncType {
    return this.funcType(this.funcTypeIndex(index));
  }

  /** Whether references to a function are exact: of defined functions they are where custom descriptors are on. */
  isExact(index: number): boolean {
    return this.has('custom-descriptors') && (index >= this.importedFuncs || this.exactImports.has(index));
  }

  table(index: number): TableType {
    this.check('table', index, this.tables.length);
    return this.tables[index];
  }

  memory(index: number): MemType {
    this.check('memory', index, this.memories.length);
    return this.memories[index];
  }

  global(index: number): GlobalType {
    this.check('global', index, this.globals.length);
    return this.globals[index];
  }

  /** The function type of a tag. */
  tagType(index: number): FuncType {
    this.check('tag', index, this.tags.length);
    return this.funcType(this.tags[index]);
  }

  /** The reference type of an element segment. */
  elem(index: number): ValType {
    this.check('elem segment', index, this.elems.length);
    return this.elems[index];
  }

  /** Data segments may be named in bodies only where the data count section says how many there are. */
  data(index: number): void {
    const { dataCount } = this.module;
    if (dataCount === undefined) throw say.dataCountRequired(this.where(), this.instruction());
    this.check('data segment', index, dataCount);
  }

  // Types

  /** Checks that a value or storage type may be used: its features and its type index. */
  val(t: ValType): void {
    if (t > 0) this.refType(t);
    else if (t === V128) this.need('simd', 'the type v128');
    else if (t < V128) this.need('gc', 'a packed field');
  }

  private refType(t: ValType): void {
    const heap = heapOf(t);
    if (isExact(t)) this.need('custom-descriptors', 'an exact reference type');
    if (heap >= 0) {
      this.need('function-references', 'a reference to a defined type');
      this.comp(heap);
      return;
    }
    this.abstractHeap(heap);
    if (!isNullable(t)) this.need('function-references', 'a non-null reference type');
  }

  private abstractHeap(heap: HeapType): void {
    if (heap === HEAP.func || heap === HEAP.extern) {
      this.need('reference-types', 'a reference type');
      return;
    }
    const exception = heap === HEAP.exn || heap === HEAP.noexn;
    this.need(exception ? 'exception-handling' : 'gc', 'this heap type');
  }

  /** `a <= b`. */
  matches(a: ValType, b: ValType): boolean {
    return a === b || matchesVal(this.space, a, this.space, b);
  }

  matchesResult(a: readonly ValType[], b: readonly ValType[]): boolean {
    return matchesResult(this.space, a, b);
  }

  /** The smaller of two address types: that of a length that both sides must hold. */
  minAddr(a: ValType, b: ValType): ValType {
    return a === I32 || b === I32 ? I32 : a;
  }
}
