// Arms for blocks, branches and calls. Loops start again only as long as there is fuel; code that leaves for good mostly
// stands under a condition, since what follows it never runs.
import { F32, F64, I32, I64, type FuncType, type ValType, ref } from '../syntax/types.ts';
import type { Arm, Arms } from './arm.ts';
import type { Body } from './body.ts';
import { type Genome, childOf } from './genome.ts';

const always = (): boolean => true;
const isStatement = (t: ValType | undefined): boolean => t === undefined;
const list = (t: ValType | undefined): readonly ValType[] => (t === undefined ? [] : [t]);

/** A value where one is wanted, else a statement. */
export function either(body: Body, t: ValType | undefined, g: Genome): void {
  if (t === undefined) body.statement(g);
  else body.value(t, g);
}

/** Comparisons: the type of their operands, the first of their opcodes, and how many they are. */
const COMPARISONS: readonly (readonly [ValType, number, number])[] = [
  [I32, 0x46, 10],
  [I64, 0x51, 10],
  [F32, 0x5b, 6],
  [F64, 0x61, 6],
];

/** A condition: any i32, or a comparison, sometimes of a value with itself. */
function condition(body: Body, g: Genome): void {
  if (g.n % 2 === 0) {
    body.value(I32, g);
    return;
  }
  const [t, first, count] = COMPARISONS[[0, 0, 0, 1, 1, 2, 3][(g.n >> 1) % 7]];
  body.value(t, childOf(g, 0));
  body.value(t, childOf(g, g.k % 4 === 0 ? 0 : 1));
  body.op(first + ((g.k >> 2) % count));
}

/** Code that does not come back, under a condition (fuel, where it goes back to a loop); then what was wanted. */
export function leaving(body: Body, t: ValType | undefined, g: Genome, toLoop: boolean, leave: () => void): void {
  if (!toLoop && (g.n >> 6) % 16 === 0) {
    leave();
    return;
  }
  if (toLoop) body.fuel();
  else condition(body, childOf(g, 2));
  body.block(0x04, [], [], leave);
  either(body, t, childOf(g, 1));
}

function block(body: Body, t: ValType | undefined, g: Genome): void {
  if (t !== undefined && g.k % 4 === 3) {
    // Parameters, and more results than one.
    body.value(I64, childOf(g, 1));
    body.block(0x02, [I64], [t, I32], () => {
      body.setLocals([I64], g.k);
      body.values([t, I32], g);
    });
    body.setLocals([I32], g.k >> 2);
    return;
  }
  body.block(0x02, [], list(t), () => {
    body.statement(childOf(g, 1));
    either(body, t, childOf(g, 0));
    if (t === undefined) body.statement(childOf(g, 2));
  });
}

function loop(body: Body, t: ValType | undefined, g: Genome): void {
  if (t !== undefined) body.value(t, childOf(g, 0));
  body.block(0x03, list(t), list(t), () => {
    if (t !== undefined) body.setLocals([t], g.k);
    body.statement(childOf(g, 1));
    either(body, t, childOf(g, 2));
    body.value(I32, childOf(g, 3));
    body.fuel();
    body.op(0x71);
    body.op1(0x0d, 0);
  });
}

function conditional(body: Body, t: ValType | undefined, g: Genome): void {
  condition(body, childOf(g, 0));
  body.block(0x04, [], list(t), () => {
    either(body, t, childOf(g, 1));
    if (t === undefined && g.k % 2 === 0) return;
    body.op(0x05);
    either(body, t, childOf(g, 2));
  });
}

/** The depth of the label with a place in the list. */
const depth = (body: Body, place: number): number => body.labels.length - 1 - place;

function br(body: Body, t: ValType | undefined, g: Genome): void {
  const place = body.labels.length - 1 - ((g.k >> 3) % body.labels.length);
  const { types, kind } = body.labels[place];
  leaving(body, t, g, kind === 'loop', () => {
    body.values(types, g);
    body.op1(0x0c, depth(body, place));
  });
}

/** A conditional branch past values that stay below. */
function brIf(body: Body, t: ValType | undefined, g: Genome): void {
  body.block(0x02, [], list(t), () => {
    if (g.k % 2 === 0) body.value(F32, childOf(g, 3));
    if (t !== undefined) body.value(t, childOf(g, 0));
    condition(body, childOf(g, 1));
    body.op1(0x0d, 0);
    if (g.k % 2 === 0) {
      if (t !== undefined) body.setLocals([t], g.k >> 1);
      body.op(0x1a);
      either(body, t, childOf(g, 2));
    } else if (t === undefined) body.statement(childOf(g, 2));
  });
}

/** A table of labels each of which leaves another value. */
function brTableValue(body: Body, t: ValType, g: Genome): void {
  const count = (g.k >> 1) % 5;
  body.block(0x02, [], [t], () => {
    body.block(0x02, [], [], () => {
      body.block(0x02, [], [], () => {
        body.small(childOf(g, 2), 8);
        body.op(0x0e);
        body.out.u32(count);
        for (let i = 0; i <= count; i++) body.out.u32((g.k >> (i + 4)) & 1);
      });
      body.value(t, childOf(g, 0));
      body.op1(0x0c, 1);
    });
    body.value(t, childOf(g, 1));
  });
}

function brTable(body: Body, t: ValType | undefined, g: Genome): void {
  if (t !== undefined && g.k % 2 === 0) {
    brTableValue(body, t, g);
    return;
  }
  const { labels } = body;
  const first = labels.length - 1 - ((g.k >> 3) % labels.length);
  const types = labels[first].types;
  const same = labels.flatMap((label, i) => (label.types.join() === types.join() ? [i] : []));
  const count = g.k % 5;
  const targets = Array.from({ length: count + 1 }, (_, i) => same[(g.n + i * 7) % same.length]);
  const toLoop = targets.some((place) => labels[place].kind === 'loop');
  leaving(body, t, g, toLoop, () => {
    body.values(types, g);
    body.small(childOf(g, 2), 8);
    body.op(0x0e);
    body.out.u32(count);
    for (const place of targets) body.out.u32(depth(body, place));
  });
}

function returns(body: Body, t: ValType | undefined, g: Genome): void {
  leaving(body, t, g, false, () => {
    body.values(body.labels[0].types, g);
    body.op(0x0f);
  });
}

/** Keeps the first result where it is wanted, and puts the others into locals. */
function takeResults(body: Body, t: ValType | undefined, results: readonly ValType[], g: Genome): void {
  if (t !== undefined && results[0] === t) {
    body.setLocals(results.slice(1), g.k);
    return;
  }
  body.setLocals(results, g.k);
  if (t !== undefined) body.leaf(t, g);
}

/** A function that may be called: with traps excluded one that cannot call back. */
function callee(body: Body, k: number): number | undefined {
  const { functions, options } = body.layout;
  const count = options.trapFree ? body.self : functions.length;
  return count === 0 ? undefined : k % count;
}

function call(body: Body, t: ValType | undefined, g: Genome): void {
  const index = callee(body, g.k >> 3);
  if (index === undefined) {
    either(body, t, childOf(g, 0));
    return;
  }
  const { params, results } = body.layout.functions[index];
  body.values(params, g);
  body.op1(0x10, index);
  takeResults(body, t, results, g);
}

/** Emits the index in a table of a function, and returns its type; sometimes of another, or of none. */
function indirect(body: Body, g: Genome): { readonly type: FuncType; readonly table: number; index(): void } {
  const { layout } = body;
  const slot = (g.k >> 3) % 4;
  const func = (slot + layout.choice) % layout.functions.length;
  const table = layout.table(g.k % 64 === 63 && layout.has('memory64') ? 1 : 0, ref(-16, true));
  const index = (): void => {
    if (layout.tables.list[table].type.addr === I64) {
      body.op(0x42);
      body.out.s64(BigInt(slot));
    } else if ((g.k >> 5) % 8 === 0) body.small(childOf(g, 3), 8);
    else if ((g.k >> 5) % 8 === 1) body.int(((slot + 1) % 4) + 1);
    else body.int(slot + 1);
  };
  return { type: layout.functions[func], table, index };
}

function callIndirect(body: Body, t: ValType | undefined, g: Genome): void {
  const { type, table, index } = indirect(body, g);
  body.values(type.params, g);
  index();
  body.op1(0x11, body.layout.funcType(type.params, type.results));
  body.out.u32(table);
  takeResults(body, t, type.results, g);
}

function callRef(body: Body, t: ValType | undefined, g: Genome): void {
  const func = body.anyFunction(g.k >> 3);
  const { params, results } = body.layout.functions[func];
  const type = body.layout.funcType(params, results);
  body.values(params, g);
  functionRef(body, func, type, g);
  body.op1(0x14, type);
  takeResults(body, t, results, g);
}

/** A reference to a function, or whatever a local holds. */
function functionRef(body: Body, func: number, type: number, g: Genome): void {
  if ((g.k >> 7) % 8 === 0) body.value(ref(type, true), childOf(g, 3));
  else body.op1(0xd2, func);
}

/** A function with our results, which a tail call may go to. */
function successor(body: Body, k: number): number {
  const { functions } = body.layout;
  const same = functions.flatMap(({ results }, i) => (results.join() === body.type.results.join() ? [i] : []));
  return same[k % same.length];
}

function returnCall(body: Body, t: ValType | undefined, g: Genome): void {
  const func = successor(body, g.k >> 3);
  leaving(body, t, g, false, () => {
    body.values(body.layout.functions[func].params, g);
    body.op1(0x12, func);
  });
}

function returnCallIndirect(body: Body, t: ValType | undefined, g: Genome): void {
  const { type, table, index } = indirect(body, g);
  if (type.results.join() !== body.type.results.join()) {
    callIndirect(body, t, g);
    return;
  }
  leaving(body, t, g, false, () => {
    body.values(type.params, g);
    index();
    body.op1(0x13, body.layout.funcType(type.params, type.results));
    body.out.u32(table);
  });
}

function returnCallRef(body: Body, t: ValType | undefined, g: Genome): void {
  const func = successor(body, g.k >> 3);
  const { params, results } = body.layout.functions[func];
  const type = body.layout.funcType(params, results);
  leaving(body, t, g, false, () => {
    body.values(params, g);
    functionRef(body, func, type, g);
    body.op1(0x15, type);
  });
}

function unreachable(body: Body, t: ValType | undefined, g: Genome): void {
  leaving(body, t, g, false, () => body.op(0x00));
}

const arm = (group: Arm['group'], emit: Arm['emit'], traps?: true): Arm => ({
  group,
  gives: always,
  emit,
  ...(traps ? { traps } : {}),
});

export const CONTROL_ARMS = {
  unreachable: arm('branch', unreachable, true),
  block: arm('control', block),
  loop: arm('control', loop),
  if: arm('control', conditional),
  br: arm('branch', br),
  br_if: arm('control', brIf),
  br_table: arm('branch', brTable),
  return: arm('branch', returns),
  call: arm('call', call),
  call_indirect: arm('call', callIndirect, true),
  return_call: arm('branch', returnCall, true),
  return_call_indirect: arm('branch', returnCallIndirect, true),
  call_ref: arm('call', callRef, true),
  return_call_ref: arm('branch', returnCallRef, true),
  drop: { group: 'variable', gives: isStatement, emit: drop },
} satisfies Arms;

/** A value of some type that nobody wants. */
function drop(body: Body, _t: ValType | undefined, g: Genome): void {
  body.value(body.anyType(g.k >> 4), childOf(g, 0));
  body.op(0x1a);
}
