// `wasmi-ts objdump`: what is in a module. Sections with offsets, imports, exports, instructions with offsets and bytes,
// and the lowered code that the interpreter really runs. It does not need the module to be valid, but for --lowered.
import type { InstructionCursor } from '../decoder/instruction-cursor.ts';
import { Reader } from '../decoder/reader.ts';
import { cut, cutSaid } from '../syntax/shown.ts';
import { nameText, visible } from '../syntax/visible.ts';
import { funcTypeOf, type ImportDesc, importedFuncs, type Module } from '../syntax/module.ts';
import { sectionOf } from '../syntax/sections.ts';
import { funcTypeName } from '../syntax/types.ts';
import { type BodyLine, bodyOf, walkBody } from '../text/printer-body.ts';
import { globalTypeText, memTypeText, tableTypeText, typeUse } from '../text/printer-types.ts';
import { NAMELESS } from '../text/printer-names.ts';
import { inBlocks } from './blocks.ts';
import { CliError, EXIT } from './failure.ts';
import type { Console } from './console.ts';
import { flag, type Options, type OptionSpecs, valued } from './options.ts';
import { type Program, loadProgram, moduleFailure } from './program.ts';
import { Known } from './report.ts';
import { columns, type Rows } from './terminal.ts';
import { loweredLines } from './lowered.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { FEATURE_OPTIONS, featureSet } from './wasm-features.ts';

const hex = (n: number, digits = 6): string => `0x${n.toString(16).padStart(digits, '0')}`;

export const OBJDUMP_OPTIONS: OptionSpecs = {
  sections: flag('sections with offsets and sizes'),
  imports: flag('imports with types'),
  exports: flag('exports with types'),
  disassemble: flag('instructions with offsets, bytes and names', { short: 'd' }),
  lowered: flag('the code that the interpreter makes of them (the module must be valid)'),
  func: valued('NAME|INDEX', 'only this function'),
  ...FEATURE_OPTIONS,
};

export function objdump(options: Options, console: Console): number {
  const features = featureSet(options);
  const program = loadProgram(console, options.files[0]);
  try {
    inBlocks(console, '-', (write) => show(program, options, features, (text) => write(`${text}\n`)));
  } catch (error) {
    throw moduleFailure(program.path, error);
  }
  return EXIT.ok;
}

/** Takes a line. */
type Line = (text: string) => void;

/** The parts asked for; without a choice an overview. */
function show(program: Program, options: Options, features: FeatureSet, line: Line): void {
  const known = new Known(program.module);
  const code = options.has('disassemble') || options.has('lowered') || options.has('func');
  const all = !code && !['sections', 'imports', 'exports'].some((name) => options.has(name));
  if (all) line(`${visible(program.path)}: ${program.bytes.length} bytes`);
  if (all || options.has('sections')) sections(program, line);
  if (all || options.has('imports')) imports(known, line);
  if (all || options.has('exports')) exports(known, line);
  if (!code) return;
  for (const func of chosen(known, options)) {
    if (options.has('disassemble') || !options.has('lowered')) disassembly(known, func, line);
    if (options.has('lowered')) for (const one of loweredLines(known, func, features)) line(one);
  }
}

/** A name in quotes, cut. */
const nameOf = (name: string): string => nameText(cut(name));

function table(title: string, rows: Rows, line: Line): void {
  line(title);
  columns(rows, (text) => line(`  ${text}`));
}

function sections(program: Program, line: Line): void {
  table('sections:', () => sectionRows(program), line);
}

function* sectionRows({ bytes, module }: Program): Generator<string[]> {
  yield ['id', 'section', 'start', 'end', 'size', 'entries'];
  const reader = new Reader(bytes, 8);
  let custom = 0;
  while (!reader.done) {
    const id = reader.byte();
    const length = reader.u32();
    const start = reader.offset;
    const name =
      id === 0 ? `custom ${visible(nameOf(module.customs[custom++]?.name ?? ''))}` : (sectionOf(id)?.word ?? '');
    const entries = id === 0 || id === 8 ? '' : String(new Reader(bytes, start, start + length).u32());
    yield [String(id), name, hex(start), hex(start + length), String(length), entries];
    reader.offset = start + length;
  }
}

function descText(module: Module, known: Known, desc: ImportDesc): string {
  switch (desc.kind) {
    case 'func':
      return `func${typeUse(module, desc.type, NAMELESS, known.ids)}`;
    case 'table':
      return `table ${tableTypeText(desc.type, known.ids)}`;
    case 'memory':
      return `memory ${memTypeText(desc.type)}`;
    case 'global':
      return `global ${globalTypeText(desc.type, known.ids)}`;
    case 'tag':
      return `tag${typeUse(module, desc.type.type, NAMELESS, known.ids)}`;
  }
}

function imports(known: Known, line: Line): void {
  const { module } = known;
  const rows = function* () {
    for (const one of module.imports) {
      yield [`${nameOf(one.module)} ${nameOf(one.name)}`, cutSaid(descText(module, known, one.desc))];
    }
  };
  table(`imports: ${module.imports.length}`, rows, line);
}

function exports(known: Known, line: Line): void {
  const { module } = known;
  const rows = function* () {
    for (const { name, kind, index } of module.exports) {
      const type = kind === 'func' ? funcTypeOf(module, index) : undefined;
      const ref = visible(cut(known.ids.index(kind, index)));
      yield [nameOf(name), `${kind} ${ref}`, type === undefined ? '' : cutSaid(funcTypeName(type))];
    }
  };
  table(`exports: ${module.exports.length}`, rows, line);
}

/** The defined functions that `--func` chooses by index, name or export; all without it. */
function chosen(known: Known, options: Options): number[] {
  const { module } = known;
  const imported = importedFuncs(module).length;
  const total = imported + module.funcs.types.length;
  const wanted = options.one('func');
  if (wanted === undefined) return Array.from({ length: total - imported }, (_, i) => imported + i);
  const found = findFunc(known, wanted, total);
  if (found === undefined) throw new CliError(`no function ${nameText(wanted)} by index, name or export`);
  if (found < imported) throw new CliError(`function ${found} is imported: it has no body`);
  return [found];
}

function findFunc(known: Known, wanted: string, total: number): number | undefined {
  if (/^\d+$/.test(wanted)) return Number(wanted) < total ? Number(wanted) : undefined;
  const name = wanted.startsWith('$') ? wanted : `$${wanted}`;
  for (let i = 0; i < total; i++) if (known.ids.index('func', i) === name) return i;
  return known.module.exports.find((one) => one.kind === 'func' && one.name === wanted)?.index;
}

/** Bytes of an instruction shown on its line; longer ones are cut. */
const SHOWN_BYTES = 8;
const MAX_INDENT = 30;

/** A function's instructions; where its body is malformed, those before the fault. Then throws MalformedError. */
function disassembly(known: Known, func: number, line: Line): void {
  const { module, ids } = known;
  const body = bodyOf(module, func) as { type: number; start: number; end: number };
  const bytes = module.funcs.bytes;
  const type = cutSaid(typeUse(module, body.type, ids.localSpace(func), ids));
  line('');
  line(`${hex(body.start)} ${known.func(func)} (func ${func})${type}`);
  walkBody(module, ids, func, body, ({ offset, depth, text }: BodyLine, cursor: InstructionCursor): void => {
    const raw = Array.from(bytes.subarray(offset, Math.min(cursor.offset, offset + SHOWN_BYTES)), (byte) =>
      byte.toString(16).padStart(2, '0'),
    );
    const more = cursor.offset - offset > SHOWN_BYTES ? '+' : ' ';
    const indent = '  '.repeat(Math.min(depth, MAX_INDENT));
    line(`  ${hex(offset)}  ${raw.join(' ').padEnd(SHOWN_BYTES * 3 - 1)}${more} ${indent}${visible(cutSaid(text))}`);
  });
}
