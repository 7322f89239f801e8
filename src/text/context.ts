// What the parsers of one module share: index spaces with their identifiers, types, and what has been read so far.
// https://webassembly.github.io/spec/core/text/conventions.html#contexts
import type { DataSegment, ElemSegment, Export, Global, Import, ImportGroup, Table } from '../syntax/module.ts';
import {
  type FuncType,
  type MemType,
  type RecGroup,
  type SubType,
  type TagType,
  funcTypeName,
} from '../syntax/types.ts';
import type { ValType } from '../syntax/types.ts';
import { Writer } from '../encoder/writer.ts';
import type { Cursor } from './cursor.ts';
import type { Annotations } from './annotations.ts';
import { identifierName } from './strings.ts';
import { ID, NAT } from './tokens.ts';
import * as say from './messages.ts';

/** One index space: how many indices it has, and which identifiers stand for which. */
export class IndexSpace {
  /** The spec's word for what it holds, for messages. */
  readonly what: string;
  count = 0;
  /** Identifiers without `$`. */
  readonly ids = new Map<string, number>();
  /** Names for the name section: the identifiers, or what `(@name ...)` says instead. */
  readonly names = new Map<number, string>();

  constructor(what: string) {
    this.what = what;
  }

  /** Takes the next index; an identifier at the cursor, and a name annotation after it, are bound to it. */
  bind(cursor: Cursor, annotations: Annotations): number {
    const index = this.count++;
    if (cursor.kind === ID) {
      const name = identifierName(cursor.text);
      if (this.ids.has(name)) throw say.duplicateId(cursor.place, this.what, cursor.text);
      this.ids.set(name, index);
      this.names.set(index, name);
      cursor.pos++;
    }
    if (!annotations.isEmpty) {
      const given = annotations.takeName(cursor.pos, this.what);
      if (given !== undefined) this.names.set(index, given);
    }
    return index;
  }

  /** The index that stands at the cursor, as a number or an identifier. */
  index(cursor: Cursor): number {
    if (cursor.kind === NAT) return cursor.u32();
    if (cursor.kind !== ID) throw cursor.unexpected(`a ${this.what} index`);
    const index = this.ids.get(identifierName(cursor.text));
    if (index === undefined) throw say.unknownId(cursor.place, this.what, cursor.text);
    cursor.pos++;
    return index;
  }
}

/** Names of a function's locals and labels, for the name section. */
export interface BodyNames {
  readonly func: number;
  readonly locals: ReadonlyMap<number, string>;
  readonly labels: ReadonlyMap<number, string>;
}

export class Context {
  readonly cursor: Cursor;
  readonly annotations: Annotations;

  readonly typeSpace = new IndexSpace('type');
  readonly funcSpace = new IndexSpace('function');
  readonly tableSpace = new IndexSpace('table');
  readonly memorySpace = new IndexSpace('memory');
  readonly globalSpace = new IndexSpace('global');
  readonly tagSpace = new IndexSpace('tag');
  readonly elemSpace = new IndexSpace('elem segment');
  readonly dataSpace = new IndexSpace('data segment');
  /** Fields of struct types, by type index. */
  readonly fieldSpaces = new Map<number, IndexSpace>();

  readonly types: SubType[] = [];
  readonly recGroups: RecGroup[] = [];
  readonly imports: Import[] = [];
  /** The import fields: where one lists items, the binary format gives imports in a compact form. */
  readonly importGroups: ImportGroup[] = [];
  readonly funcTypes: number[] = [];
  readonly funcStarts: number[] = [];
  readonly funcEnds: number[] = [];
  readonly code = new Writer();
  readonly tables: Table[] = [];
  readonly memories: MemType[] = [];
  readonly tags: TagType[] = [];
  readonly globals: Global[] = [];
  readonly exports: Export[] = [];
  readonly elems: ElemSegment[] = [];
  readonly datas: DataSegment[] = [];
  readonly bodyNames: BodyNames[] = [];
  start: number | undefined;
  /** An instruction names a data segment, so that the binary format needs the data count section. */
  usesDataCount = false;

  /** Function types that inline declarations may stand for, by their text: the first index of each. */
  private readonly funcTypeIndices = new Map<string, number>();

  /** Sizes of memories and tables are 64-bit numbers, as since memory64; else 32-bit ones of the grammar before it. */
  readonly sizes64: boolean;

  constructor(cursor: Cursor, annotations: Annotations, sizes64 = true) {
    this.sizes64 = sizes64;
    this.cursor = cursor;
    this.annotations = annotations;
  }

  /** The space of what can be imported and exported, by its keyword. */
  spaceOf(word: string): IndexSpace | undefined {
    switch (word) {
      case 'func':
        return this.funcSpace;
      case 'table':
        return this.tableSpace;
      case 'memory':
        return this.memorySpace;
      case 'global':
        return this.globalSpace;
      case 'tag':
        return this.tagSpace;
      default:
        return undefined;
    }
  }

  /** Defines the next types as one recursive group. */
  defineTypes(group: readonly SubType[]): void {
    const start = this.types.length;
    for (const type of group) this.types.push(type);
    this.recGroups.push({ start, length: group.length });
    const [only] = group;
    if (group.length !== 1 || only.comp.kind !== 'func' || !only.final || only.supers.length > 0) return;
    if (only.descriptor !== undefined || only.describes !== undefined) return;
    const key = funcTypeKey(only.comp.params, only.comp.results);
    if (!this.funcTypeIndices.has(key)) this.funcTypeIndices.set(key, start);
  }

  /** The index of a function type that has no name: an equal one, or a new one after all others. */
  inlineType(params: readonly ValType[], results: readonly ValType[]): number {
    const known = this.funcTypeIndices.get(funcTypeKey(params, results));
    if (known !== undefined) return known;
    this.defineTypes([{ final: true, supers: [], comp: { kind: 'func', params, results } }]);
    return this.types.length - 1;
  }

  /** The function type with an index, as far as it is known where the parser stands. */
  funcType(index: number): FuncType | undefined {
    const comp = this.types[index]?.comp;
    return comp?.kind === 'func' ? comp : undefined;
  }

  /** Refuses an inline declaration that differs from the type named beside it. */
  checkInline(index: number, params: readonly ValType[], results: readonly ValType[], place: say.TextPlace): void {
    if (index >= this.types.length) throw say.unknownId(place, 'type', String(index));
    const declared = this.funcType(index);
    if (declared !== undefined && funcTypeKey(declared.params, declared.results) === funcTypeKey(params, results))
      return;
    const name = declared === undefined ? 'not a function type' : funcTypeName(declared);
    throw say.inlineFunctionType(place, name, funcTypeName({ kind: 'func', params, results }));
  }
}

function funcTypeKey(params: readonly ValType[], results: readonly ValType[]): string {
  return `${params.join()}>${results.join()}`;
}

/** Skips an identifier at the cursor, which is bound already. */
export function skipId({ cursor }: Context): void {
  if (cursor.kind === ID) cursor.pos++;
}
