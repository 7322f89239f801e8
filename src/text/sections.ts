// Sections as annotations name them: `(after type)`, `(@binary.sections code)`.
// https://webassembly.github.io/spec/core/appendix/custom.html#custom-annotation

/** Ids by the words that annotations have for sections, in the order of the binary format. */
export const SECTION_IDS: ReadonlyMap<string, number> = new Map([
  ['type', 1],
  ['import', 2],
  ['func', 3],
  ['table', 4],
  ['memory', 5],
  ['tag', 13],
  ['global', 6],
  ['export', 7],
  ['start', 8],
  ['elem', 9],
  ['datacount', 12],
  ['code', 10],
  ['data', 11],
]);

/** The words by id. */
export const SECTION_WORDS: ReadonlyMap<number, string> = new Map(Array.from(SECTION_IDS, ([word, id]) => [id, word]));

/** Ids in the order of the format; 0 is the place before the first section. */
export const SECTION_ORDER: readonly number[] = [0, ...SECTION_IDS.values()];
