// Arms for structs, arrays, i31 and casts. Objects are mostly made on the spot, so that few accesses meet null.
import {
  EXTERNREF,
  F32,
  F64,
  FUNCREF,
  HEAP,
  I16,
  I32,
  I64,
  I8,
  type StructType,
  type ValType,
  heapOf,
  isNullable,
  isRef,
  ref,
  asArray,
  asStruct,
} from '../syntax/types.ts';
import { InternalError } from '../errors.ts';
import type { Arm, Arms } from './arm.ts';
import type { Body } from './body.ts';
import { type Genome, childOf, masked } from './genome.ts';
import { ANYREF, ARRAY_KEYS, EQREF, I31REF, STRUCT_KEYS } from './known-types.ts';
import type { Layout } from './layout.ts';

type Wanted = ValType | undefined;

const isStatement = (t: Wanted): boolean => t === undefined;
const isI32 = (t: Wanted): boolean => t === I32;
const unpacked = (t: ValType): ValType => (t === I8 || t === I16 ? I32 : t);

/** A reference type that is or is above some structs (or arrays). */
function isAbove(kind: 'struct' | 'array', t: Wanted, layout: Layout): boolean {
  if (t === undefined || !isRef(t)) return false;
  const heap = heapOf(t);
  if (heap < 0) return heap === HEAP.any || heap === HEAP.eq || heap === HEAP[kind];
  return layout.comp(heap).kind === kind && layout.types[heap].descriptor === undefined && !isDescriptor(heap, layout);
}

const isDescriptor = (type: number, layout: Layout): boolean => layout.types[type].describes !== undefined;
const aboveStructs = (t: Wanted, layout: Layout): boolean => isAbove('struct', t, layout);
const aboveArrays = (t: Wanted, layout: Layout): boolean => isAbove('array', t, layout);

/** A struct type below a type. */
function structFor(body: Body, t: Wanted, k: number): number {
  const { layout } = body;
  const heap = heapOf(t as ValType);
  if (heap < 0) return layout.struct(STRUCT_KEYS[k % STRUCT_KEYS.length]);
  return heap === layout.struct('pair') && k % 3 === 0 ? layout.struct('more') : heap;
}

function arrayFor(body: Body, t: Wanted, k: number): number {
  const heap = heapOf(t as ValType);
  return heap < 0 ? body.layout.array(ARRAY_KEYS[k % ARRAY_KEYS.length]) : heap;
}

const fieldsOf = (body: Body, type: number): StructType['fields'] => asStruct(body.layout.comp(type)).fields;

const elementOf = (body: Body, type: number): ValType => asArray(body.layout.comp(type)).field.storage;

/** An object of a type: mostly a new one, else what comes. */
function object(body: Body, type: number, g: Genome): void {
  if (g.k % 8 === 7 && !body.layout.options.trapFree) {
    body.value(ref(type, true), g);
    return;
  }
  const { kind } = body.layout.comp(type);
  switch (kind) {
    case 'struct':
      body.op1(0xfb_001, type);
      return;
    case 'array':
      body.int(4 + (g.k % 3));
      body.op1(0xfb_007, type);
      return;
    case 'func':
      throw new InternalError(`type ${type} is no type of objects`);
    default:
      kind satisfies never;
  }
}

/** Field accesses: some struct with a fitting field. */
function field(body: Body, k: number, fits: (storage: ValType) => boolean): { type: number; at: number } {
  const all = STRUCT_KEYS.flatMap((key) => {
    const type = body.layout.struct(key);
    return fieldsOf(body, type).flatMap(({ storage }, at) => (fits(storage) ? [{ type, at }] : []));
  });
  return all[k % all.length];
}

/** An object that was changed by `change`: what it is given leaves the object once more. */
function changed(body: Body, type: number, g: Genome, change: (again: () => void) => void): void {
  const local = body.temporary('changed', ref(type, true));
  object(body, type, g);
  body.op1(0x21, local);
  change(() => body.op1(0x20, local));
  body.op1(0x20, local);
}

/** `struct.set` of a field. */
function setField(body: Body, type: number, at: number, g: Genome): void {
  body.value(unpacked(fieldsOf(body, type)[at].storage), g);
  body.op1(0xfb_005, type);
  body.out.u32(at);
}

function getField(code: number, fits: (storage: ValType, t: Wanted) => boolean): Arm['emit'] {
  return (body, t, g) => {
    const { type, at } = field(body, g.k >> 3, (storage) => fits(storage, t));
    if ((g.n >> 8) % 4 === 0) {
      changed(body, type, childOf(g, 0), (again) => {
        again();
        setField(body, type, at, childOf(g, 1));
      });
    } else object(body, type, childOf(g, 0));
    body.op1(code, type);
    body.out.u32(at);
  };
}

/** An array type with fitting elements. */
function arrayWith(body: Body, k: number, fits: (storage: ValType) => boolean): number {
  const keys = ARRAY_KEYS.filter((key) => fits(elementOf(body, body.layout.array(key))));
  return body.layout.array(keys[k % keys.length]);
}

function getElement(get: number, fits: (storage: ValType, t: Wanted) => boolean): Arm['emit'] {
  return (body, t, g) => {
    const type = arrayWith(body, g.k >> 3, (storage) => fits(storage, t));
    const code = CHANGES[(g.n >> 10) % CHANGES.length];
    if ((g.n >> 8) % 4 === 0 && !body.layout.options.trapFree && canChange(code, elementOf(body, type))) {
      changed(body, type, childOf(g, 0), (again) => arrayChange(body, childOf(g, 2), code, type, again));
    } else object(body, type, childOf(g, 0));
    body.small(childOf(g, 1), 4);
    body.op1(get, type);
  };
}

/** What changes arrays: `array.set`, `array.fill`, `array.copy`, `array.init_data`, `array.init_elem`. */
const CHANGES = [0xfb_00e, 0xfb_010, 0xfb_011, 0xfb_012, 0xfb_013];

/** Whether arrays of these elements can be changed by an instruction. */
function canChange(code: number, element: ValType): boolean {
  if (code === 0xfb_012) return isNumeric(element);
  return code !== 0xfb_013 || element === FUNCREF;
}

const isPacked = (storage: ValType): boolean => storage === I8 || storage === I16;
const isNumeric = (storage: ValType): boolean => storage < 0;
const STRUCT_FIELDS: readonly Wanted[] = [I32, I64, F64, F32, ANYREF, EQREF, EXTERNREF, FUNCREF];
const ELEMENTS: readonly Wanted[] = [I32, I64, F32, F64, ANYREF, FUNCREF];

function arrayNewFixed(body: Body, t: Wanted, g: Genome): void {
  const type = arrayFor(body, t, g.k >> 3);
  const count = g.k % 4;
  for (let i = 0; i < count; i++) body.value(unpacked(elementOf(body, type)), childOf(g, i));
  body.op1(0xfb_008, type);
  body.out.u32(count);
}

function arrayNew(body: Body, t: Wanted, g: Genome): void {
  const type = arrayFor(body, t, g.k >> 3);
  body.value(unpacked(elementOf(body, type)), childOf(g, 0));
  body.int(g.k % 8);
  body.op1(0xfb_006, type);
}

/** From a data or an element segment, as the elements are. */
function arrayNewFrom(body: Body, t: Wanted, g: Genome, code: number): void {
  const type = arrayFor(body, t, g.k >> 3);
  const numeric = isNumeric(elementOf(body, type));
  const isData = code === 0xfb_009;
  if (numeric !== isData || elementOf(body, type) === ANYREF) {
    if (heapOf(t as ValType) >= 0) arrayNew(body, t, g);
    else {
      const fitting = arrayWith(body, g.k, (storage) => isNumeric(storage) === isData && storage !== ANYREF);
      arrayNewFrom(body, ref(fitting, true), g, code);
    }
    return;
  }
  body.small(childOf(g, 0), isData ? 8 : 2);
  body.small(childOf(g, 1), isData ? 4 : 2);
  body.op1(code, type);
  body.out.u32(isData ? body.layout.data() : body.layout.elem('passive'));
}

/**
 * Changes of arrays. Where two things are wrong at once, engines differ in what they trap for: so mostly one of them may
 * be, the array with its range (`wild`), or the source. `target` leaves the array to change, else it is a new one.
 */
function arrayChange(body: Body, g: Genome, code: number, type: number, target?: () => void): void {
  const { layout } = body;
  const isCopy = code === 0xfb_011;
  const isFill = code === 0xfb_010;
  const element = unpacked(elementOf(body, type));
  const hasSource = code === 0xfb_012 || code === 0xfb_013 || (isCopy && childOf(g, 2).k % 8 === 7);
  const wild = !hasSource || (!isCopy && (g.k >> 1) % 2 === 0);
  const range = (i: number): Genome => (wild ? childOf(g, i) : masked(childOf(g, i)));
  if (target === undefined) object(body, type, wild ? childOf(g, 0) : masked(childOf(g, 0)));
  else target();
  body.small(range(1), code === 0xfb_00e || isFill ? 4 : 2);
  if (isCopy) object(body, type, childOf(g, 2));
  if (code === 0xfb_00e || isFill) body.value(element, childOf(g, 2));
  else if (wild && hasSource) body.int(0);
  else body.small(isCopy && hasSource ? range(3) : childOf(g, 3), 2);
  if (code !== 0xfb_00e) {
    if (wild && hasSource) body.int(0);
    // Now and then past the end.
    else body.small(range(4), isFill ? 4 : 2);
  }
  body.op1(code, type);
  if (isCopy) body.out.u32(type);
  else if (code === 0xfb_012) body.out.u32(layout.data());
  else if (code === 0xfb_013) body.out.u32(layout.elem('passive'));
}

const change = (code: number): Arm => ({
  group: 'array',
  gives: isStatement,
  traps: true,
  emit: (body, _t, g) => {
    const type = arrayWith(body, g.k >> 3, (element) => canChange(code, element));
    arrayChange(body, g, code, type);
  },
});

/** An operand for a test or cast: something of the target's own type, or anything. */
function candidate(body: Body, t: ValType, g: Genome): void {
  body.value(g.k % 2 === 0 ? ANYREF : t, childOf(g, 0));
}

const inAny = (t: Wanted): boolean => t !== undefined && isRef(t) && isNullable(t);

function isBelowAny(t: Wanted, layout: Layout): boolean {
  return inAny(t) && layout.matchesHeap(heapOf(t as ValType), HEAP.any) && t !== ANYREF;
}

function test(body: Body, code: number, g: Genome): void {
  const t = body.heapRef(g.k >> 3);
  candidate(body, t, g);
  body.op(code);
  body.out.refTo(t);
}

function cast(body: Body, code: number, t: ValType, g: Genome): void {
  candidate(body, t, g);
  body.op(code);
  body.out.refTo(t);
}

/** Flags, label, and the two types of a branch on a cast. */
export function castImmediates(body: Body, code: number, from: ValType, to: ValType): void {
  body.op(code);
  body.out.byte((isNullable(from) ? 1 : 0) | (isNullable(to) ? 2 : 0));
  body.out.u32(0);
  body.out.refTo(from);
  body.out.refTo(to);
}

function brOnCast(body: Body, t: ValType, g: Genome): void {
  body.block(0x02, [], [t], () => {
    candidate(body, t, { ...g, k: g.k >> 1 });
    // Whatever is known of the operand, it may be taken for anything.
    castImmediates(body, 0xfb_018, ANYREF, g.k % 2 === 0 ? t : ref(heapOf(t), false));
    body.op(0x1a);
    body.value(t, childOf(g, 1));
  });
}

function brOnCastFail(body: Body, t: ValType, g: Genome): void {
  body.block(0x02, [], [t], () => {
    body.block(0x02, [], [ANYREF], () => {
      candidate(body, t, { ...g, k: g.k >> 1 });
      castImmediates(body, 0xfb_019, ANYREF, g.k % 2 === 0 ? t : ref(heapOf(t), false));
      body.op1(0x0c, 1);
    });
    body.op(0x1a);
    body.value(t, childOf(g, 1));
  });
}

function i31(body: Body, g: Genome): void {
  if (g.k % 4 === 3 && !body.layout.options.trapFree) {
    body.value(I31REF, g);
    return;
  }
  body.value(I32, g);
  body.op(0xfb_01c);
}

// biome-ignore format: a table
export const GC_ARMS = {
  'struct.new': { group: 'struct', gives: aboveStructs, emit: (body, t, g) => {
    const type = structFor(body, t, g.k >> 3);
    body.values(fieldsOf(body, type).map(({ storage }) => unpacked(storage)), g);
    body.op1(0xfb_000, type);
  } },
  'struct.new_default': { group: 'struct', gives: aboveStructs, emit: (body, t, g) => body.op1(0xfb_001, structFor(body, t, g.k >> 3)) },
  'struct.get': { group: 'struct', gives: (t) => STRUCT_FIELDS.includes(t) && t !== undefined, emit: getField(0xfb_002, (storage, t) => storage === t) },
  'struct.get_s': { group: 'struct', gives: isI32, emit: getField(0xfb_003, isPacked) },
  'struct.get_u': { group: 'struct', gives: isI32, emit: getField(0xfb_004, isPacked) },
  'struct.set': { group: 'struct', gives: isStatement, emit: (body, _t, g) => {
    const { type, at } = field(body, g.k >> 3, () => true);
    object(body, type, childOf(g, 0));
    setField(body, type, at, childOf(g, 1));
  } },
  'array.new': { group: 'array', gives: aboveArrays, emit: arrayNew },
  'array.new_default': { group: 'array', gives: aboveArrays, emit: (body, t, g) => {
    body.int(g.k % 8);
    body.op1(0xfb_007, arrayFor(body, t, g.k >> 3));
  } },
  'array.new_fixed': { group: 'array', gives: aboveArrays, emit: arrayNewFixed },
  'array.new_data': { group: 'array', gives: aboveArrays, traps: true, emit: (body, t, g) => arrayNewFrom(body, t, g, 0xfb_009) },
  'array.new_elem': { group: 'array', gives: aboveArrays, traps: true, emit: (body, t, g) => arrayNewFrom(body, t, g, 0xfb_00a) },
  'array.get': { group: 'array', gives: (t) => t !== undefined && ELEMENTS.includes(t), emit: getElement(0xfb_00b, (storage, t) => storage === t) },
  'array.get_s': { group: 'array', gives: isI32, emit: getElement(0xfb_00c, isPacked) },
  'array.get_u': { group: 'array', gives: isI32, emit: getElement(0xfb_00d, isPacked) },
  'array.set': change(0xfb_00e),
  'array.len': { group: 'array', gives: isI32, emit: (body, _t, g) => {
    object(body, arrayWith(body, g.k >> 3, () => true), childOf(g, 0));
    body.op(0xfb_00f);
  } },
  'array.fill': change(0xfb_010),
  'array.copy': change(0xfb_011),
  'array.init_data': change(0xfb_012),
  'array.init_elem': change(0xfb_013),
  'ref.test': ({ code }) => ({ group: 'cast', gives: isI32, emit: (body, _t, g) => test(body, code, g) }),
  'ref.cast': ({ code }) => ({ group: 'cast', gives: isBelowAny, traps: true, emit: (body, t, g) => cast(body, code, t as ValType, g) }),
  br_on_cast: { group: 'cast', gives: isBelowAny, emit: (body, t, g) => brOnCast(body, t as ValType, g) },
  br_on_cast_fail: { group: 'cast', gives: isBelowAny, emit: (body, t, g) => brOnCastFail(body, t as ValType, g) },
  'any.convert_extern': { group: 'cast', gives: (t) => t === ANYREF, emit: (body, _t, g) => {
    body.value(EXTERNREF, childOf(g, 0));
    body.op(0xfb_01a);
  } },
  'extern.convert_any': { group: 'cast', gives: (t) => t === EXTERNREF, emit: (body, _t, g) => {
    body.value(ANYREF, childOf(g, 0));
    body.op(0xfb_01b);
  } },
  'ref.i31': { group: 'reference', gives: (t) => t === ANYREF || t === EQREF || t === I31REF, emit: (body, _t, g) => {
    body.value(I32, childOf(g, 0));
    body.op(0xfb_01c);
  } },
  'i31.get_s': { group: 'reference', gives: isI32, emit: (body, _t, g) => {
    i31(body, childOf(g, 0));
    body.op(0xfb_01d);
  } },
  'i31.get_u': { group: 'reference', gives: isI32, emit: (body, _t, g) => {
    i31(body, childOf(g, 0));
    body.op(0xfb_01e);
  } },
} satisfies Arms;
