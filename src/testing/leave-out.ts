// Takes members of a module's index spaces away: what comes after them gets smaller indices everywhere. Where code or
// a constant expression still names what is to go, it stays; exports and segments of it go with it.
import type { Expr, ElemSegment, Export, ExternKind, Functions, Import, ImportDesc, Module } from '../syntax/module.ts';
import type { CompType, SubType, TableType } from '../syntax/types.ts';
import {
  type Renumbering,
  type Space,
  bodyOf,
  codeOf,
  exprOf,
  instructionsOf,
  renumbered,
  renumberedType,
} from './code.ts';
import { joinBodies } from './linked.ts';

/** What a map throws for an index that has no new one. */
class StillNamed extends Error {}

/** The binary format's `func` of a defined function. */
export function bodyAt({ bytes, start, end }: Functions, i: number): Expr {
  return { bytes, start: start[i], end: end[i] };
}

/** Functions with these bodies. */
export function withBodies({ funcs }: Module, change: (i: number) => Uint8Array | undefined): Functions {
  const bodies = Array.from(funcs.start, (_, i) => change(i) ?? funcs.bytes.subarray(funcs.start[i], funcs.end[i]));
  return joinBodies([...funcs.types], bodies);
}

export function importsOf({ imports }: Module, kind: ExternKind): number {
  return imports.filter(({ desc }) => desc.kind === kind).length;
}

const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, i) => i !== index);

/** Without an import, or the definition of this index. */
function withoutMember(module: Module, kind: ExternKind, index: number): Module {
  const at = module.imports.flatMap(({ desc }, i) => (desc.kind === kind ? [i] : []))[index];
  if (at !== undefined) return { ...module, imports: without(module.imports, at) };
  const i = index - importsOf(module, kind);
  switch (kind) {
    case 'func': {
      const { types, bytes, start, end } = module.funcs;
      const kept = [...types.keys()].filter((one) => one !== i);
      const column = (list: Uint32Array): Uint32Array => Uint32Array.from(kept, (one) => list[one]);
      return { ...module, funcs: { types: column(types), bytes, start: column(start), end: column(end) } };
    }
    case 'table':
      return { ...module, tables: without(module.tables, i) };
    case 'memory':
      return { ...module, memories: without(module.memories, i) };
    case 'global':
      return { ...module, globals: without(module.globals, i) };
    case 'tag':
      return { ...module, tags: without(module.tags, i) };
  }
}

function withoutType(module: Module, index: number): Module {
  const recGroups = module.recGroups.flatMap(({ start, length }) => {
    const shorter = start <= index && index < start + length ? length - 1 : length;
    return shorter === 0 ? [] : [{ start: start > index ? start - 1 : start, length: shorter }];
  });
  return { ...module, recGroups, types: without(module.types, index) };
}

function renumberedComp(comp: CompType, maps: Renumbering): CompType {
  const types = (list: readonly number[]): number[] => list.map((t) => renumberedType(t, maps));
  const field = (one: { storage: number; mutable: boolean }) => ({
    ...one,
    storage: renumberedType(one.storage, maps),
  });
  switch (comp.kind) {
    case 'func':
      return { kind: 'func', params: types(comp.params), results: types(comp.results) };
    case 'struct':
      return { kind: 'struct', fields: comp.fields.map(field) };
    case 'array':
      return { kind: 'array', field: field(comp.field) };
  }
}

function renumberedSub(one: SubType, maps: Renumbering): SubType {
  const { type = (index: number) => index } = maps;
  return {
    final: one.final,
    supers: one.supers.map(type),
    comp: renumberedComp(one.comp, maps),
    ...(one.descriptor === undefined ? {} : { descriptor: type(one.descriptor) }),
    ...(one.describes === undefined ? {} : { describes: type(one.describes) }),
  };
}

function renumberedDesc(desc: ImportDesc, maps: Renumbering): ImportDesc {
  const type = maps.type ?? ((index: number) => index);
  switch (desc.kind) {
    case 'func':
      return { ...desc, type: type(desc.type) };
    case 'tag':
      return { kind: 'tag', type: { type: type(desc.type.type) } };
    case 'table':
      return { kind: 'table', type: renumberedTable(desc.type, maps) };
    case 'global':
      return { kind: 'global', type: { ...desc.type, val: renumberedType(desc.type.val, maps) } };
    default:
      return desc;
  }
}

function renumberedTable(type: TableType, maps: Renumbering): TableType {
  return { ...type, elem: renumberedType(type.elem, maps) };
}

/** All indices of a module, its own lists being what they shall be already. */
function renumber(module: Module, maps: Renumbering): Module {
  const to = (space: Space, index: number): number => maps[space]?.(index) ?? index;
  const expr = (one: Expr): Expr => exprOf(instructionsOf(one).map((it) => renumbered(it, maps)));
  const elem = (one: ElemSegment): ElemSegment => ({
    type: renumberedType(one.type, maps),
    mode:
      one.mode.kind !== 'active'
        ? one.mode
        : { ...one.mode, table: to('table', one.mode.table), offset: expr(one.mode.offset) },
    funcs: one.funcs && Uint32Array.from(one.funcs, (index) => to('func', index)),
    exprs: one.exprs?.map(expr),
  });
  const body = (i: number): Uint8Array => {
    const { locals, instructions } = codeOf(bodyAt(module.funcs, i));
    return bodyOf({
      locals: locals.map((t) => renumberedType(t, maps)),
      instructions: instructions.map((one) => renumbered(one, maps)),
    });
  };
  const funcs = withBodies(module, body);
  return {
    ...module,
    types: module.types.map((one) => renumberedSub(one, maps)),
    imports: module.imports.map((one) => ({ ...one, desc: renumberedDesc(one.desc, maps) })),
    funcs: { ...funcs, types: funcs.types.map((index) => to('type', index)) },
    tables: module.tables.map(({ type, init }) => ({ type: renumberedTable(type, maps), init: init && expr(init) })),
    tags: module.tags.map(({ type }) => ({ type: to('type', type) })),
    globals: module.globals.map(({ type, init }) => ({
      type: { ...type, val: renumberedType(type.val, maps) },
      init: expr(init),
    })),
    exports: module.exports.map((one) => ({ ...one, index: to(one.kind, one.index) })),
    start: module.start === undefined ? undefined : to('func', module.start),
    elems: module.elems.map(elem),
    datas: module.datas.map(({ mode, init }) => ({
      mode: mode.kind === 'passive' ? mode : { ...mode, memory: to('memory', mode.memory), offset: expr(mode.offset) },
      init,
    })),
  };
}

/** Without exports, segments and elements that hold something of the module that is to go. */
function detached(module: Module, space: Space, index: number): Module | undefined {
  const exports = module.exports.filter((one: Export) => one.kind !== space || one.index !== index);
  if (space === 'func') {
    const elems = module.elems.map((one) => ({ ...one, funcs: one.funcs?.filter((func) => func !== index) }));
    return { ...module, exports, elems, start: module.start === index ? undefined : module.start };
  }
  let whole: Module | undefined = { ...module, exports };
  for (let i = module.elems.length - 1; i >= 0 && space === 'table'; i--) {
    const { mode } = module.elems[i];
    if (mode.kind === 'active' && mode.table === index) whole = whole && leaveOut(whole, 'elem', i);
  }
  for (let i = module.datas.length - 1; i >= 0 && space === 'memory'; i--) {
    const { mode } = module.datas[i];
    if (mode.kind === 'active' && mode.memory === index) whole = whole && leaveOut(whole, 'data', i);
  }
  return whole;
}

/** The module without a member of an index space; undefined where code names it. */
export function leaveOut(module: Module, space: Space, index: number): Module | undefined {
  const map = (old: number): number => {
    if (old === index) throw new StillNamed();
    return old > index ? old - 1 : old;
  };
  const free = detached(module, space, index);
  if (free === undefined) return undefined;
  const dataCount = module.dataCount === undefined ? undefined : module.dataCount - 1;
  const list =
    space === 'type'
      ? withoutType(free, index)
      : space === 'elem'
        ? { ...free, elems: without(free.elems, index) }
        : space === 'data'
          ? { ...free, datas: without(free.datas, index), dataCount }
          : withoutMember(free, space, index);
  try {
    return renumber(list, { [space]: map });
  } catch (error) {
    if (error instanceof StillNamed) return undefined;
    throw error;
  }
}

/** How many members an index space has. */
export function membersOf(module: Module, space: Space): number {
  switch (space) {
    case 'type':
      return module.types.length;
    case 'elem':
      return module.elems.length;
    case 'data':
      return module.datas.length;
    case 'func':
      return importsOf(module, space) + module.funcs.types.length;
    case 'table':
      return importsOf(module, space) + module.tables.length;
    case 'memory':
      return importsOf(module, space) + module.memories.length;
    case 'global':
      return importsOf(module, space) + module.globals.length;
    case 'tag':
      return importsOf(module, space) + module.tags.length;
  }
}

/** The import at `at` as a definition; undefined where another import of its kind comes after it. */
export function defined(
  module: Module,
  at: number,
  stub: (type: number) => Uint8Array,
  zero: (type: number) => Expr,
): Module | undefined {
  const { desc }: Import = module.imports[at];
  if (module.imports.slice(at + 1).some((one) => one.desc.kind === desc.kind)) return undefined;
  const imports = without(module.imports, at);
  switch (desc.kind) {
    case 'func': {
      const bodies = Array.from(module.funcs.start, (_, i) =>
        module.funcs.bytes.subarray(module.funcs.start[i], module.funcs.end[i]),
      );
      return {
        ...module,
        imports,
        funcs: joinBodies([desc.type, ...module.funcs.types], [stub(desc.type), ...bodies]),
      };
    }
    case 'table':
      return { ...module, imports, tables: [{ type: desc.type, init: undefined }, ...module.tables] };
    case 'memory':
      return { ...module, imports, memories: [desc.type, ...module.memories] };
    case 'global':
      return { ...module, imports, globals: [{ type: desc.type, init: zero(desc.type.val) }, ...module.globals] };
    case 'tag':
      return { ...module, imports, tags: [desc.type, ...module.tags] };
  }
}
