// Loads what the command line names: a module in the binary or the text format, from a file or standard input.
// https://webassembly.github.io/spec/core/binary/modules.html#binary-module
// A text is parsed, encoded and decoded again, so that offsets are real and names are there. Nothing is validated here.
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { Interrupted, WasmError } from '../errors.ts';
import { MAX_MODULE_BYTES } from '../syntax/limits.ts';
import type { Module } from '../syntax/module.ts';
import { decodeUtf8 } from '../syntax/utf8.ts';
import { isHidden } from '../syntax/visible.ts';
import { parseModule } from '../text/parser.ts';
import { CliError } from './failure.ts';
import type { Console } from './console.ts';
import { fileError, type Look, readWhole } from './host.ts';

/** A file's path as the user wrote it (`<stdin>` for `-`), and its bytes. */
export interface Source {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface Program extends Source {
  /** In the binary format; what the text was encoded to, where it was text. */
  readonly bytes: Uint8Array;
  readonly module: Module;
}

/** Bytes that are read at most: of a file, and of what may have no end. */
const LONGEST_FILE = MAX_MODULE_BYTES;
const LONGEST_STREAM = 256 * 1024 * 1024;

/** Ends the reading of what is no module and no text, as four bytes show (`/dev/zero`), and of what does not end. */
const lookAt =
  (shown: string): Look =>
  (first, length) => {
    if (first.length >= 4 && !isBinary(first) && first.subarray(0, 4).includes(0)) throw notAModule(shown, first);
    const most = first.length === 0 ? LONGEST_FILE : LONGEST_STREAM;
    if (length > most) throw new CliError(`${shown}: longer than ${most} bytes, and more are not read`);
  };

function notAModule(shown: string, bytes: Uint8Array): CliError {
  return new CliError(
    `${shown}: magic header not detected: a module begins with 00 61 73 6d (or is a text), this file with ${hexOf(bytes)}`,
  );
}

/** Reads a file, or standard input for `-`. Throws CliError with the path, Interrupted at the end of a command's time. */
export function readSource(console: Console, path: string): Source {
  const shown = path === '-' ? '<stdin>' : path;
  let bytes: Uint8Array;
  try {
    bytes = path === '-' ? console.readStdin(lookAt(shown)) : readWhole(console.path(path), lookAt(shown));
  } catch (error) {
    if (error instanceof CliError || error instanceof Interrupted) throw error;
    throw new CliError(`${shown}: ${fileError(error)}`);
  }
  if (bytes.length === 0) throw new CliError(`${shown}: the file is empty`);
  return { path: shown, bytes: withoutShellLine(bytes) };
}

/** A binary module without the line for a shell before it. In a text that line is a comment, and counts as a line. */
function withoutShellLine(bytes: Uint8Array): Uint8Array {
  if (!isForShell(bytes, 0)) return bytes;
  const rest = bytes.subarray(bytes.indexOf(0x0a) + 1);
  return isBinary(rest) ? rest : bytes;
}

const isForShell = (bytes: Uint8Array, at: number): boolean => bytes[at] === 0x23 && bytes[at + 1] === 0x21;

/** Whether the bytes begin like a binary module. */
function isBinary(bytes: Uint8Array): boolean {
  return bytes[0] === 0x00 && bytes[1] === 0x61 && bytes[2] === 0x73 && bytes[3] === 0x6d;
}

/** Whether the first character that is not white space opens an expression or a comment; or the first line is for a shell. */
function looksLikeText(bytes: Uint8Array): boolean {
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  if (isForShell(bytes, at)) return true;
  while (bytes[at] === 0x20 || (bytes[at] >= 0x09 && bytes[at] <= 0x0d)) at++;
  return bytes[at] === 0x28 || bytes[at] === 0x3b;
}

/** The text of a source; a first line that begins with `#!` is a comment. Throws CliError for a binary module, and where it is not UTF-8. */
export function textOf({ path, bytes }: Source): string {
  if (isBinary(bytes)) {
    throw new CliError(`${path}: this is a binary module already, and no text`, [
      'hint: wasmi-ts wat prints it as one',
    ]);
  }
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new CliError(`${path}: malformed UTF-8 encoding: the text format is UTF-8`);
  return text.replace(/^\ufeff/, '').replace(/^#!/, ';;');
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}

/** A text as a module of the binary format. Throws CliError with line, column and the line itself. */
export function assemble(source: Source): Uint8Array {
  const text = textOf(source);
  try {
    return encodeModule(parseModule(text));
  } catch (error) {
    throw textFailure(source.path, text, error);
  }
}

/** Loads a program of either format. Throws CliError, naming the file. */
export function loadProgram(console: Console, path: string): Program {
  return programIn(readSource(console, path));
}

/** The program of either format that somebody has read. Throws CliError, naming the file. */
export function programIn(source: Source): Program {
  const isText = !isBinary(source.bytes) && (/\.wa(s?)t$/.test(source.path) || looksLikeText(source.bytes));
  if (!isBinary(source.bytes) && !isText && source.bytes.length >= 4) {
    throw notAModule(source.path, source.bytes);
  }
  const bytes = isText ? assemble(source) : source.bytes;
  try {
    return { path: source.path, bytes, module: decodeModule(bytes) };
  } catch (error) {
    throw moduleFailure(source.path, error);
  }
}

/** An error of the decoder or validator with the file's name before it; anything else as it is. */
export function moduleFailure(path: string, error: unknown, details: readonly string[] = []): unknown {
  if (!(error instanceof WasmError) || error.code === 'internal' || error.code === 'interrupted') return error;
  return new CliError(`${path}: ${error.message}`, details);
}

/** An error of the text format as `file:line:column: message`, with the line and a mark below the column. */
export function textFailure(path: string, text: string, error: unknown): unknown {
  if (!(error instanceof WasmError) || error.line === undefined || error.column === undefined) {
    return moduleFailure(path, error);
  }
  const { line, column } = error;
  const message = error.message.replace(` (line ${line}, column ${column})`, '');
  return new CliError(`${path}:${line}:${column}: ${message}`, excerpt(text, line, column));
}

/** At most this much of a line is shown, around the column. */
const WIDTH = 100;

function excerpt(text: string, line: number, column: number): string[] {
  // What is hidden takes the place of a blank, so that the mark stands below its column.
  const content = Array.from(text.split(/\r\n|\n|\r/)[line - 1] ?? '', (char) =>
    isHidden(char.codePointAt(0) as number) ? ' '.repeat(char.length) : char,
  ).join('');
  const from = Math.max(0, Math.min(column - WIDTH / 2, content.length - WIDTH));
  const number = String(line);
  return [
    `  ${number} | ${content.slice(from, from + WIDTH)}`,
    `  ${' '.repeat(number.length)} | ${' '.repeat(column - 1 - from)}^`,
  ];
}
