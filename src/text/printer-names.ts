// Identifiers for the printer: the name section's names made unique in each index space, or plain numbers.
// https://webassembly.github.io/spec/core/text/values.html#text-id  It does not read the name section.
import type { NameMap, Names } from '../syntax/module.ts';
import { nameText } from '../syntax/visible.ts';
import { idText } from './printer-literals.ts';

/** The index spaces of a module whose entries may have names. */
export type IndexSpace = 'type' | 'func' | 'table' | 'memory' | 'global' | 'tag' | 'elem' | 'data';

/** What an instruction's immediates are called: `$name` or a number, as text. */
export interface InstructionNames {
  index(space: IndexSpace, index: number): string;
  local(index: number): string;
  /** `depth` counts outwards from the innermost block. */
  label(depth: number): string;
  field(typeIndex: number, index: number): string;
}

/** Numbers for everything. */
export const NUMBERS: InstructionNames = {
  index: (_space, index) => String(index),
  local: String,
  label: String,
  field: (_type, index) => String(index),
};

/** Identifiers of one index space. */
export type Ids = ReadonlyMap<number, string>;

/** The identifiers of an index space, and the names that they stand for. */
export interface NamedSpace {
  readonly ids: Ids;
  readonly names: NameMap;
}

const NONE: NameMap = new Map();
export const NAMELESS: NamedSpace = { ids: NONE, names: NONE };

/**
 * Gives each named index an identifier of its own: the first holder of a name keeps it, later ones get `#2`, `#3`.
 * The empty name gives none, since the text format has no empty identifier.
 */
function uniqueIds(names: NameMap): Ids {
  if (names.size === 0) return NONE;
  const given = new Set<string>(names.values());
  const taken = new Set<string>();
  const next = new Map<string, number>();
  const ids = new Map<number, string>();
  for (const index of [...names.keys()].sort((a, b) => a - b)) {
    const name = names.get(index) as string;
    if (name === '') continue;
    let unique = name;
    for (let n = next.get(name) ?? 2; taken.has(unique); n++) {
      next.set(name, n + 1);
      if (!given.has(`${name}#${n}`)) unique = `${name}#${n}`;
    }
    taken.add(unique);
    ids.set(index, unique);
  }
  return ids;
}

/** `$x`; `$x#2 (@name "x")` where the identifier is not the name; `(@name "")`; or nothing. */
export function definitionText({ ids, names }: NamedSpace, index: number): string {
  const id = ids.get(index);
  const name = names.get(index);
  const annotation = name === id ? '' : `(@name ${nameText(name as string)})`;
  return [id === undefined ? '' : idText(id), annotation].filter((part) => part !== '').join(' ');
}

const SPACES = {
  type: 'types',
  func: 'funcs',
  table: 'tables',
  memory: 'memories',
  global: 'globals',
  tag: 'tags',
  elem: 'elems',
  data: 'datas',
} as const;

/** The identifiers of a module; without names every index is a number. */
export class Identifiers {
  readonly names: Names | undefined;
  private readonly without: ReadonlySet<string>;
  private readonly spaces = new Map<IndexSpace, Ids>();
  private readonly fields = new Map<number, Ids>();

  /** `without`: entries that no text can give an identifier, as `func 3`; they are numbers. */
  constructor(names: Names | undefined, without: ReadonlySet<string> = new Set()) {
    this.names = names;
    this.without = without;
  }

  private ids(space: IndexSpace): Ids {
    let ids = this.spaces.get(space);
    if (ids === undefined) {
      ids = this.names === undefined ? NONE : uniqueIds(this.named(space));
      this.spaces.set(space, ids);
    }
    return ids;
  }

  /** The names that identifiers stand for. */
  named(space: IndexSpace): NameMap {
    const names = this.names?.[SPACES[space]] ?? NONE;
    if (this.without.size === 0) return names;
    return new Map([...names].filter(([index]) => !this.without.has(`${space} ${index}`)));
  }

  /** A use: `$name` or the number. */
  index(space: IndexSpace, index: number): string {
    const id = this.ids(space).get(index);
    return id === undefined ? String(index) : idText(id);
  }

  /** A definition: `$name (;3;)`, with an annotation where the identifier is not the name; without a name `(;3;)`. */
  define(space: IndexSpace, index: number): string {
    const id = this.ids(space).get(index);
    const name = this.without.has(`${space} ${index}`) ? undefined : this.names?.[SPACES[space]].get(index);
    const annotation = name === id ? '' : ` (@name ${nameText(name as string)})`;
    return id === undefined ? `(;${index};)${annotation}` : `${idText(id)} (;${index};)${annotation}`;
  }

  /** The module's name, before its first field: empty or with a space before. */
  module(): string {
    const name = this.names?.module;
    if (name === undefined) return '';
    return name === '' ? ' (@name "")' : ` ${idText(name)}`;
  }

  field(typeIndex: number, index: number): string {
    const id = this.fieldIds(typeIndex).get(index);
    return id === undefined ? String(index) : idText(id);
  }

  /** What names a field, with a space after it before the field's type, or nothing. */
  defineField(typeIndex: number, index: number): string {
    const names = this.names?.fields.get(typeIndex);
    if (names === undefined) return '';
    const text = definitionText({ ids: this.fieldIds(typeIndex), names }, index);
    return text === '' ? '' : `${text} `;
  }

  private fieldIds(typeIndex: number): Ids {
    let ids = this.fields.get(typeIndex);
    if (ids === undefined) {
      ids = uniqueIds(this.names?.fields.get(typeIndex) ?? NONE);
      this.fields.set(typeIndex, ids);
    }
    return ids;
  }

  locals(funcIndex: number): Ids {
    return uniqueIds(this.names?.locals.get(funcIndex) ?? NONE);
  }

  /** Identifiers and names of a function's parameters and locals. */
  localSpace(funcIndex: number): NamedSpace {
    const names = this.names?.locals.get(funcIndex) ?? NONE;
    return names.size === 0 ? NAMELESS : { ids: uniqueIds(names), names };
  }

  /** Labels by their number in the function. They may repeat: the text format lets an inner label hide an outer one. */
  labels(funcIndex: number): Ids {
    return this.names?.labels.get(funcIndex) ?? NONE;
  }

  /** For single instructions of a function, where no labels are known (trace, disassembly). */
  ofFunction(funcIndex: number): InstructionNames {
    const locals = this.locals(funcIndex);
    return {
      index: (space, index) => this.index(space, index),
      local: (index) => localText(locals, index),
      label: String,
      field: (typeIndex, index) => this.field(typeIndex, index),
    };
  }
}

/** A local's `$name` or its number. */
export function localText(locals: Ids, index: number): string {
  const id = locals.get(index);
  return id === undefined ? String(index) : idText(id);
}
