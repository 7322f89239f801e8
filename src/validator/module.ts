// Validation of a module: its index spaces, constant expressions, exports, start function and bodies.
// https://webassembly.github.io/spec/core/valid/modules.html
// Only this file makes a ValidModule. It does not look at custom sections.
import { DEADLINE, checkStep, endOf, asOnePiece } from '../clock.ts';
import { checkModule, checkOptions, flag, type Shape } from '../options.ts';
import { type FeatureSet, featureSet, featuresOf } from '../syntax/features.ts';
import { MAX_BODY_BYTES, MAX_MEMORIES, MAX_TABLES } from '../syntax/limits.ts';
import { frozen } from '../syntax/records.ts';
import type { DataSegment, ElemSegment, Export, Import, Module } from '../syntax/module.ts';
import {
  type AddrType,
  FUNCREF,
  type GlobalType,
  HEAP,
  type Limits,
  type MemType,
  type TableType,
  type ValType,
  funcTypeName,
  isDefaultable,
  ref,
  typeName,
} from '../syntax/types.ts';
import { nameText } from '../syntax/visible.ts';
import { validateBody } from './body.ts';
import { BodyState } from './body-state.ts';
import { usualOf } from './body-usual.ts';
import { validateConstant } from './constant.ts';
import { Context } from './context.ts';
import * as say from './messages.ts';
import type { TypeSpace } from './type-space.ts';
import { limit, validateGlobal, validateMemory, validateTable, validateTag, validateTypes } from './types.ts';

const VALID: unique symbol = Symbol('valid');

/**
 * A module that validation has found valid. Only `validateModule` makes one. All index spaces start with the imports. It is frozen,
 * bar what is as it was given: `module`, whose bytes cannot be frozen, so who changes those breaks the sandbox.
 */
export interface ValidModule {
  readonly [VALID]: true;
  readonly module: Module;
  /** The features that it was validated with. */
  readonly features: FeatureSet;
  /** Type indices of all functions. */
  readonly funcTypes: readonly number[];
  readonly tableTypes: readonly TableType[];
  readonly memTypes: readonly MemType[];
  readonly globalTypes: readonly GlobalType[];
  /** Type indices of all tags. */
  readonly tagTypes: readonly number[];
  readonly importedFuncs: number;
  readonly importedTables: number;
  readonly importedMemories: number;
  readonly importedGlobals: number;
  readonly importedTags: number;
  /** C.refs: 1 for each function that occurs outside of function bodies, so that `ref.func` may name it. */
  readonly declaredFuncs: Uint8Array;
}

export interface ValidateOptions {
  /** Features that are on; DEFAULT_FEATURES unless given. */
  readonly features?: FeatureSet | undefined;
  /** When it has to be done, in milliseconds as Date.now() returns it. */
  readonly deadline?: number | undefined;
  /** Internal, for tests of the validator: validates also the usual instructions by their rows. */
  readonly everyRow?: boolean | undefined;
}

const VALIDATE_OPTIONS: Shape<ValidateOptions> = { features: featureSet, deadline: DEADLINE, everyRow: flag };

/** What validation has found that nobody outside of the engine sees. */
interface Found {
  readonly space: TypeSpace;
  /** By defined function: twice the slots that its operands take at most, and 1 where references are among them. */
  readonly operands: Int32Array;
}

/** The modules that validateModule made: nothing else is taken for one, whatever properties it has. */
const VALID_MODULES = new WeakMap<object, Found>();

/** The types of a valid module. */
export function typeSpace(valid: ValidModule): TypeSpace {
  return (VALID_MODULES.get(valid) as Found).space;
}

/** Whether a value is a module that validation has found valid. Asks nothing of the value. */
export function isValidModule(value: unknown): value is ValidModule {
  return typeof value === 'object' && value !== null && VALID_MODULES.has(value);
}

/**
/**
 * What the operands of a function that the module defines take at most: slots of a frame, two for a vector; and whether
 * there are references among them.
 */
export function operandsOf(valid: ValidModule, funcIndex: number): { readonly slots: number; readonly refs: boolean } {
  const operands = (VALID_MODULES.get(valid) as Found).operands[funcIndex - valid.importedFuncs];
  return { slots: operands >> 1, refs: (operands & 1) === 1 };
}

/**
 * Validates a module. Throws InvalidError where it is ill-typed, UnsupportedError where it needs a feature that is off,
 * MalformedError where a body turns out not to be in the binary format, Interrupted at the deadline. Never calls itself;
 * time and memory are bounded by the size of the module.
 */
export function validateModule(module: Module, options?: ValidateOptions): ValidModule {
  const checked = checkOptions('validateModule', options, VALIDATE_OPTIONS);
  checkModule('validateModule', module);
  return asOnePiece(endOf(checked.deadline), () => validate(module, checked));
}

function validate(module: Module, options: ValidateOptions): ValidModule {
  const ctx = new Context(module, featuresOf(options.features));
  if (module.importGroups !== undefined) ctx.need('compact-imports', 'a compact import section');
  if (module.dataCount !== undefined) ctx.need('bulk-memory', 'a data count section');
  validateTypes(ctx);
  const imported = addImports(ctx);
  const state = new BodyState(ctx);
  addDefinitions(ctx, state, imported);
  for (let i = 0; i < module.elems.length; i++) validateElem(ctx, state, i, module.elems[i]);
  for (let i = 0; i < module.datas.length; i++) validateData(ctx, state, i, module.datas[i]);
  validateExports(ctx, module.exports);
  validateStart(ctx);
  ctx.subject = '';
  if (options.everyRow !== true) state.usual = usualOf(ctx);
  const operands = validateBodies(ctx, state, imported.funcs);
  const valid: ValidModule = Object.freeze({
    [VALID]: true as const,
    module,
    features: ctx.features,
    funcTypes: Object.freeze(Array.from(ctx.funcTypes)),
    tableTypes: frozenTypes(ctx.tables),
    memTypes: frozenTypes(ctx.memories),
    globalTypes: frozenTypes(ctx.globals),
    tagTypes: Object.freeze(ctx.tags),
    importedFuncs: imported.funcs,
    importedTables: imported.tables,
    importedMemories: imported.memories,
    importedGlobals: imported.globals,
    importedTags: imported.tags,
    declaredFuncs: ctx.declared,
  });
  VALID_MODULES.set(valid, { space: ctx.space, operands });
  return valid;
}

/** Copies of types that nobody changes; the module that they come from is its maker's. */
function frozenTypes<T extends object>(types: readonly T[]): readonly T[] {
  const copy = (one: T & { readonly limits?: Limits }): T =>
    frozen(one.limits === undefined ? { ...one } : { ...one, limits: { ...one.limits } });
  return Object.freeze(types.map(copy));
}

interface Counts {
  readonly funcs: number;
  readonly tables: number;
  readonly memories: number;
  readonly globals: number;
  readonly tags: number;
}

/** Starts all index spaces with the imports; gives their lengths. */
function addImports(ctx: Context): Counts {
  const { imports, funcs } = ctx.module;
  const types: number[] = [];
  for (let i = 0; i < imports.length; i++) addImport(ctx, i, imports[i], types);
  ctx.funcTypes = new Uint32Array(types.length + funcs.types.length);
  ctx.funcTypes.set(types);
  ctx.funcTypes.set(funcs.types, types.length);
  ctx.declared = new Uint8Array(ctx.funcTypes.length);
  ctx.importedGlobals = ctx.globals.length;
  ctx.importedFuncs = types.length;
  return {
    funcs: types.length,
    tables: ctx.tables.length,
    memories: ctx.memories.length,
    globals: ctx.globals.length,
    tags: ctx.tags.length,
  };
}

function addImport(ctx: Context, index: number, { desc }: Import, funcTypes: number[]): void {
  ctx.subject = `import ${index}`;
  switch (desc.kind) {
    case 'func':
      if (desc.exact === true) {
        ctx.need('custom-descriptors', 'an exact function import');
        ctx.exactImports.add(funcTypes.length);
      }
      ctx.funcType(desc.type);
      funcTypes.push(desc.type);
      return;
    case 'table':
      validateTable(ctx, desc.type);
      ctx.tables.push(desc.type);
      return;
    case 'memory':
      validateMemory(ctx, desc.type);
      ctx.memories.push(desc.type);
      return;
    case 'global':
      validateGlobal(ctx, desc.type);
      ctx.globals.push(desc.type);
      return;
    case 'tag':
      validateTag(ctx, desc.type.type);
      ctx.tags.push(desc.type.type);
  }
}

function addDefinitions(ctx: Context, state: BodyState, imported: Counts): void {
  const { funcs, tables, memories, tags, globals } = ctx.module;
  for (let i = 0; i < funcs.types.length; i++) {
    ctx.subject = `func ${imported.funcs + i}`;
    ctx.funcType(funcs.types[i]);
  }
  for (let i = 0; i < memories.length; i++) {
    ctx.subject = `memory ${imported.memories + i}`;
    validateMemory(ctx, memories[i]);
    ctx.memories.push(memories[i]);
  }
  for (let i = 0; i < tags.length; i++) {
    ctx.subject = `tag ${imported.tags + i}`;
    validateTag(ctx, tags[i].type);
    ctx.tags.push(tags[i].type);
  }
  for (let i = 0; i < tables.length; i++) {
    ctx.subject = `table ${imported.tables + i}`;
    validateTable(ctx, tables[i].type);
    ctx.tables.push(tables[i].type);
  }
  ctx.subject = '';
  if (ctx.tables.length > 1) ctx.need('reference-types', 'a second table');
  if (ctx.memories.length > 1) ctx.need('multi-memory', 'a second memory');
  limit(ctx, 'tables', ctx.tables.length, MAX_TABLES);
  limit(ctx, 'memories', ctx.memories.length, MAX_MEMORIES);
  ctx.visibleGlobals = ctx.importedGlobals;
  for (let i = 0; i < tables.length; i++) validateTableInit(ctx, state, imported.tables + i, tables[i].init);
  for (let i = 0; i < globals.length; i++) {
    ctx.subject = `global ${imported.globals + i}`;
    validateGlobal(ctx, globals[i].type);
    validateConstant(state, globals[i].init, globals[i].type.val);
    ctx.globals.push(globals[i].type);
    ctx.visibleGlobals = ctx.globals.length;
  }
}

/** The initial value of a table's elements: needed where their type has no default. */
function validateTableInit(ctx: Context, state: BodyState, index: number, init: ModuleTableInit): void {
  ctx.subject = `table ${index}`;
  const { elem } = ctx.tables[index];
  if (init !== undefined) {
    ctx.need('function-references', 'a table with an initial value');
    validateConstant(state, init, elem);
  } else if (!isDefaultable(elem)) {
    throw say.notDefaultable(ctx.where(), 'a table', elem);
  }
}
type ModuleTableInit = Module['tables'][number]['init'];

function validateElem(ctx: Context, state: BodyState, index: number, segment: ElemSegment): void {
  ctx.subject = `elem segment ${index}`;
  const type = elemType(ctx, segment);
  ctx.elems.push(type);
  for (const func of segment.funcs ?? []) {
    const own = ref(ctx.funcTypeIndex(func), false, ctx.isExact(func));
    if (!ctx.matches(own, type)) throw say.notMatching(ctx.where(), 'the elements', typeName(type), typeName(own));
    ctx.declared[func] = 1;
  }
  for (const expr of segment.exprs ?? []) validateConstant(state, expr, type);
  const { mode } = segment;
  if (mode.kind !== 'active') {
    ctx.need('bulk-memory', `a ${mode.kind} element segment`);
    return;
  }
  const table = ctx.table(mode.table);
  if (!ctx.matches(type, table.elem)) {
    throw say.notMatching(ctx.where(), 'the elements', typeName(table.elem), typeName(type));
  }
  validateConstant(state, mode.offset, table.addr);
}

/** Lists of functions are of type (ref func), and tables of funcref, whatever features are on. */
function elemType(ctx: Context, { type, funcs }: ElemSegment): ValType {
  if (type !== FUNCREF && (funcs === undefined || type !== ref(HEAP.func, false))) ctx.val(type);
  return type;
}

function validateData(ctx: Context, state: BodyState, index: number, segment: DataSegment): void {
  ctx.subject = `data segment ${index}`;
  const { mode } = segment;
  if (mode.kind === 'passive') {
    ctx.need('bulk-memory', 'a passive data segment');
    return;
  }
  const addr: AddrType = ctx.memory(mode.memory).addr;
  validateConstant(state, mode.offset, addr);
}

function validateExports(ctx: Context, exports: readonly Export[]): void {
  const names = new Set<string>();
  for (const { name, kind, index } of exports) {
    ctx.subject = `export ${nameText(name)}`;
    if (names.has(name)) throw say.duplicateExport(ctx.where(), name);
    names.add(name);
    if (kind === 'func') {
      ctx.check('function', index, ctx.funcTypes.length);
      ctx.declared[index] = 1;
    } else if (kind === 'table') ctx.table(index);
    else if (kind === 'memory') ctx.memory(index);
    else if (kind === 'global') ctx.global(index);
    else ctx.check('tag', index, ctx.tags.length);
  }
}

function validateStart(ctx: Context): void {
  const { start } = ctx.module;
  if (start === undefined) return;
  ctx.subject = 'start function';
  const type = ctx.typeOfFunc(start);
  if (type.params.length > 0 || type.results.length > 0) throw say.startType(ctx.where(), funcTypeName(type));
}

/** Returns by function what `operandsOf` does: slots times two, and one more where there are references. */
function validateBodies(ctx: Context, state: BodyState, importedFuncs: number): Int32Array {
  const { types, bytes, start, end } = ctx.module.funcs;
  const operands = new Int32Array(types.length);
  for (let i = 0; i < types.length; i++) {
    if (end[i] - start[i] > MAX_BODY_BYTES) {
      ctx.func = importedFuncs + i;
      throw say.tooMany(ctx.where(), 'bytes in a function body', end[i] - start[i], MAX_BODY_BYTES);
    }
    checkStep();
    validateBody(state, importedFuncs + i, bytes, start[i], end[i]);
    operands[i] = 2 * state.stack.slots + (state.stack.refs ? 1 : 0);
  }
  return operands;
}
