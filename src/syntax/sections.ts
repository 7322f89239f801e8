// The sections of the binary format but custom ones, in the order that it demands. The decoder and the encoder have a function
// for each name; places of custom sections are said by the section before them.
// https://webassembly.github.io/spec/core/binary/modules.html#sections

export interface Section {
  readonly id: number;
  /** As messages name it. */
  readonly name: SectionName;
  /** As annotations of the text format name it. https://webassembly.github.io/spec/core/appendix/custom.html#custom-annotation */
  readonly word: string;
}

// biome-ignore format: a table
const ROWS = [
  { id: 1,  name: 'type',       word: 'type' },
  { id: 2,  name: 'import',     word: 'import' },
  { id: 3,  name: 'function',   word: 'func' },
  { id: 4,  name: 'table',      word: 'table' },
  { id: 5,  name: 'memory',     word: 'memory' },
  { id: 13, name: 'tag',        word: 'tag' },
  { id: 6,  name: 'global',     word: 'global' },
  { id: 7,  name: 'export',     word: 'export' },
  { id: 8,  name: 'start',      word: 'start' },
  { id: 9,  name: 'element',    word: 'elem' },
  { id: 12, name: 'data count', word: 'datacount' },
  { id: 10, name: 'code',       word: 'code' },
  { id: 11, name: 'data',       word: 'data' },
] as const;

export type SectionName = (typeof ROWS)[number]['name'];

export const SECTIONS: readonly Section[] = ROWS;

export function sectionOf(id: number): Section | undefined {
  return SECTIONS.find((one) => one.id === id);
}

/** The section that a word of the text format names. */
export function sectionNamed(word: string): Section | undefined {
  return SECTIONS.find((one) => one.word === word);
}

/** Where custom sections can be, in order: ids of the sections that they come after, 0 before the first. */
const PLACES: readonly number[] = [0, ...SECTIONS.map(({ id }) => id)];

/** The place after everything. */
export const LAST_PLACE = PLACES[PLACES.length - 1];

/** The rank of a place, and of the section whose id it is: 0 is before the first section. */
export function orderOf(place: number): number {
  return PLACES.indexOf(place);
}

/** The place before a section. */
export function placeBefore({ id }: Section): number {
  return PLACES[orderOf(id) - 1];
}
