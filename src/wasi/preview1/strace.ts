// One line of text per call, as strace writes them: name, arguments with texts read, error name, results.
//     path_open(fd=3, dirflags=0x1, path="a.txt", ..., opened=0x1040) = SUCCESS opened:4
// Names and texts come from the guest: control and bidirectional characters are escaped.
import { decodeUtf8 } from '../../syntax/utf8.ts';
import { errnoName } from '../host/errno.ts';
import type { Tracer, Value } from '../kernel/dispatcher.ts';
import type { Guest } from '../kernel/guest.ts';
import { HALF, type FunctionName, type Parameter, WIDE } from './abi.ts';

/** Texts are cut after so many bytes. */
const MAX_TEXT = 256;

/** A tracer that says one line per call of `name`; `proc_exit` is said before it happens, since it does not return. */
export function straceTracer(
  name: FunctionName,
  parameters: readonly Parameter[],
  guest: Guest,
  say: (line: string) => void,
): Tracer {
  return (args) => {
    const line = `${name}(${describe(parameters, args, guest)})`;
    if (name === 'proc_exit') say(line);
    return (errno) => say(`${line} = ${errnoName(errno)}${errno === 0 ? resultsOf(parameters, args, guest) : ''}`);
  };
}

function describe(parameters: readonly Parameter[], args: readonly Value[], guest: Guest): string {
  let next = 0;
  return parameters
    .map(({ name, type, out, values }) => {
      const first = args[next] as Value;
      const second = args[next + 1];
      next += values.length;
      if (type === 'string') return `${name}=${textAt(guest, first as number, second as number)}`;
      if (type === 'iovecs') return `${name}=${hex(first)}[${second}]`;
      return `${name}=${out || /ptr|flags|rights/.test(type) ? hex(first) : first}`;
    })
    .join(', ');
}

function resultsOf(parameters: readonly Parameter[], args: readonly Value[], guest: Guest): string {
  let next = 0;
  let text = '';
  for (const { name, type, out, values } of parameters) {
    const at = args[next] as number;
    next += values.length;
    if (!out) continue;
    const value = WIDE.includes(type) ? guest.u64(at) : HALF.includes(type) ? guest.u16(at) : guest.u32(at);
    text += ` ${name}:${value}`;
  }
  return text;
}

function hex(value: Value): string {
  return `0x${value.toString(16)}`;
}

function textAt(guest: Guest, at: number, length: number): string {
  try {
    const bytes = guest.span(at, length).subarray(0, MAX_TEXT);
    const text = decodeUtf8(bytes) ?? Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    const escaped = JSON.stringify(text).replace(
      /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
      escapeCharacter,
    );
    return length > MAX_TEXT ? `${escaped}...` : escaped;
  } catch {
    return `${hex(at)}[${length}]`;
  }
}

function escapeCharacter(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
