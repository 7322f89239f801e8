// Instructions of the slow reference that only take and leave values: parametric, globals, memories, tables, references.
// Numbers are in reference-numeric.ts.
import { I32, I64 } from '../../src/syntax/types.ts';
import type { Step } from './reference-body.ts';
import { access, operation } from './reference-numeric.ts';
import type { RefStore } from './reference-store.ts';
import {
  RefI31,
  type RefMemory,
  type RefNumber,
  ReferenceTrap,
  type RefTable,
  type RefValue,
} from './reference-values.ts';

function inRange(start: bigint, count: bigint, length: number): boolean {
  return start + count <= BigInt(length);
}

/** Copies bytes into a memory. */
export function copyIn(memory: RefMemory, to: bigint, source: Uint8Array, from: bigint, count: bigint): void {
  if (!inRange(to, count, memory.bytes.length) || !inRange(from, count, source.length)) {
    throw new ReferenceTrap('memory-out-of-bounds');
  }
  memory.bytes.set(source.slice(Number(from), Number(from + count)), Number(to));
}

/** Copies elements into a table. */
export function copyElems(table: RefTable, to: bigint, source: readonly RefValue[], from: bigint, count: bigint): void {
  if (!inRange(to, count, table.elems.length) || !inRange(from, count, source.length)) {
    throw new ReferenceTrap('table-out-of-bounds');
  }
  source.slice(Number(from), Number(from + count)).forEach((value, i) => {
    table.elems[Number(to) + i] = value;
  });
}

const unsigned = (value: RefValue): bigint => BigInt((value as number) >>> 0);

/** The length operand of a copy: 64 bits wide only where both sides are. */
function popLength(stack: RefValue[]): bigint {
  const value = stack.pop() as RefNumber;
  return BigInt.asUintN(typeof value === 'number' ? 32 : 64, BigInt(value));
}

function memory(store: RefStore, { name, index, index2 }: Step, stack: RefValue[]): void {
  const at = name === 'memory.init' ? index2 : index;
  const one = store.memories[at];
  const { type } = one;
  switch (name) {
    case 'memory.size':
      stack.push(store.sized(type.addr, one.bytes.length >> type.pageSizeLog2));
      return;
    case 'memory.grow': {
      const pages = one.bytes.length >> type.pageSizeLog2;
      const wanted = BigInt(pages) + store.address(at, 'memory', stack);
      if (wanted > (type.limits.max ?? 65536n)) stack.push(store.sized(type.addr, -1));
      else {
        const bytes = new Uint8Array(Number(wanted) << type.pageSizeLog2);
        bytes.set(one.bytes);
        one.bytes = bytes;
        stack.push(store.sized(type.addr, pages));
      }
      return;
    }
    case 'memory.fill': {
      const count = popLength(stack);
      const value = stack.pop() as number;
      const start = store.address(at, 'memory', stack);
      if (!inRange(start, count, one.bytes.length)) throw new ReferenceTrap('memory-out-of-bounds');
      one.bytes.fill(value & 255, Number(start), Number(start + count));
      return;
    }
    case 'memory.copy': {
      const count = popLength(stack);
      const from = store.address(index2, 'memory', stack);
      const to = store.address(index, 'memory', stack);
      copyIn(one, to, store.memories[index2].bytes, from, count);
      return;
    }
    default: {
      const [count, from] = [unsigned(stack.pop()), unsigned(stack.pop())];
      copyIn(one, store.address(at, 'memory', stack), store.datas[index], from, count);
    }
  }
}

function table(store: RefStore, { name, index, index2 }: Step, stack: RefValue[]): void {
  const at = name === 'table.init' ? index2 : index;
  const one = store.tables[at];
  const { type, elems } = one;
  const inTable = (i: bigint): number => {
    if (i >= BigInt(elems.length)) throw new ReferenceTrap('table-out-of-bounds');
    return Number(i);
  };
  switch (name) {
    case 'table.get':
      stack.push(elems[inTable(store.address(at, 'table', stack))]);
      return;
    case 'table.set': {
      const value = stack.pop();
      elems[inTable(store.address(at, 'table', stack))] = value;
      return;
    }
    case 'table.size':
      stack.push(store.sized(type.addr, elems.length));
      return;
    case 'table.grow': {
      const wanted = BigInt(elems.length) + store.address(at, 'table', stack);
      const value = stack.pop();
      if (wanted > (type.limits.max ?? 0xffff_ffffn)) stack.push(store.sized(type.addr, -1));
      else {
        stack.push(store.sized(type.addr, elems.length));
        while (elems.length < Number(wanted)) elems.push(value);
      }
      return;
    }
    case 'table.fill': {
      const count = store.address(at, 'table', stack);
      const value = stack.pop();
      const start = store.address(at, 'table', stack);
      if (!inRange(start, count, elems.length)) throw new ReferenceTrap('table-out-of-bounds');
      elems.fill(value, Number(start), Number(start + count));
      return;
    }
    case 'table.copy': {
      const count = popLength(stack);
      const from = store.address(index2, 'table', stack);
      copyElems(one, store.address(index, 'table', stack), store.tables[index2].elems, from, count);
      return;
    }
    default: {
      const [count, from] = [unsigned(stack.pop()), unsigned(stack.pop())];
      copyElems(one, store.address(at, 'table', stack), store.elems[index], from, count);
    }
  }
}

function reference(store: RefStore, { name, index }: Step, stack: RefValue[]): void {
  switch (name) {
    case 'ref.null':
      stack.push(null);
      return;
    case 'ref.func':
      stack.push(store.functions[index]);
      return;
    case 'ref.is_null':
      stack.push(stack.pop() === null ? 1 : 0);
      return;
    case 'ref.eq': {
      const [a, b] = [stack.pop(), stack.pop()];
      const isSame = a instanceof RefI31 && b instanceof RefI31 ? a.value === b.value : a === b;
      stack.push(isSame ? 1 : 0);
      return;
    }
    default:
      if (stack[stack.length - 1] === null) throw new ReferenceTrap('null-reference');
  }
}

/** Anything but control and objects. */
export function simple(store: RefStore, step: Step, stack: RefValue[]): void {
  switch (step.name) {
    case 'drop':
      stack.pop();
      return;
    case 'select': {
      const [c, b, a] = [stack.pop(), stack.pop(), stack.pop()];
      stack.push(c !== 0 ? a : b);
      return;
    }
    case 'global.get':
      stack.push(store.globals[step.index].value);
      return;
    case 'global.set':
      store.globals[step.index].value = stack.pop();
      return;
    case 'i32.const':
      stack.push(step.lo | 0);
      return;
    case 'f32.const':
      stack.push(step.lo >>> 0);
      return;
    case 'i64.const':
      stack.push(BigInt.asIntN(64, (BigInt(step.hi) << 32n) | BigInt(step.lo >>> 0)));
      return;
    case 'f64.const':
      stack.push((BigInt(step.hi >>> 0) << 32n) | BigInt(step.lo >>> 0));
      return;
    case 'data.drop':
      store.datas[step.index] = new Uint8Array(0);
      return;
    case 'elem.drop':
      store.elems[step.index] = [];
      return;
    default:
      if (step.name.startsWith('memory.')) memory(store, step, stack);
      else if (step.name.startsWith('table.')) table(store, step, stack);
      else if (step.name.startsWith('ref.')) reference(store, step, stack);
      else if (/\.(load|store)/.test(step.name)) loadOrStore(store, step, stack);
      else operation(step.name, stack as RefNumber[]);
  }
}

function loadOrStore(store: RefStore, { name, index, lo, hi }: Step, stack: RefValue[]): void {
  const { bytes, type } = store.memories[index];
  const offset = (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
  access(bytes, name, offset, type.addr === I64 ? I64 : I32, stack as RefNumber[]);
}
