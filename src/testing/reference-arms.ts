// Arms for references: null, functions, tests for null, and branches on it.
import { FUNCREF, HEAP, I32, type ValType, heapOf, isRef, ref } from '../syntax/types.ts';
import type { Arms } from './arm.ts';
import type { Body } from './body.ts';
import { either } from './control-arms.ts';
import { type Genome, childOf } from './genome.ts';
import { ANYREF, EQREF } from './known-types.ts';
import type { Layout } from './layout.ts';

type Wanted = ValType | undefined;

const isReference = (t: Wanted): boolean => t !== undefined && isRef(t);

/** A concrete function type. */
function isFunction(t: Wanted, layout: Layout): boolean {
  return t !== undefined && isRef(t) && heapOf(t) >= 0 && layout.comp(heapOf(t)).kind === 'func';
}

/** Some reference type of the module. */
function anyRef(body: Body, k: number): ValType {
  if (k % 4 === 0) return FUNCREF;
  return body.layout.has('gc')
    ? [ANYREF, body.heapRef(k >> 2)][k % 2]
    : ref(k % 4 === 1 ? HEAP.extern : HEAP.func, true);
}

function refFunc(body: Body, t: Wanted, g: Genome): void {
  const { layout } = body;
  const func = body.anyFunction(g.k >> 3);
  const { params, results } = layout.functions[func];
  if (t === FUNCREF || layout.funcType(params, results) === heapOf(t as ValType)) body.op1(0xd2, func);
  else body.leaf(t as ValType, g);
}

/** Leaves a block early where a reference is null. */
function brOnNull(body: Body, t: Wanted, g: Genome): void {
  const results = t === undefined ? [] : [t];
  body.block(0x02, [], results, () => {
    body.values(results, g);
    body.value(anyRef(body, g.k >> 3), childOf(g, 1));
    body.op1(0xd5, 0);
    body.op(0x1a);
    if (t !== undefined) body.setLocals([t], g.k);
    either(body, t, childOf(g, 2));
  });
}

function brOnNonNull(body: Body, t: Wanted, g: Genome): void {
  body.block(0x02, [], [t as ValType], () => {
    body.value(t as ValType, childOf(g, 0));
    body.op1(0xd6, 0);
    body.value(t as ValType, childOf(g, 1));
  });
}

// biome-ignore format: a table
export const REFERENCE_ARMS = {
  'ref.null': { group: 'reference', gives: isReference, emit: (body, t, g) => {
    body.op(0xd0);
    const heap = heapOf(t as ValType);
    body.out.heapType(g.k % 2 === 1 && body.layout.has('gc') ? body.layout.bottom(heap) : heap);
  } },
  'ref.is_null': { group: 'reference', gives: (t) => t === I32, emit: (body, _t, g) => {
    body.value(anyRef(body, g.k >> 3), childOf(g, 0));
    body.op(0xd1);
  } },
  'ref.func': { group: 'reference', gives: (t, layout) => t === FUNCREF || isFunction(t, layout), emit: refFunc },
  'ref.eq': { group: 'reference', gives: (t) => t === I32, emit: (body, _t, g) => {
    body.value(EQREF, childOf(g, 0));
    if (g.k % 4 === 0) {
      body.op1(0x22, body.local(EQREF, g.k));
      body.op1(0x20, body.local(EQREF, g.k));
    } else body.value(EQREF, childOf(g, 1));
    body.op(0xd3);
  } },
  'ref.as_non_null': { group: 'reference', gives: isReference, traps: true, emit: (body, t, g) => {
    body.value(t as ValType, childOf(g, 0));
    body.op(0xd4);
  } },
  br_on_null: { group: 'branch', gives: () => true, emit: brOnNull },
  br_on_non_null: { group: 'branch', gives: isReference, emit: brOnNonNull },
} satisfies Arms;
