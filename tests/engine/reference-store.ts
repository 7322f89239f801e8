// An instance of the slow reference: what its index spaces hold, and how it comes about.
// https://webassembly.github.io/spec/core/exec/modules.html#instantiation
import type { ElemSegment, Expr } from '../../src/syntax/module.ts';
import { type FuncType, I32, I64, type ValType, ref } from '../../src/syntax/types.ts';
import { typeSpace, type ValidModule } from '../../src/validator/module.ts';
import type { TypeSpace } from '../../src/validator/type-space.ts';
import { Activation, runFunction } from './reference.ts';
import { type Body, expressionOf } from './reference-body.ts';
import { copyElems, copyIn } from './reference-simple.ts';
import {
  callFunction,
  defaultOf,
  RefFunction,
  type RefGlobal,
  type RefMemory,
  type RefTable,
  RefTag,
  type RefValue,
} from './reference-values.ts';

export type RefExtern = RefFunction | RefMemory | RefTable | RefGlobal | RefTag;

export class RefStore {
  readonly valid: ValidModule;
  readonly typeSpace: TypeSpace;
  readonly functions: RefFunction[] = [];
  readonly tables: RefTable[] = [];
  readonly memories: RefMemory[] = [];
  readonly globals: RefGlobal[] = [];
  readonly tags: RefTag[] = [];
  /** Elements of segments; none once a segment is dropped. */
  readonly elems: RefValue[][] = [];
  readonly datas: Uint8Array[];
  private readonly bodies = new Map<number, Body>();

  /** `find` returns what is imported, of the right type. @throws ReferenceTrap, Thrown */
  constructor(valid: ValidModule, find: (module: string, name: string, type: FuncType | undefined) => RefExtern) {
    this.valid = valid;
    this.typeSpace = typeSpace(valid);
    const { module } = valid;
    for (const { module: from, name, desc } of module.imports) {
      const type = desc.kind === 'func' ? this.funcType(desc.type) : undefined;
      this.space(desc.kind).push(find(from, name, type));
    }
    module.funcs.types.forEach((type, i) => {
      const comp = this.funcType(type);
      const defType = this.typeSpace.at(type);
      this.functions.push(new RefFunction(comp, defType, (args) => runFunction(this, i, comp, args)));
    });
    for (const type of module.memories) {
      this.memories.push({ type, bytes: new Uint8Array(Number(type.limits.min) << type.pageSizeLog2) });
    }
    for (const { type } of module.tags) this.tags.push(new RefTag(this.funcType(type)));
    for (const { type, init } of module.globals) this.globals.push({ type, value: this.evaluate(init) });
    for (const { type, init } of module.tables) {
      const value = init === undefined ? defaultOf(type.elem) : this.evaluate(init);
      this.tables.push({ type, elems: new Array<RefValue>(Number(type.limits.min)).fill(value) });
    }
    for (const segment of module.elems) this.elems.push(this.elements(segment));
    this.datas = module.datas.map(({ init }) => init);
    this.initialise();
  }

  private space(kind: string): RefExtern[] {
    const { functions: func, tables: table, memories: memory, globals: global, tags: tag } = this;
    return { func, table, memory, global, tag }[kind] as RefExtern[];
  }

  private initialise(): void {
    const { module } = this.valid;
    module.elems.forEach(({ mode }, i) => {
      if (mode.kind === 'active') {
        const at = BigInt(this.evaluate(mode.offset) as number | bigint);
        const table = this.tables[mode.table];
        copyElems(table, this.unsigned(table.type.addr, at), this.elems[i], 0n, BigInt(this.elems[i].length));
      }
      if (mode.kind !== 'passive') this.elems[i] = [];
    });
    module.datas.forEach(({ mode }, i) => {
      if (mode.kind !== 'active') return;
      const at = BigInt(this.evaluate(mode.offset) as number | bigint);
      const memory = this.memories[mode.memory];
      copyIn(memory, this.unsigned(memory.type.addr, at), this.datas[i], 0n, BigInt(this.datas[i].length));
      this.datas[i] = new Uint8Array(0);
    });
    if (module.start !== undefined) callFunction(this.functions[module.start], []);
  }

  private elements({ funcs, exprs }: ElemSegment): RefValue[] {
    if (funcs !== undefined) return [...funcs].map((func) => this.functions[func]);
    return (exprs ?? []).map((one) => this.evaluate(one));
  }

  private evaluate(expr: Expr): RefValue {
    return (new Activation(this, expressionOf(this.valid.module, expr), [], 1).run() as readonly RefValue[])[0];
  }

  body(func: number, make: () => Body): Body {
    let body = this.bodies.get(func);
    if (body === undefined) {
      body = make();
      this.bodies.set(func, body);
    }
    return body;
  }

  funcType(index: number): FuncType {
    return this.valid.module.types[index].comp as FuncType;
  }

  /** The type of references to a type of the module, without null. */
  refType(index: number): ValType {
    return ref(index, false);
  }

  unsigned(addr: ValType, value: bigint): bigint {
    return BigInt.asUintN(addr === I32 ? 32 : 64, value);
  }

  /** Pops an address or index for a memory or table. */
  address(index: number, kind: 'memory' | 'table', stack: RefValue[]): bigint {
    const { addr } = kind === 'memory' ? this.memories[index].type : this.tables[index].type;
    return this.unsigned(addr, BigInt(stack.pop() as number | bigint));
  }

  /** A size, or -1, as a value of a memory's or table's address type. */
  sized(addr: ValType, value: number): RefValue {
    return addr === I64 ? BigInt(value) : value | 0;
  }
}
