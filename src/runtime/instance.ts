// Function instances and module instances, which know each other.
// https://webassembly.github.io/spec/core/exec/runtime.html#function-instances and #module-instances
// Data only: interpreter/values/instantiate.ts makes them, the loop and the driver use them.
import { brand, brandOf } from '../brand.ts';
import type { ExternKind, Import } from '../syntax/module.ts';
import { frozen } from '../syntax/records.ts';
import { type FuncType, asFunc } from '../syntax/types.ts';
import { type ValidModule, typeSpace } from '../validator/module.ts';
import type { DefType, TypeSpace } from '../validator/type-space.ts';
import type { CodeUnit } from './code-unit.ts';
import { bitSet } from './bits.ts';
import { Global } from './global.ts';
import { CELL_BYTES, type Heap } from './heap.ts';
import type { Limits } from './limits.ts';
import type { Memory } from './memory.ts';
import type { Table } from './table.ts';
import type { Tag } from './tag.ts';
import type { Value } from './values.ts';

/** What a host function may return: nothing, one value, or a value per result. */
export type HostResult = Value | readonly Value[] | undefined;

/**
 * A function of the host. i32, f32 and f64 arrive as numbers (i32 signed), i64 as a signed bigint, references as they
 * are. A promise suspends the guest thread until it is settled; only threads that were started asynchronously may.
 */
// biome-ignore lint/suspicious/noConfusingVoidType: a host function that returns nothing is the usual case
export type HostFunction = (...args: never[]) => HostResult | void | Promise<HostResult | void>;

/**
 * A host function that works on slots itself: its arguments stand in SLOTS and REFERENCES from `base` on, its results go
 * there. Where `canWait`, it may return a promise of what it would have returned; nobody looks at its results then. One that
 * does much sets `midway` (interpreter/ops/pieces.ts) while something is left, and is called again.
 */
export type DirectHost = (base: number, canWait: boolean) => PromiseLike<HostResult> | undefined;

/**
 * A host function that is told which instance calls it, for those that look at their caller's exports: none when the host
 * itself calls. Where `canWait`, it may return a promise.
 */
export type CallerHost = (
  caller: ModuleInstance | undefined,
  args: readonly Value[],
  canWait: boolean,
) => HostResult | PromiseLike<HostResult>;

/**
 * What a call of a host function costs above the unit of all calls, which its caller is charged before it is called. It is
 * told the arguments; or, where the function works on slots, where they stand. It has no effect, and throws nothing. There is
 * no caller where a function of the host stands in between.
 */
export type HostCost = (caller: ModuleInstance | undefined, args: readonly Value[], base: number) => number;

/** A function instance: one class for those of wasm and of the host, so that call_indirect meets one shape of object. */
export class Func {
  readonly kind = brand(this, 'func');
  /** @internal */
  readonly defType: DefType;
  /**
   * Its function type, with type indices of the type's space. For the engine, since all functions of the type share it; V8
   * reads frozen arrays slower, which costs calls a fifth.
   * @internal
   */
  readonly signature: FuncType;
  /**
   * The canonical index of its type, which code of its own instance compares.
   * @internal
   */
  readonly canon: number;
  /** The instance that defines it; undefined for host functions. */
  readonly instance: ModuleInstance | undefined;
  /** Index in the instance's function index space; of no meaning for host functions. */
  readonly index: number;
  readonly host: HostFunction | undefined;
  /** Is called in place of `host`, where it is there. */
  readonly direct: DirectHost | undefined;
  /** Likewise. Nothing that it throws is caught by a guest. */
  readonly callerHost: CallerHost | undefined;
  /** What a guest pays for what it does; undefined for functions of the embedder. */
  readonly cost: HostCost | undefined;
  /**
   * The module and name that a function of the embedder was first imported by, quoted, for errors.
   * @internal
   */
  importedAs: string | undefined;

  constructor(
    defType: DefType,
    instance: ModuleInstance | undefined,
    index: number,
    host: HostFunction | undefined,
    direct?: DirectHost,
    callerHost?: CallerHost,
    cost?: HostCost,
  ) {
    this.defType = defType;
    this.signature = asFunc(defType.comp);
    this.canon = defType.index;
    this.instance = instance;
    this.index = index;
    this.host = host;
    this.direct = direct;
    this.callerHost = callerHost;
    this.cost = cost;
    this.importedAs = undefined;
  }

  /** Its function type, a frozen copy. */
  get type(): FuncType {
    const { params, results } = this.signature;
    return frozen({ kind: 'func', params: params.slice(), results: results.slice() });
  }
}

/** An external value. https://webassembly.github.io/spec/core/exec/runtime.html#external-values */
export type Extern = Func | Table | Memory | Global | Tag;

/** Is it an external value of this engine, and nothing that only passes for one? */
export function isExtern(value: unknown): value is Extern {
  const name = brandOf(value);
  return name === 'func' || name === 'table' || name === 'memory' || name === 'global' || name === 'tag';
}

/** Can references go through an import, either way? */
function takesReferences({ desc }: Import, space: TypeSpace): boolean {
  if (desc.kind === 'table') return true;
  if (desc.kind === 'memory') return false;
  if (desc.kind === 'global') return desc.type.val > 0;
  const { params, results } = asFunc(space.at(desc.kind === 'func' ? desc.type : desc.type.type).comp);
  return [...params, ...results].some((t) => t > 0);
}

/** Are elements written to a table that it imports while an instance is made? */
function writesElsewhere({ module, tableTypes }: ValidModule): boolean {
  const imported = tableTypes.length - module.tables.length;
  return module.elems.some(({ mode }) => mode.kind === 'active' && mode.table < imported);
}

/** What is left of a data segment that was dropped. */
export const NO_BYTES = new Uint8Array(0);

/** Bytes of an instance, and of each of its globals. */
const INSTANCE_BYTES = 2048;
const GLOBAL_BYTES = 32;

/** Bytes that an instance of a module takes, beside what it allocates. */
export function bytesOfInstance({ funcTypes, globalTypes }: ValidModule): number {
  return INSTANCE_BYTES + CELL_BYTES * funcTypes.length + GLOBAL_BYTES * globalTypes.length;
}

const MEMBERS = new WeakMap<Heap, Set<ModuleInstance>>();

/** The instances whose objects a heap counts: from these all is reached, and from stacks. */
export function instancesOf(heap: Heap): Set<ModuleInstance> {
  let members = MEMBERS.get(heap);
  if (members === undefined) MEMBERS.set(heap, (members = new Set()));
  return members;
}

/** No operands wait. */
export const NO_OPERANDS: readonly unknown[] = [];

export class ModuleInstance {
  readonly module: ValidModule;
  /** The types of the module. */
  readonly space: TypeSpace;
  readonly unit: CodeUnit;
  /** What all that it allocates is charged to. */
  readonly limits: Limits;
  /** The part of it that counts objects. */
  readonly heap: Heap;
  /** By function index; defined functions get their Func when somebody needs it as a value. */
  readonly funcs: (Func | undefined)[];
  /** How many of these there are. */
  funcValues: number;
  readonly tables: Table[] = [];
  readonly memories: Memory[] = [];
  /** Memory 0, or an empty one: what the loop's views show. */
  memory: Memory;
  /** By global index; defined globals get their Global when somebody needs it as a value. */
  readonly globals: (Global | undefined)[] = [];
  /** Words of the defined globals and of imported immutable ones: global i at `4 * i`. */
  readonly globalWords: Int32Array;
  /** References of the same globals: global i at `i`. */
  readonly globalRefs: unknown[];
  readonly tags: Tag[] = [];
  private released = false;
  /** Functions whose lowering has been charged, as a set of bits (interpreter/code/first-calls.ts). */
  paid: Int32Array;
  /** Element segments as references, and data segments; empty once dropped. */
  readonly elems: unknown[][] = [];
  /** Operands of a constant expression of it that waits for room. */
  making: readonly unknown[] = NO_OPERANDS;
  readonly datas: Uint8Array[] = [];

  constructor(module: ValidModule, unit: CodeUnit, limits: Limits, memory: Memory, globals: number) {
    this.module = module;
    this.limits = limits;
    this.heap = limits.heap;
    instancesOf(this.heap).add(this);
    this.space = typeSpace(module);
    this.unit = unit;
    this.memory = memory;
    this.funcValues = module.importedFuncs;
    this.funcs = new Array<Func | undefined>(module.funcTypes.length).fill(undefined);
    this.paid = bitSet(module.funcTypes.length);
    this.globalWords = new Int32Array(globals * 4);
    this.globalRefs = new Array<unknown>(globals).fill(null);
  }

  /** The function with an index, as a value. */
  func(index: number): Func {
    const known = this.funcs[index];
    if (known !== undefined) return known;
    const made = new Func(this.space.at(this.module.funcTypes[index]), this, index, undefined);
    this.funcs[index] = made;
    this.funcValues++;
    return made;
  }

  /** The global with an index, as a value. */
  global(index: number): Global {
    const known = this.globals[index];
    if (known !== undefined) return known;
    const type = this.module.globalTypes[index];
    const at = type.val > 0 ? index : index * 4;
    const made = new Global(type, this.globalWords, this.globalRefs, at, this.space);
    this.globals[index] = made;
    return made;
  }

  /**
   * Gives back what its own memories and tables were charged, if nobody who does not hold the instance can hold these: to be
   * called when it is let go of; only the first time counts. References to its functions may live on wherever references go:
   * those of one that was never `whole`, in tables only.
   */
  release(whole = true): void {
    if (this.released) return;
    this.released = true;
    const { module, memTypes, tableTypes } = this.module;
    const isElsewhere = whole
      ? module.imports.some((one) => takesReferences(one, this.space))
      : writesElsewhere(this.module);
    if (isElsewhere) return;
    instancesOf(this.heap).delete(this);
    // Those that it imports come first; its own may not have been made.
    const memories = this.memories.slice(memTypes.length - module.memories.length);
    [...memories, ...this.tables.slice(tableTypes.length - module.tables.length)].forEach((one) => {
      one.release();
    });
  }

  /** The external value that an export means. */
  extern(kind: ExternKind, index: number): Extern {
    switch (kind) {
      case 'func':
        return this.func(index);
      case 'table':
        return this.tables[index];
      case 'memory':
        return this.memories[index];
      case 'global':
        return this.global(index);
      case 'tag':
        return this.tags[index];
    }
  }
}
