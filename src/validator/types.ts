// Validation of the type section, group by group, and of table, memory, global and tag types.
// https://webassembly.github.io/spec/core/valid/types.html
import { checkStep } from '../clock.ts';
import {
  MAX_PAGES_32,
  MAX_PAGES_64,
  MAX_PARAMS,
  MAX_RESULTS,
  MAX_STRUCT_FIELDS,
  MAX_SUBTYPE_DEPTH,
} from '../syntax/limits.ts';
import {
  type CompType,
  FUNCREF,
  type GlobalType,
  I32,
  type Limits,
  type MemType,
  type RecGroup,
  type TableType,
} from '../syntax/types.ts';
import type { Context } from './context.ts';
import { matchClauses, validateClauses } from './descriptor-clauses.ts';
import * as say from './messages.ts';
import { matchesComp } from './subtyping.ts';

/** Validates all recursive groups in order and gives the types their canonical indices. */
export function validateTypes(ctx: Context): void {
  for (const group of ctx.module.recGroups) {
    checkStep();
    if (group.length > 1) ctx.need('gc', 'a recursive group of several types');
    ctx.typesKnown = group.start + group.length;
    for (let i = group.start; i < ctx.typesKnown; i++) validateForm(ctx, i, group);
    ctx.space.add(group);
    for (let i = group.start; i < ctx.typesKnown; i++) validateSuper(ctx, i);
  }
  ctx.space.close();
  ctx.subject = '';
}

/** Limits, features, and that all indices are known. */
function validateForm(ctx: Context, index: number, group: RecGroup): void {
  ctx.subject = `type ${index}`;
  const type = ctx.module.types[index];
  if (!type.final || type.supers.length > 0) ctx.need('gc', 'a sub type');
  if (type.supers.length > 1) throw say.manySupers(ctx.where(), index);
  for (const parent of type.supers) {
    ctx.check('type', parent, index);
    // Before the type gets its canonical index, so that walks up a chain of supertypes are bounded.
    limit(ctx, 'super types', ctx.typeDepths[parent] + 1, MAX_SUBTYPE_DEPTH);
    ctx.typeDepths[index] = ctx.typeDepths[parent] + 1;
  }
  if (type.descriptor !== undefined || type.describes !== undefined) {
    ctx.need('custom-descriptors', 'a descriptor clause');
    validateClauses(ctx, index, type, group);
  }
  validateComp(ctx, type.comp);
}

function validateComp(ctx: Context, comp: CompType): void {
  switch (comp.kind) {
    case 'func':
      limit(ctx, 'parameters', comp.params.length, MAX_PARAMS);
      limit(ctx, 'results', comp.results.length, MAX_RESULTS);
      if (comp.results.length > 1) ctx.need('multi-value', 'a function type with several results');
      for (const t of comp.params) ctx.val(t);
      for (const t of comp.results) ctx.val(t);
      return;
    case 'struct':
      ctx.need('gc', 'a struct type');
      limit(ctx, 'fields', comp.fields.length, MAX_STRUCT_FIELDS);
      for (const { storage } of comp.fields) ctx.val(storage);
      return;
    case 'array':
      ctx.need('gc', 'an array type');
      ctx.val(comp.field.storage);
      return;
    default:
      comp satisfies never;
  }
}

export function limit(ctx: Context, what: string, n: number, max: number): void {
  if (n > max) throw say.tooMany(ctx.where(), what, n, max);
}

/** The declared supertype: not final, and matched. */
function validateSuper(ctx: Context, index: number): void {
  ctx.subject = `type ${index}`;
  const type = ctx.module.types[index];
  if (type.supers.length === 0) return;
  const parent = type.supers[0];
  const wrong = (why: string): Error => say.notSubtype(ctx.where(), index, parent, why);
  if (ctx.module.types[parent].final) throw wrong('that type is final');
  if (!matchesComp(ctx.space, type.comp, ctx.module.types[parent].comp)) {
    throw wrong('its definition is another');
  }
  matchClauses(ctx, index, parent, wrong);
}

function validateLimits(ctx: Context, { min, max }: Limits): void {
  if (max !== undefined && min > max) throw say.minAboveMax(ctx.where(), min, max);
}

/** Pages of 64 KiB as the spec bounds them; smaller pages may be as many as there are addresses. */
export function validateMemory(ctx: Context, type: MemType): void {
  if (type.addr !== I32) ctx.need('memory64', 'a memory with 64-bit addresses');
  if (type.shared) ctx.need('threads', 'a shared memory');
  if (type.pageSizeLog2 !== 16 || type.pageSizeGiven === true) {
    ctx.need('custom-page-sizes', 'a memory that gives its page size');
    if (type.pageSizeLog2 !== 0 && type.pageSizeLog2 !== 16) throw say.pageSize(ctx.where(), type.pageSizeLog2);
  }
  const { min, max } = type.limits;
  const pages = type.addr === I32 ? MAX_PAGES_32 : MAX_PAGES_64;
  const most = type.pageSizeLog2 === 16 ? pages : type.addr === I32 ? 0xffff_ffffn : 0xffff_ffff_ffff_ffffn;
  const text = type.addr === I32 && type.pageSizeLog2 === 16 ? '65536 pages (4GiB)' : `${most} pages`;
  for (const n of max === undefined ? [min] : [min, max]) if (n > most) throw say.memorySize(ctx.where(), text, n);
  validateLimits(ctx, type.limits);
  if (type.shared && max === undefined) throw say.sharedNeedsMax(ctx.where());
}

/** The spec bounds 32-bit tables by 2^32-1. That fewer elements can be made is found when the table is made. */
export function validateTable(ctx: Context, type: TableType): void {
  if (type.addr !== I32) ctx.need('memory64', 'a table with 64-bit indices');
  if (type.shared) throw say.sharedTable(ctx.where());
  if (type.elem !== FUNCREF) ctx.val(type.elem);
  const { min, max } = type.limits;
  if (type.addr === I32) {
    for (const n of max === undefined ? [min] : [min, max]) {
      if (n > 0xffff_ffffn) throw say.tableSize(ctx.where(), '2^32-1 elements', n);
    }
  }
  validateLimits(ctx, type.limits);
}

export function validateGlobal(ctx: Context, type: GlobalType): void {
  ctx.val(type.val);
}

/** A tag: the index of a function type without results. */
export function validateTag(ctx: Context, type: number): void {
  ctx.need('exception-handling', 'a tag');
  if (ctx.funcType(type).results.length > 0) throw say.tagResults(ctx.where());
}
