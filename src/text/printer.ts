// A module in the text format: every part of WebAssembly 3.0 and the proposals, in the order of the binary format.
// https://webassembly.github.io/spec/core/text/modules.html
// Parsing and encoding the text gives the module's bytes again where these were encoded canonically. Nothing is checked:
// what is not valid is printed as far as it can be written.
import { decodeNames } from '../decoder/names.ts';
import { groupByModule } from '../encoder/imports.ts';
import { checkOptions, flag, type Shape } from '../options.ts';
import type { Custom, DataSegment, ElemSegment, ExternKind, Expr, ImportDesc, Module } from '../syntax/module.ts';
import { bodyOf, constantText, printBody } from './printer-body.ts';
import { bytesText, nameText } from './printer-literals.ts';
import { Identifiers, type Ids, type InstructionNames, NUMBERS } from './printer-names.ts';
import { globalTypeText, memTypeText, subTypeText, tableTypeText, typeUse, valTypeText } from './printer-types.ts';

export { printInstruction } from './printer-instruction.ts';
export { Identifiers, type IndexSpace, type InstructionNames } from './printer-names.ts';

export interface PrintOptions {
  /**
   * Identifiers from the name section (the default). Without them all indices are numbers, and the name section is
   * printed as bytes like other custom sections, so that nothing of it is lost.
   */
  readonly names?: boolean | undefined;
  /** Write each instruction's offset in the module before it, as a comment. */
  readonly offsets?: boolean | undefined;
}

const PRINT_OPTIONS: Shape<PrintOptions> = { names: flag, offsets: flag };

/**
 * The module as WAT, with a newline at its end.
 * Throws MalformedError where a body's bytes are not instructions or its locals are beyond the limit.
 *
 *     printModule(decodeModule(bytes)) // '(module\n  (func (;0;) (type 0)\n ...'
 */
export function printModule(module: Module, options?: PrintOptions): string {
  return new ModulePrinter(module, checkOptions('printModule', options, PRINT_OPTIONS)).print();
}

/** Section ids to the keywords of `(after ...)`. */
const SECTIONS = [
  '',
  'type',
  'import',
  'func',
  'table',
  'memory',
  'global',
  'export',
  'start',
  'elem',
  'code',
  'data',
  'datacount',
  'tag',
];

class ModulePrinter {
  private readonly module: Module;
  private readonly options: PrintOptions;
  private readonly ids: Identifiers;
  private readonly names: InstructionNames;
  private readonly lines: string[] = [];
  /** How many entries of each kind came so far, imports included. */
  private readonly counts: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };

  constructor(module: Module, options: PrintOptions) {
    const ids = new Identifiers(options.names === false ? undefined : decodeNames(module));
    this.module = module;
    this.options = options;
    this.ids = ids;
    this.names = {
      ...NUMBERS,
      index: (space, index) => ids.index(space, index),
      field: (typeIndex, index) => ids.field(typeIndex, index),
    };
  }

  private put(line: string): void {
    this.lines.push(`  ${line}`);
  }

  private define(kind: ExternKind): string {
    return this.ids.define(kind, this.counts[kind]++);
  }

  print(): string {
    const { module, names } = this;
    this.lines.push(`(module${this.ids.module()}`);
    this.types();
    this.imports();
    this.functions();
    for (const { type, init } of module.tables) {
      const initText = init === undefined ? '' : this.initial(init);
      this.put(`(table ${this.define('table')} ${tableTypeText(type, names)}${initText})`);
    }
    for (const type of module.memories) this.put(`(memory ${this.define('memory')} ${memTypeText(type)})`);
    for (const { type } of module.tags) this.put(`(tag ${this.define('tag')}${typeUse(module, type, NONE, names)})`);
    for (const { type, init } of module.globals) {
      this.put(`(global ${this.define('global')} ${globalTypeText(type, names)}${this.initial(init)})`);
    }
    for (const { name, kind, index } of module.exports) {
      this.put(`(export ${nameText(name)} (${kind} ${this.ids.index(kind, index)}))`);
    }
    if (module.start !== undefined) this.put(`(start ${this.ids.index('func', module.start)})`);
    for (let i = 0; i < module.elems.length; i++) this.elem(module.elems[i], i);
    for (let i = 0; i < module.datas.length; i++) this.data(module.datas[i], i);
    this.customs();
    this.lines.push(')', '');
    return this.lines.join('\n');
  }

  private types(): void {
    const { module, ids, names } = this;
    const define = (index: number): string =>
      `(type ${ids.define('type', index)} ${subTypeText(module.types[index], index, ids, names)})`;
    for (const { start, length } of module.recGroups) {
      if (length === 1) {
        this.put(define(start));
        continue;
      }
      this.put('(rec');
      for (let i = 0; i < length; i++) this.put(`  ${define(start + i)}`);
      this.put(')');
    }
  }

  /** Imports in a compact form are printed as the lists that the encoder makes of them. */
  private imports(): void {
    const { imports, compactImports } = this.module;
    if (compactImports !== true) {
      for (const { module, name, desc } of imports) {
        this.put(`(import ${nameText(module)} ${nameText(name)} ${this.importDesc(desc)})`);
      }
      return;
    }
    for (const group of groupByModule(imports)) {
      this.put(`(import ${nameText(group[0].module)}`);
      for (const { name, desc } of group) this.put(`  (item ${nameText(name)} ${this.importDesc(desc)})`);
      this.put(')');
    }
  }

  private importDesc(desc: ImportDesc): string {
    const { module, ids, names } = this;
    switch (desc.kind) {
      case 'func': {
        const params = ids.locals(this.counts.func);
        const head = `(func ${this.define('func')}`;
        if (desc.exact === true) return `${head} (exact (type ${ids.index('type', desc.type)})))`;
        return `${head}${typeUse(module, desc.type, params, names)})`;
      }
      case 'table':
        return `(table ${this.define('table')} ${tableTypeText(desc.type, names)})`;
      case 'memory':
        return `(memory ${this.define('memory')} ${memTypeText(desc.type)})`;
      case 'global':
        return `(global ${this.define('global')} ${globalTypeText(desc.type, names)})`;
      case 'tag':
        return `(tag ${this.define('tag')}${typeUse(module, desc.type.type, NONE, names)})`;
    }
  }

  private functions(): void {
    const { module, ids, names, options } = this;
    const imported = this.counts.func;
    for (let i = 0; i < module.funcs.types.length; i++) {
      const funcIndex = imported + i;
      const body = { type: module.funcs.types[i], start: module.funcs.start[i], end: module.funcs.end[i] };
      this.put(`(func ${this.define('func')}${typeUse(module, body.type, ids.locals(funcIndex), names)}`);
      printBody(this.lines, module, ids, funcIndex, body, options.offsets === true);
      this.put(')');
    }
  }

  /** ` (i32.const 1) (i32.const 2) (i32.add)`: an initial value. */
  private initial(expr: Expr): string {
    return constantText(expr, this.names)
      .map((part) => ` (${part})`)
      .join('');
  }

  /** `(i32.const 0)` where one instruction does, else `(keyword i32.const 1 i32.const 2 i32.add)`. */
  private constant(expr: Expr, keyword: string): string {
    const parts = constantText(expr, this.names);
    return parts.length === 1 ? `(${parts[0]})` : `(${[keyword, ...parts].join(' ')})`;
  }

  private elem(segment: ElemSegment, index: number): void {
    const { mode, type, funcs, exprs } = segment;
    let head = `(elem ${this.ids.define('elem', index)}`;
    if (mode.kind === 'declarative') head += ' declare';
    if (mode.kind === 'active') {
      if (mode.table !== 0) head += ` (table ${this.ids.index('table', mode.table)})`;
      head += ` ${this.constant(mode.offset, 'offset')}`;
    }
    if (funcs !== undefined) {
      this.put(`${head} func${Array.from(funcs, (func) => ` ${this.ids.index('func', func)}`).join('')})`);
      return;
    }
    const items = (exprs ?? []).map((expr) => ` ${this.constant(expr, 'item')}`).join('');
    this.put(`${head} ${valTypeText(type, this.names)}${items})`);
  }

  private data({ mode, init }: DataSegment, index: number): void {
    let head = `(data ${this.ids.define('data', index)}`;
    if (mode.kind === 'active') {
      if (mode.memory !== 0) head += ` (memory ${this.ids.index('memory', mode.memory)})`;
      head += ` ${this.constant(mode.offset, 'offset')}`;
    }
    this.put(`${head} ${bytesText(init)})`);
  }

  private customs(): void {
    let named = this.options.names !== false;
    for (const custom of this.module.customs) {
      if (named && custom.name === 'name') {
        named = false;
        continue;
      }
      this.put(`(@custom ${nameText(custom.name)}${place(this.module, custom)} ${bytesText(custom.bytes)})`);
    }
  }
}

const NONE: Ids = new Map();

/** Section ids in the order of the format. */
const ORDER = [0, 1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** ` (after type)`; nothing for a section behind the last one, which is where the format puts it by itself. */
function place(module: Module, custom: Custom): string {
  const at = ORDER.indexOf(custom.after);
  if (at >= ORDER.indexOf(lastSection(module))) return '';
  return at === 0 ? ' (before first)' : ` (after ${SECTIONS[custom.after]})`;
}

/** Id of the last section that is not empty. */
function lastSection(module: Module): number {
  const { types, imports, funcs, tables, memories, tags, globals, exports, start, elems, dataCount, datas } = module;
  const present: readonly [number, boolean][] = [
    [11, datas.length > 0],
    [10, funcs.types.length > 0],
    [12, dataCount !== undefined],
    [9, elems.length > 0],
    [8, start !== undefined],
    [7, exports.length > 0],
    [6, globals.length > 0],
    [13, tags.length > 0],
    [5, memories.length > 0],
    [4, tables.length > 0],
    [2, imports.length > 0],
    [1, types.length > 0],
  ];
  return present.find(([, there]) => there)?.[0] ?? 0;
}

/** One function as text lines, for tools that show a single one; an empty list for an import. */
export function printFunction(module: Module, ids: Identifiers, funcIndex: number, offsets = false): string[] {
  const body = bodyOf(module, funcIndex);
  if (body === undefined) return [];
  const lines = [`  (func ${ids.define('func', funcIndex)}${typeUse(module, body.type, ids.locals(funcIndex), ids)}`];
  printBody(lines, module, ids, funcIndex, body, offsets);
  lines.push('  )');
  return lines;
}
