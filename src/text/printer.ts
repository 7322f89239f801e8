// A module in the text format: every part of WebAssembly 3.0 and the proposals, in the order of the binary format.
// https://webassembly.github.io/spec/core/text/modules.html
// Parsing and encoding the text gives the module's bytes again, if all numbers in them are as short as they go: what the
// binary format writes in two ways is noted in annotations (docs/text-format.md). Nothing is validated, but what is
// malformed is refused.
import { decodeNames } from '../decoder/names.ts';
import { sectionsOf } from '../encoder/encode.ts';
import { checkModule, checkOptions, flag, type Shape } from '../options.ts';
import type {
  Custom,
  DataSegment,
  ElemSegment,
  ExternKind,
  Expr,
  Import,
  ImportDesc,
  Module,
  NameMap,
} from '../syntax/module.ts';
import { importedFuncs } from '../syntax/module.ts';
import { orderOf, sectionOf } from '../syntax/sections.ts';
import { encodeNames } from './names.ts';
import { type BodyFacts, constantText, factsOf, longText, printBody, sameBytes } from './printer-body.ts';
import { nameText } from '../syntax/visible.ts';
import { bytesText } from './printer-literals.ts';
import { Identifiers, type InstructionNames, NAMELESS, NUMBERS } from './printer-names.ts';
import {
  funcTypeAt,
  globalTypeText,
  memTypeText,
  subTypeText,
  tableTypeText,
  typeUse,
  valTypeText,
} from './printer-types.ts';

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
 * Throws MalformedError where a body is malformed (bytes that are no instructions, blocks that are not closed, code
 * after the final `end`) or has more locals than there may be.
 *
 *     printModule(decodeModule(bytes)) // '(module\n  (func (;0;) (type 0)\n ...'
 */
export function printModule(module: Module, options?: PrintOptions): string {
  const checked = checkOptions('printModule', options, PRINT_OPTIONS);
  checkModule('printModule', module);
  const pieces: string[] = [];
  printModuleTo(module, checked, (text) => void pieces.push(text));
  return pieces.join('');
}

/**
 * The same piece by piece, for texts that need not be kept as a whole: a line at most, and of long lines some KiB. What is
 * malformed is thrown before the first of them.
 */
export function printModuleTo(module: Module, options: PrintOptions, write: (text: string) => void): void {
  new ModulePrinter(module, options, write).print();
}

/** What is written at a time: bytes of a segment or a section, items of a list. */
const PIECE_BYTES = 4096;
const PIECE_ITEMS = 256;

class ModulePrinter {
  private readonly module: Module;
  private readonly options: PrintOptions;
  private readonly ids: Identifiers;
  private readonly names: InstructionNames;
  private readonly write: (text: string) => void;
  /** What is known of the bodies before the first line. */
  private readonly bodies: readonly BodyFacts[];
  /** How many entries of each kind came so far, imports included. */
  private readonly counts: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };

  constructor(module: Module, options: PrintOptions, write: (text: string) => void) {
    const ids = new Identifiers(options.names === false ? undefined : decodeNames(module), importsWithoutId(module));
    this.module = module;
    this.options = options;
    this.write = write;
    this.ids = ids;
    const imported = importedFuncs(module).length;
    this.bodies = Array.from(module.funcs.types, (_, i) => factsOf(module, imported + i, this.body(i)));
    this.names = {
      ...NUMBERS,
      index: (space, index) => ids.index(space, index),
      field: (typeIndex, index) => ids.field(typeIndex, index),
    };
  }

  /** Bytes and type of a function that is defined. */
  private body(i: number): { type: number; start: number; end: number } {
    const { types, start, end } = this.module.funcs;
    return { type: types[i], start: start[i], end: end[i] };
  }

  private put(line: string): void {
    this.write(`  ${line}\n`);
  }

  /** A line with a list in it, which may be long. */
  private putList(head: string, count: number, item: (i: number) => string, tail: string): void {
    this.write(`  ${head}`);
    for (let i = 0; i < count; i += PIECE_ITEMS) {
      let piece = '';
      for (let n = i; n < Math.min(count, i + PIECE_ITEMS); n++) piece += item(n);
      this.write(piece);
    }
    this.write(`${tail}\n`);
  }

  /** A line with bytes in it, which may be many. */
  private putBytes(head: string, bytes: Uint8Array): void {
    this.write(`  ${head} "`);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      this.write(bytesText(bytes.subarray(at, at + PIECE_BYTES)).slice(1, -1));
    }
    this.write('")\n');
  }

  private define(kind: ExternKind): string {
    return this.ids.define(kind, this.counts[kind]++);
  }

  print(): void {
    const { module, names } = this;
    this.write(`(module${this.ids.module()}\n`);
    for (const line of this.binaryForm()) this.write(`${line}\n`);
    this.types();
    this.imports();
    this.functions();
    for (const { type, init } of module.tables) {
      const initText = init === undefined ? '' : this.initial(init) || ' (@binary.empty-init)';
      this.put(`(table ${this.define('table')} ${tableTypeText(type, names)}${initText})`);
    }
    for (const type of module.memories) this.put(`(memory ${this.define('memory')} ${memTypeText(type)})`);
    for (const { type } of module.tags)
      this.put(`(tag ${this.define('tag')}${typeUse(module, type, NAMELESS, names)})`);
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
    this.write(')\n');
  }

  /** What the module's bytes have that the rest of the text does not say. */
  private binaryForm(): string[] {
    const { module } = this;
    const { emptySections = [], long = [] } = module.form ?? {};
    const words = emptySections.map((id) => sectionOf(id)?.word);
    const isCounted = module.dataCount !== undefined;
    const isUsual =
      this.bodies.some(({ namesData }) => namesData) || module.datas.some(({ mode }) => mode.kind === 'passive');
    if (isCounted && !isUsual) words.push('datacount');
    const parts = [
      words.length === 0 ? '' : ` (@binary.sections ${words.join(' ')})`,
      isUsual && !isCounted ? ' (@binary.no-data-count)' : '',
      longText(long),
    ];
    return parts.filter((part) => part !== '').map((part) => ` ${part}`);
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

  /** Imports as the binary format groups them. */
  private imports(): void {
    const { imports, importGroups } = this.module;
    if (importGroups === undefined) {
      for (const one of imports) this.singleImport(one);
      return;
    }
    let next = 0;
    for (const { form, length, bytes } of importGroups) {
      if (bytes !== undefined) this.put(`(@binary.empty-import ${bytesText(bytes)})`);
      else if (form === 'single') this.singleImport(imports[next]);
      else this.importItems(form, imports.slice(next, next + length));
      next += length;
    }
  }

  private singleImport({ module, name, desc }: Import): void {
    this.put(`(import ${nameText(module)} ${nameText(name)} ${this.importDesc(desc)})`);
  }

  /** Imports of one module, with a type each or one type for all. */
  private importItems(form: 'items' | 'shared', imports: readonly Import[]): void {
    this.put(`(import ${nameText(imports[0].module)}`);
    for (const { name, desc } of imports) {
      this.put(`  (item ${nameText(name)}${form === 'items' ? ` ${this.importDesc(desc)}` : ''})`);
    }
    if (form === 'shared') {
      const [{ desc }] = imports;
      this.put(`  ${this.importDesc(desc)}`);
      this.counts[desc.kind] += imports.length - 1;
    }
    this.put(')');
  }

  private importDesc(desc: ImportDesc): string {
    const { module, ids, names } = this;
    switch (desc.kind) {
      case 'func': {
        const params = ids.localSpace(this.counts.func);
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
        return `(tag ${this.define('tag')}${typeUse(module, desc.type.type, NAMELESS, names)})`;
    }
  }

  private functions(): void {
    const { module, ids, names, options } = this;
    const imported = this.counts.func;
    for (let i = 0; i < module.funcs.types.length; i++) {
      const funcIndex = imported + i;
      const body = this.body(i);
      this.put(`(func ${this.define('func')}${typeUse(module, body.type, ids.localSpace(funcIndex), names)}`);
      const line = (text: string): void => this.write(`${text}\n`);
      printBody(line, module, ids, funcIndex, body, this.bodies[i].long, options.offsets === true);
      this.put(')');
    }
  }

  /** ` (i32.const 1)`, or ` i32.const 1 i32.const 2 i32.add`: an initial value. */
  private initial(expr: Expr): string {
    const parts = constantText(expr, this.names);
    return parts.length === 1 ? ` (${parts[0]})` : parts.map((part) => ` ${part}`).join('');
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
      this.putList(`${head} func`, funcs.length, (i) => ` ${this.ids.index('func', funcs[i])}`, ')');
      return;
    }
    const all = exprs ?? [];
    const item = (i: number): string => ` ${this.constant(all[i], 'item')}`;
    this.putList(`${head} ${valTypeText(type, this.names)}`, all.length, item, ')');
  }

  private data({ mode, init }: DataSegment, index: number): void {
    let head = `(data ${this.ids.define('data', index)}`;
    if (mode.kind === 'active') {
      if (mode.memory !== 0) head += ` (memory ${this.ids.index('memory', mode.memory)})`;
      head += ` ${this.constant(mode.offset, 'offset')}`;
    }
    this.putBytes(head, init);
  }

  /** Custom sections as bytes; the name section only where the names in the text do not hold all of it. */
  private customs(): void {
    const { customs } = this.module;
    const told = this.options.names === false ? undefined : this.toldNames();
    for (const custom of customs) {
      const at = place(this.module, custom);
      if (custom !== told) this.putBytes(`(@custom ${nameText(custom.name)}${at}`, custom.bytes);
      else if (at !== '' || custom !== customs[customs.length - 1]) this.put(`(@binary.names${at})`);
    }
  }

  /** The module's only name section, if the names that the text gives make the same bytes. */
  private toldNames(): Custom | undefined {
    const { ids, module, bodies } = this;
    const { names } = ids;
    const [section, second] = module.customs.filter((custom) => custom.name === 'name');
    if (names === undefined || section === undefined || second !== undefined) return undefined;
    const imported = this.counts.func - bodies.length;
    const part = (map: NameMap | undefined, limit: number): NameMap =>
      new Map([...(map ?? [])].filter(([index]) => index < limit));
    const locals = bodies.map(({ locals: count }, i): [number, NameMap] => {
      const params = funcTypeAt(module, module.funcs.types[i])?.params.length;
      return [imported + i, part(names.locals.get(imported + i), params === undefined ? 0 : params + count)];
    });
    const labels = bodies.map(({ labels: count }, i): [number, NameMap] => [
      imported + i,
      part(names.labels.get(imported + i), count),
    ]);
    const fields = module.types.map(({ comp }, i): [number, NameMap] => [
      i,
      comp.kind === 'struct' ? part(names.fields.get(i), comp.fields.length) : new Map<number, string>(),
    ]);
    const told = encodeNames({
      module: names.module,
      funcs: ids.named('func'),
      locals: new Map(locals),
      labels: new Map(labels),
      types: ids.named('type'),
      tables: ids.named('table'),
      memories: ids.named('memory'),
      globals: ids.named('global'),
      elems: ids.named('elem'),
      datas: ids.named('data'),
      fields: new Map(fields),
      tags: ids.named('tag'),
    });
    return told.length > 0 && sameBytes(told, section.bytes) ? section : undefined;
  }
}

/** Imports that share one type in the text, so that none can have an identifier: as `func 3`. */
function importsWithoutId({ imports, importGroups }: Module): ReadonlySet<string> {
  const found = new Set<string>();
  const counts: Record<ExternKind, number> = { func: 0, table: 0, memory: 0, global: 0, tag: 0 };
  let next = 0;
  for (const { form, length } of importGroups ?? []) {
    for (const { desc } of imports.slice(next, next + length)) {
      if (form === 'shared') found.add(`${desc.kind} ${counts[desc.kind]}`);
      counts[desc.kind]++;
    }
    next += length;
  }
  return found;
}

/** ` (after type)`; nothing for a section after the last one, which is where the format puts it by itself. */
function place(module: Module, custom: Custom): string {
  const at = orderOf(custom.after);
  const there = sectionsOf(module);
  if (at >= orderOf(there[there.length - 1] ?? 0)) return '';
  return at === 0 ? ' (before first)' : ` (after ${sectionOf(custom.after)?.word})`;
}
