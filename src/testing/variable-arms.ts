// Arms for locals, globals, select, tables, and copies within and between memories.
import { EXNREF, EXTERNREF, FUNCREF, I32, I64, type ValType, isRef } from '../syntax/types.ts';
import type { Arm, Arms } from './arm.ts';
import type { Body } from './body.ts';
import { type Genome, childOf } from './genome.ts';

type Wanted = ValType | undefined;

const isStatement = (t: Wanted): boolean => t === undefined;
const isValue = (t: Wanted): boolean => t !== undefined;

function localSet(body: Body, _t: Wanted, g: Genome): void {
  const type = body.anyType(g.k >> 4);
  body.value(type, childOf(g, 0));
  body.op1(0x21, body.local(type, g.k >> 2));
}

function globalSet(body: Body, _t: Wanted, g: Genome): void {
  const type = body.anyType(g.k >> 4);
  body.value(type, childOf(g, 0));
  body.op1(0x24, body.layout.global(type, g.k >> 2));
}

/** Emits an index into a table, or a number of elements. */
function index(body: Body, table: number, g: Genome, limit: number): void {
  // Tables have room for six or more.
  body.smallOf(body.layout.tables.list[table].type.addr, g, body.single || g.k % 16 === 15 ? 8 : limit);
}

function someTable(body: Body, g: Genome): { readonly table: number; readonly elem: ValType; readonly addr: ValType } {
  const table = body.layout.table(g.k >> 6, body.layout.has('reference-types') ? undefined : FUNCREF);
  const { elem, addr } = body.layout.tables.list[table].type;
  return { table, elem, addr };
}

function tableSet(body: Body, _t: Wanted, g: Genome): void {
  const { table, elem } = someTable(body, g);
  index(body, table, childOf(g, 0), 4);
  body.value(elem, childOf(g, 1));
  body.op1(0x26, table);
}

function tableFill(body: Body, _t: Wanted, g: Genome): void {
  const { table, elem } = someTable(body, g);
  index(body, table, childOf(g, 0), 4);
  body.value(elem, childOf(g, 1));
  index(body, table, childOf(g, 2), 2);
  body.op1(0xfc_011, table);
}

function tableInit(body: Body, _t: Wanted, g: Genome): void {
  const { table, elem } = someTable(body, g);
  index(body, table, childOf(g, 0), 4);
  body.small(childOf(g, 1), 2);
  body.small(childOf(g, 2), 2);
  body.op1(0xfc_00c, body.layout.elem(elem === FUNCREF ? 'passive' : elem === EXTERNREF ? 'externs' : 'any'));
  body.out.u32(table);
}

function tableCopy(body: Body, _t: Wanted, g: Genome): void {
  const { table, elem, addr } = someTable(body, g);
  const source = body.layout.table(g.k >> 7, elem);
  const sourceAddr = body.layout.tables.list[source].type.addr;
  index(body, table, childOf(g, 0), 4);
  index(body, source, childOf(g, 1), 4);
  body.smallOf(addr === I64 && sourceAddr === I64 ? I64 : I32, childOf(g, 2), 4);
  body.op1(0xfc_00e, table);
  body.out.u32(source);
}

function memoryCopy(body: Body, _t: Wanted, g: Genome): void {
  const { layout } = body;
  const [to, from] = [layout.memory(g.k >> 9), layout.memory(g.k >> 6)];
  const [toAddr, fromAddr] = [layout.memories.list[to].addr, layout.memories.list[from].addr];
  body.smallOf(toAddr, childOf(g, 0), 128);
  body.smallOf(fromAddr, childOf(g, 1), 128);
  body.smallOf(toAddr === I64 && fromAddr === I64 ? I64 : I32, childOf(g, 2), 64);
  body.op1(0xfc_00a, to);
  body.out.u32(from);
}

/** Makes an i32 or i64 of what a table instruction returns. */
function convert(body: Body, addr: ValType, t: Wanted): void {
  if (addr !== t) body.op(t === I32 ? 0xa7 : 0xad);
}

const isIndex = (t: Wanted): boolean => t === I32 || t === I64;

const SELECT: Arm = {
  group: 'control',
  gives: (t) => t !== undefined && !isRef(t),
  emit: (body, t, g) => {
    body.values([t as ValType, t as ValType, I32], g);
    body.op(0x1b);
  },
};

const SELECT_TYPED: Arm = {
  group: 'control',
  gives: isValue,
  emit: (body, t, g) => {
    body.values([t as ValType, t as ValType, I32], g);
    body.op1(0x1c, 1);
    body.out.valType(t as ValType);
  },
};

// biome-ignore format: a table
export const VARIABLE_ARMS = {
  select: ({ imm }) => (imm === 'select' ? SELECT_TYPED : SELECT),
  'local.get': { group: 'variable', gives: isValue, emit: (body, t, g) => {
    body.statement(childOf(g, 0));
    body.op1(0x20, body.local(t as ValType, g.k >> 2));
  } },
  'local.set': { group: 'variable', gives: isStatement, emit: localSet },
  'local.tee': { group: 'variable', gives: isValue, emit: (body, t, g) => {
    body.value(t as ValType, childOf(g, 0));
    body.op1(0x22, body.local(t as ValType, g.k >> 2));
  } },
  'global.get': { group: 'variable', gives: (t) => t !== undefined && t !== EXNREF, emit: (body, t, g) => {
    body.statement(childOf(g, 0));
    body.op1(0x23, body.someGlobal(t as ValType, g.k >> 2));
  } },
  'global.set': { group: 'variable', gives: isStatement, emit: globalSet },
  'table.get': { group: 'table', gives: (t, layout) => t !== undefined && layout.hasTable(t), emit: (body, t, g) => {
    const table = body.layout.table(g.k >> 6, t);
    index(body, table, childOf(g, 0), 4);
    body.op1(0x25, table);
  } },
  'table.set': { group: 'table', gives: isStatement, emit: tableSet },
  'memory.copy': { group: 'bulk', gives: isStatement, emit: memoryCopy },
  'table.init': { group: 'table', gives: isStatement, emit: tableInit, traps: true },
  'table.copy': { group: 'table', gives: isStatement, emit: tableCopy, traps: true },
  'table.grow': { group: 'table', gives: isIndex, emit: (body, t, g) => {
    const { table, elem, addr } = someTable(body, g);
    body.value(elem, childOf(g, 0));
    index(body, table, childOf(g, 1), 4);
    body.op1(0xfc_00f, table);
    convert(body, addr, t);
  } },
  'table.size': { group: 'table', gives: isIndex, emit: (body, t, g) => {
    const { table, addr } = someTable(body, g);
    body.op1(0xfc_010, table);
    convert(body, addr, t);
  } },
  'table.fill': { group: 'table', gives: isStatement, emit: tableFill },
} satisfies Arms;
