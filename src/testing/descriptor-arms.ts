// Arms for custom descriptors. https://github.com/WebAssembly/custom-descriptors
import { HEAP, I32, type ValType, heapOf, isRef, ref } from '../syntax/types.ts';
import type { Arms } from './arm.ts';
import type { Body } from './body.ts';
import { castImmediates } from './gc-arms.ts';
import { type Genome, childOf } from './genome.ts';
import { ANYREF } from './known-types.ts';
import type { Layout } from './layout.ts';

type Wanted = ValType | undefined;

/** The described type or one above it. */
function isAbove(t: Wanted, layout: Layout): boolean {
  if (t === undefined || !isRef(t)) return false;
  const heap = heapOf(t);
  if (heap < 0) return heap === HEAP.any || heap === HEAP.eq || heap === HEAP.struct;
  return layout.types[heap].descriptor !== undefined;
}

function isAbstract(t: Wanted, layout: Layout): boolean {
  return isAbove(t, layout) && heapOf(t as ValType) < 0;
}

/** A new descriptor in a local of its own. */
function makeDescriptor(body: Body): number {
  const type = body.layout.described();
  const local = body.temporary('descriptor', ref(type + 1, true, true));
  body.op1(0xfb_001, type + 1);
  body.op1(0x21, local);
  return local;
}

function allocate(body: Body, g: Genome, code: number, local: number): void {
  if (code === 0xfb_020) body.value(I32, childOf(g, 0));
  body.op1(0x20, local);
  body.op1(code, body.layout.described());
}

/** A value and the descriptor that it is compared with: mostly its own. */
function valueAndDescriptor(body: Body, g: Genome): void {
  const local = makeDescriptor(body);
  if (g.k % 4 === 1) body.value(ANYREF, childOf(g, 1));
  else allocate(body, g, 0xfb_020, local);
  if (g.k % 4 === 2) body.op1(0xfb_001, body.layout.described() + 1);
  else body.op1(0x20, local);
}

function cast(body: Body, g: Genome, code: number): void {
  valueAndDescriptor(body, { ...g, k: g.k >> 3 });
  body.op(code);
  body.out.refTo(ref(body.layout.described(), code === 0xfb_024));
}

function branch(body: Body, g: Genome, nullable: boolean): void {
  const t = ref(body.layout.described(), true);
  body.block(0x02, [], [t], () => {
    valueAndDescriptor(body, { ...g, k: g.k >> 4 });
    castImmediates(body, 0xfb_025, ANYREF, ref(heapOf(t), nullable));
    body.op(0x1a);
    body.value(t, childOf(g, 2));
  });
}

function branchFail(body: Body, g: Genome, nullable: boolean): void {
  const t = ref(body.layout.described(), true);
  body.block(0x02, [], [t], () => {
    body.block(0x02, [], [ANYREF], () => {
      valueAndDescriptor(body, { ...g, k: g.k >> 4 });
      castImmediates(body, 0xfb_026, ANYREF, ref(heapOf(t), nullable));
      body.op1(0x0c, 1);
    });
    body.op(0x1a);
    body.value(t, childOf(g, 2));
  });
}

// biome-ignore format: a table
export const DESCRIPTOR_ARMS = {
  'struct.new_desc': { group: 'struct', gives: isAbove, emit: (body, _t, g) => allocate(body, g, 0xfb_020, makeDescriptor(body)) },
  'struct.new_default_desc': { group: 'struct', gives: isAbove, emit: (body, _t, g) => allocate(body, g, 0xfb_021, makeDescriptor(body)) },
  'ref.get_desc': { group: 'struct', gives: isAbstract, emit: (body, _t, g) => {
    allocate(body, g, 0xfb_021, makeDescriptor(body));
    body.op1(0xfb_022, body.layout.described());
  } },
  'ref.cast_desc_eq': ({ code }) => ({ group: 'cast', gives: isAbove, traps: true, emit: (body, _t, g) => cast(body, g, code) }),
  br_on_cast_desc_eq: { group: 'cast', gives: isAbove, emit: (body, _t, g) => branch(body, g, g.k % 2 === 0) },
  br_on_cast_desc_eq_fail: { group: 'cast', gives: isAbove, emit: (body, _t, g) => branchFail(body, g, g.k % 2 === 0) },
} satisfies Arms;
