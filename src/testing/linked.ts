// The second module of a test: it defines what the first imports, and exports it. So imports of all kinds can be tried
// without an engine's own ways of making memories, tables, globals and tags.
import { encodeModule } from '../encoder/encode.ts';
import { Writer } from '../encoder/writer.ts';
import type { Export, ExternKind, Functions, Import, Module } from '../syntax/module.ts';
import { type FuncType, I32, I64 } from '../syntax/types.ts';
import type { Layout } from './layout.ts';

/** The name that the first module imports from. */
export const LINKED = 'linked';

/** The type of the function that the second module exports. */
export const GROW: FuncType = { kind: 'func', params: [I32], results: [I32] };

/** Lists of bodies, each in the binary format, with their types. */
export function joinBodies(types: readonly number[], bodies: readonly Uint8Array[]): Functions {
  const writer = new Writer();
  const start = new Uint32Array(bodies.length);
  const end = new Uint32Array(bodies.length);
  bodies.forEach((body, i) => {
    start[i] = writer.length;
    writer.bytes(body);
    end[i] = writer.length;
  });
  return { types: Uint32Array.from(types), bytes: writer.take(), start, end };
}

interface Parts {
  readonly memories: Module['memories'];
  readonly tables: Module['tables'];
  readonly globals: Module['globals'];
  readonly tags: Module['tags'];
}

/** What is imported from the second module: the first few of each kind. */
export function linkedParts(layout: Layout): Parts {
  return {
    memories: layout.memories.list.slice(0, layout.linkedMemories),
    tables: layout.tables.list.slice(0, layout.linkedTables),
    globals: layout.globals.list.slice(0, layout.linkedGlobals),
    tags: layout.tags.list.slice(0, layout.linkedTags),
  };
}

/** The imports of these parts. */
export function linkedImports({ memories, tables, globals, tags }: Parts): Import[] {
  const from = (letter: string, descs: readonly Import['desc'][]): Import[] =>
    descs.map((desc, i) => ({ module: LINKED, name: `${letter}${i}`, desc }));
  return [
    ...from(
      't',
      tables.map(({ type }) => ({ kind: 'table', type }) as const),
    ),
    ...from(
      'm',
      memories.map((type) => ({ kind: 'memory', type }) as const),
    ),
    ...from(
      'g',
      globals.map(({ type }) => ({ kind: 'global', type }) as const),
    ),
    ...from(
      'x',
      tags.map((type) => ({ kind: 'tag', type }) as const),
    ),
  ];
}

/** `grow`: lets the first memory grow by 0 or 1 page from outside of the module that imports it. */
function growBody({ memories }: Parts): Uint8Array {
  const w = new Writer();
  w.bytes(Uint8Array.of(0x00, 0x20, 0x00, 0x41, 0x01, 0x71));
  if (memories.length > 0) {
    const wide = memories[0].addr === I64;
    if (wide) w.byte(0xad);
    w.bytes(Uint8Array.of(0x40, 0x00));
    if (wide) w.byte(0xa7);
  }
  w.byte(0x0b);
  return w.take();
}

/** The second module in the binary format; undefined where nothing is imported from it. */
export function linkedModule(layout: Layout, parts: Parts, grow: boolean): Uint8Array | undefined {
  const kinds: readonly [ExternKind, string, number][] = [
    ['memory', 'm', parts.memories.length],
    ['table', 't', parts.tables.length],
    ['global', 'g', parts.globals.length],
    ['tag', 'x', parts.tags.length],
  ];
  if (!grow && kinds.every(([, , count]) => count === 0)) return undefined;
  const exports: Export[] = kinds.flatMap(([kind, letter, count]) =>
    Array.from({ length: count }, (_, index) => ({ name: `${letter}${index}`, kind, index })),
  );
  if (grow) exports.push({ name: 'grow', kind: 'func', index: 0 });
  const growType = grow ? [layout.funcType(GROW.params, GROW.results)] : [];
  return encodeModule({
    ...parts,
    types: layout.types,
    recGroups: layout.recGroups,
    imports: [],
    funcs: joinBodies(growType, grow ? [growBody(parts)] : []),
    exports,
    start: undefined,
    elems: [],
    dataCount: undefined,
    datas: [],
    customs: [],
  });
}
