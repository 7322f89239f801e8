// Small functions that ops call: unaligned access, the fast path of call_indirect, room for references.
import type { Func, ModuleInstance } from '../../runtime/instance.ts';
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
 * The entry of the function that a call in slot `slot` means when it is a lowered one of this instance; else 0, and the
 * driver looks closer. The slot holds an index of `table`, whose element must have exactly the type `canon`; or, where
 * `table` is -1, a reference.
 */
export function callIndirect(inst: ModuleInstance, slot: number, table: number, canon: number): number {
  if (table < 0) {
    const func = REFERENCES[slot] as Func | null;
    return func === null || func.instance !== inst ? 0 : inst.unit.entries[func.index];
  }
  const func = inst.tables[table].elements.read(SLOTS[2 * slot] >>> 0) as Func | null | undefined;
  if (func == null || func.canon !== canon || func.instance !== inst) return 0;
  return inst.unit.entries[func.index];
}

/** How much of REFERENCES may be in use: the rest is null. */
export const references = { used: 0 };

/** Makes REFERENCES at least `length` long. Whoever writes to a slot has asked for it here. */
export function growReferences(length: number): void {
  if (length > references.used) references.used = length;
  while (REFERENCES.length < length) REFERENCES.push(null);
}

/** The canonical NaN of f32. */
export const NAN32 = 0x7fc00000;
/** The high word of the canonical NaN of f64; the low one is 0. */
export const NAN64_HIGH = 0x7ff80000;

/** Writes the canonical NaN of f64 to slot `slot`. */
export function writeNaN(slot: number): void {
  SLOTS[2 * slot] = 0;
  SLOTS[2 * slot + 1] = NAN64_HIGH;
}
