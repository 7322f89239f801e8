// Small functions that ops call: unaligned access, the fast path of call_indirect, room for references.
import type { Func } from '../runtime/func.ts';
import type { ModuleInstance } from '../runtime/instance.ts';
import { REFERENCES, SLOTS } from './stack.ts';

/** Four bytes at any address, little-endian. */
export function load32(M8: Uint8Array, p: number): number {
  return M8[p] | (M8[p + 1] << 8) | (M8[p + 2] << 16) | (M8[p + 3] << 24);
}

export function store32(M8: Uint8Array, p: number, value: number): void {
  M8[p] = value;
  M8[p + 1] = value >> 8;
  M8[p + 2] = value >> 16;
  M8[p + 3] = value >> 24;
}

/**
 * The entry of element `i` of a table when it is a lowered function of this instance with exactly the type `canon`;
 * else 0, and the driver looks closer.
 */
export function callIndirect(inst: ModuleInstance, i: number, table: number, canon: number): number {
  const elems = inst.tables[table].elems;
  if (i >>> 0 >= elems.length) return 0;
  const func = elems[i >>> 0] as Func | null;
  if (func === null || func.canon !== canon || func.instance !== inst) return 0;
  return inst.unit.entries[func.index];
}

/** The entry of a function when it is a lowered one of this instance; else 0, and the driver looks closer. */
export function entryOfRef(inst: ModuleInstance, ref: unknown): number {
  const func = ref as Func | null;
  if (func === null || func.instance !== inst) return 0;
  return inst.unit.entries[func.index];
}

/** Makes REFERENCES at least `length` long. */
export function growReferences(length: number): void {
  while (REFERENCES.length < length) REFERENCES.push(null);
}

/** Sets the quiet bit of the f64 NaN in slot `slot`. */
export function quietNaN(slot: number): void {
  SLOTS[2 * slot + 1] |= 0x80000;
}
