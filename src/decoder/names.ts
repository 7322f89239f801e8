// Decodes the name section, with its extended subsections. https://webassembly.github.io/spec/core/appendix/custom.html#name-section
// Names are for people: whatever is wrong in the section costs names, never the module. Each subsection is decoded when
// one of its names is first asked for.
import { MalformedError } from '../errors.ts';
import { MAX_LOCALS } from '../syntax/limits.ts';
import type { ExternKind, Module, NameMap, Names } from '../syntax/module.ts';
import { Reader } from './reader.ts';

type IndirectMap = ReadonlyMap<number, NameMap>;

// Ids of the subsections.
const MODULE = 0;
const FUNCS = 1;
const LOCALS = 2;
const LABELS = 3;
const TYPES = 4;
const TABLES = 5;
const MEMORIES = 6;
const GLOBALS = 7;
const ELEMS = 8;
const DATAS = 9;
const FIELDS = 10;
const TAGS = 11;

/**
 * The names in the first custom section called `name`; all maps are empty without one. Never throws: bad bytes end
 * their subsection, names of indices that the module does not have are dropped, and of two names for an index (or two
 * subsections of a kind) the first wins. Indices of locals and labels are only checked against what any function can
 * have, since bodies are not walked.
 */
export function decodeNames(module: Module): Names {
  return new LazyNames(module);
}

class LazyNames implements Names {
  private readonly source: Module;
  private readonly subsections: ReadonlyMap<number, Reader>;
  private readonly counts: Readonly<Record<ExternKind, number>>;
  private readonly cache = new Map<number, NameMap | IndirectMap>();

  constructor(module: Module) {
    this.source = module;
    this.counts = countIndices(module);
    const section = module.customs.find((custom) => custom.name === 'name');
    this.subsections = section === undefined ? new Map() : findSubsections(section.bytes);
  }

  get module(): string | undefined {
    const found = this.subsections.get(MODULE);
    if (found === undefined) return undefined;
    let name: string | undefined;
    tolerant(() => {
      name = new Reader(found.bytes, found.offset, found.end).name();
    });
    return name;
  }
  get funcs(): NameMap {
    return this.direct(FUNCS, this.counts.func);
  }
  get locals(): IndirectMap {
    return this.indirect(LOCALS, this.counts.func, () => MAX_LOCALS);
  }
  get labels(): IndirectMap {
    return this.indirect(LABELS, this.counts.func, (func) => this.bodyBytes(func));
  }
  get types(): NameMap {
    return this.direct(TYPES, this.source.types.length);
  }
  get tables(): NameMap {
    return this.direct(TABLES, this.counts.table);
  }
  get memories(): NameMap {
    return this.direct(MEMORIES, this.counts.memory);
  }
  get globals(): NameMap {
    return this.direct(GLOBALS, this.counts.global);
  }
  get elems(): NameMap {
    return this.direct(ELEMS, this.source.elems.length);
  }
  get datas(): NameMap {
    return this.direct(DATAS, this.source.datas.length);
  }
  get fields(): IndirectMap {
    return this.indirect(FIELDS, this.source.types.length, (type) => this.fieldCount(type));
  }
  get tags(): NameMap {
    return this.direct(TAGS, this.counts.tag);
  }

  private direct(id: number, limit: number): NameMap {
    const known = this.cache.get(id) as NameMap | undefined;
    if (known !== undefined) return known;
    const map = new Map<number, string>();
    const found = this.subsections.get(id);
    if (found !== undefined) tolerant(() => readNameMap(found, limit, map));
    this.cache.set(id, map);
    return map;
  }

  private indirect(id: number, outer: number, inner: (index: number) => number): IndirectMap {
    const known = this.cache.get(id) as IndirectMap | undefined;
    if (known !== undefined) return known;
    const maps = new Map<number, Map<number, string>>();
    const reader = this.subsections.get(id);
    if (reader !== undefined) {
      tolerant(() => {
        for (let count = reader.u32(); count > 0; count--) {
          const index = reader.u32();
          const map = new Map<number, string>();
          // Entered before it is filled, so that what was read before a fault is kept.
          if (index < outer && !maps.has(index)) maps.set(index, map);
          readNameMap(reader, index < outer ? inner(index) : 0, map);
        }
      });
    }
    this.cache.set(id, maps);
    return maps;
  }

  /** Bytes of a function's body, which has fewer labels; 0 for imports. */
  private bodyBytes(funcIndex: number): number {
    const { types, start, end } = this.source.funcs;
    const defined = funcIndex - (this.counts.func - types.length);
    return defined < 0 ? 0 : end[defined] - start[defined];
  }

  private fieldCount(typeIndex: number): number {
    const { comp } = this.source.types[typeIndex];
    switch (comp.kind) {
      case 'func':
        return 0;
      case 'struct':
        return comp.fields.length;
      case 'array':
        return 1;
    }
  }
}

/** The sizes of the index spaces, imports included. */
function countIndices({ imports, funcs, tables, memories, globals, tags }: Module): Record<ExternKind, number> {
  const counts = {
    func: funcs.types.length,
    table: tables.length,
    memory: memories.length,
    global: globals.length,
    tag: tags.length,
  };
  for (const one of imports) counts[one.desc.kind]++;
  return counts;
}

/** Runs a step of decoding; what is malformed ends it. */
function tolerant(step: () => void): void {
  try {
    step();
  } catch (error) {
    // What was read before stays; the rest is dropped.
    if (!(error instanceof MalformedError)) throw error;
  }
}

/** The subsections by id, each with its own reader. One whose size is out of bounds ends the search. */
function findSubsections(bytes: Uint8Array): ReadonlyMap<number, Reader> {
  const found = new Map<number, Reader>();
  const reader = new Reader(bytes);
  tolerant(() => {
    while (!reader.done) {
      const id = reader.byte();
      const size = reader.length();
      if (!found.has(id)) found.set(id, new Reader(bytes, reader.offset, reader.offset + size));
      reader.offset += size;
    }
  });
  return found;
}

/** Reads a vector of indices and names into `map`, as far as indices are below `limit`. Throws on malformed bytes. */
function readNameMap(reader: Reader, limit: number, map: Map<number, string>): void {
  for (let count = reader.u32(); count > 0; count--) {
    const index = reader.u32();
    const name = reader.name();
    if (index < limit && !map.has(index)) map.set(index, name);
  }
}
