// What an instruction parser can be inside of: blocks, flat and folded, with their parts; and what may stand in each.
// https://webassembly.github.io/spec/core/text/instructions.html#control-instructions
// Data only; parser-instructions.ts moves between them.

/** What the parser is inside of. Flat blocks end with `end`, all others with their bracket. */
export type Inside =
  | 'body'
  | 'operands'
  | 'block'
  | 'if'
  | 'else'
  | 'try'
  | 'catch'
  | 'catch_all'
  | '(block'
  | '(if'
  | '(then'
  | 'after (then'
  | '(else'
  | 'after (else'
  | '(try'
  | '(do'
  | '(catch'
  | 'after (do'
  | 'after (catch'
  | 'after (catch_all'
  | '(catch_all';

export interface Frame {
  inside: Inside;
  /** Token of the mnemonic. */
  readonly at: number;
  /** The block's own label, where it has one; flat blocks may repeat it. */
  readonly label: string | undefined;
}

/** Where instructions without brackets may stand. */
export const SEQUENCES: ReadonlySet<Inside> = new Set<Inside>([
  'body',
  'block',
  'if',
  'else',
  'try',
  'catch',
  'catch_all',
  '(block',
  '(then',
  '(else',
  '(do',
  '(catch',
  '(catch_all',
]);

/** Rows that are not instructions by themselves. */
export const PARTS: ReadonlySet<string> = new Set(['else', 'end', 'catch', 'catch_all', 'delegate']);

export const OPCODE = {
  if: 0x04,
  else: 0x05,
  try: 0x06,
  catch: 0x07,
  end: 0x0b,
  delegate: 0x18,
  catch_all: 0x19,
} as const;

/** What follows a part of a folded if or try, once it is closed. */
export const AFTER = {
  '(then': 'after (then',
  '(else': 'after (else',
  '(do': 'after (do',
  '(catch': 'after (catch',
  '(catch_all': 'after (catch_all',
} as const;
