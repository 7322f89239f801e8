// Bytes for the decoder's tests: modules from sections, LEB128, and the binary modules that .wast scripts hold.
import { Writer } from '../encoder/writer.ts';
import { MalformedError } from '../errors.ts';
import type { Module } from '../syntax/module.ts';
import { walkBody } from './bodies.ts';
import { InstructionCursor } from './instruction-cursor.ts';
import * as say from './messages.ts';

export type Part = number | string | Uint8Array | readonly Part[];

/** Bytes from numbers (bytes), strings (one byte for each character) and lists of them. */
export function bytes(...parts: readonly Part[]): Uint8Array {
  const writer = new Writer();
  const write = (part: Part): void => {
    if (typeof part === 'number') writer.byte(part);
    else if (typeof part === 'string') for (const char of part) writer.byte(char.charCodeAt(0));
    else if (part instanceof Uint8Array) writer.bytes(part);
    else part.forEach(write);
  };
  parts.forEach(write);
  return writer.take();
}

/** A u32 in as few bytes as it needs. */
export function u32(value: number): Uint8Array {
  const writer = new Writer();
  writer.u32(value);
  return writer.take();
}

/** A name: its length and its bytes, which are ASCII. */
export const name = (text: string): Uint8Array => bytes(u32(text.length), text);

/** A section with its right size. */
export function section(id: number, ...contents: readonly Part[]): Uint8Array {
  const inside = bytes(...contents);
  return bytes(id, u32(inside.length), inside);
}

export const PREAMBLE = bytes('\0asm', 1, 0, 0, 0);

/** A module of sections. */
export const moduleOf = (...sections: readonly Part[]): Uint8Array => bytes(PREAMBLE, ...sections);

/** The message of the MalformedError that `step` throws; '' when it throws none. Other errors pass. */
export function malformed(step: () => unknown): string {
  try {
    step();
    return '';
  } catch (error) {
    if (error instanceof MalformedError) return error.message;
    throw error;
  }
}

/** Walks all bodies as validation does, and gives the number of their instructions. Throws MalformedError. */
export function walkBodies(module: Module): number {
  const { bytes: all, types, start, end } = module.funcs;
  let instructions = 0;
  for (let i = 0; i < types.length; i++) {
    const cursor = new InstructionCursor(all, start[i], end[i]);
    const comp = module.types[types[i]]?.comp;
    const params = comp?.kind === 'func' ? comp.params.length : 0;
    instructions += walkBody(cursor, params, module.dataCount !== undefined);
    if (!cursor.done) throw say.bodySizeMismatch(cursor.offset, i, end[i]);
  }
  return instructions;
}

/** One `(module binary ...)` of a script: to be decoded, or refused with a message that starts with `phrase`. */
export interface WastBinary {
  readonly bytes: Uint8Array;
  readonly phrase: string | undefined;
  readonly line: number;
}

type Token = { readonly text: string; readonly line: number };

/** Parentheses, strings (with their quotes) and words; comments are dropped. */
function tokens(script: string): Token[] {
  const found: Token[] = [];
  let line = 1;
  for (const match of script.matchAll(/;;[^\n]*|\(;[\s\S]*?;\)|"(?:\\.|[^"\\])*"|[()]|[^\s()";]+|\n/g)) {
    const text = match[0];
    if (!text.startsWith(';') && !text.startsWith('(;') && text !== '\n') found.push({ text, line });
    line += text.split('\n').length - 1;
  }
  return found;
}

/** The bytes of a string literal with its quotes; characters beyond ASCII are not needed here. */
function literal(text: string): number[] {
  const escapes: Record<string, number> = { n: 10, t: 9, r: 13, '"': 34, "'": 39, '\\': 92 };
  const pieces = text.slice(1, -1).match(/\\[0-9a-fA-F]{2}|\\.|[\s\S]/g) ?? [];
  return pieces.map((piece) => {
    if (piece[0] !== '\\') return piece.charCodeAt(0);
    return piece.length === 3 ? Number.parseInt(piece.slice(1), 16) : escapes[piece[1]];
  });
}

/** The binary modules of a script that stand alone or in assert_malformed. */
export function wastBinaries(script: string): WastBinary[] {
  const all = tokens(script);
  const found: WastBinary[] = [];
  for (let i = 0; i < all.length; i++) {
    if (all[i].text !== 'module') continue;
    const asserted = all[i - 2]?.text ?? '';
    let j = i + 1;
    while (all[j].text === 'definition' || all[j].text.startsWith('$')) j++;
    if (all[j].text !== 'binary') continue;
    const inside: number[] = [];
    for (j++; all[j].text.startsWith('"'); j++) inside.push(...literal(all[j].text));
    const phrase = asserted === 'assert_malformed' ? String.fromCharCode(...literal(all[j + 1].text)) : undefined;
    if (asserted.startsWith('assert_') && phrase === undefined) continue;
    found.push({ bytes: Uint8Array.from(inside), phrase, line: all[i].line });
  }
  return found;
}
