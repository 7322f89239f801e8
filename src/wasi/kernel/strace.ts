// One line of text per call, as strace writes them: name, arguments, error name, results; all decoded.
//     path_open(fd=3, dirflags=0, path="a.txt", oflags=creat, ..., opened=0x1040) = SUCCESS opened:4
// Names and texts come from the guest: control and bidirectional characters are escaped (strace-values.ts).
import { errnoName, SystemError } from '../host/errno.ts';
import type { Tracer, Value } from './dispatcher.ts';
import type { Guest } from './guest.ts';
import { buffersText, hex, textAt } from './strace-values.ts';
import { type Declaration, type Parameter, resultSize } from './table.ts';

/** What is written of a call, by its arguments. */
type ByName<Name extends string> = Readonly<Partial<Record<Name, (guest: Guest, args: readonly number[]) => string>>>;

/** How an interface shows what its table says nothing about. */
export interface Texts<Name extends string> {
  /** A value that is not in memory, by the type that the table gives it. */
  value(type: string, value: number | bigint): string;
  /** Error numbers that the interface has beyond those of preview 1. */
  errno?(number: number): string | undefined;
  /** Functions whose buffers are read, so that they are shown before the call. */
  readonly sending: readonly Name[];
  /** All arguments, of functions that show them in a way of their own. */
  readonly arguments: ByName<Name>;
  /** Results that the table calls `ptr`. Asked after success. */
  readonly results: ByName<Name>;
}

/** A tracer that prints a line per call; for a call that never returns, before it happens. */
export function straceTracer<Name extends string>(
  { name, parameters, type, returns }: Declaration<Name>,
  texts: Texts<Name>,
  say: (line: string) => void,
): Tracer {
  return (guest, args) => {
    const own = texts.arguments[name];
    const shown = own?.(guest, args as readonly number[]) ?? argumentsText(name, parameters, args, guest, texts);
    const line = `${name}(${shown})`;
    if (!returns) say(line);
    return (errno) => {
      if (type.results.length === 0) return returns ? say(line) : undefined;
      if (errno !== 0) return say(`${line} = ${texts.errno?.(errno) ?? errnoName(errno)}`);
      const results = () =>
        resultsText(parameters, args, guest) + (texts.results[name]?.(guest, args as readonly number[]) ?? '');
      say(`${line} = SUCCESS${readable(results)}`);
    };
  };
}

/** A guest may have results written over what says where they are: nothing is shown then. */
function readable(text: () => string): string {
  try {
    return text();
  } catch (error) {
    if (error instanceof SystemError) return '';
    throw error;
  }
}

function argumentsText<Name extends string>(
  name: Name,
  parameters: readonly Parameter[],
  args: readonly Value[],
  guest: Guest,
  texts: Texts<Name>,
): string {
  let next = 0;
  const shown = parameters.map(({ name: parameter, type, out, values }) => {
    const [first, second] = args.slice(next, next + 2) as number[];
    next += values.length;
    let text: string;
    if (type === 'string') text = textAt(guest, first, second);
    else if (type === 'iovecs') {
      text = buffersText(guest, first, second, texts.sending.includes(name) ? Number.POSITIVE_INFINITY : undefined);
    } else text = out ? hex(first) : texts.value(type, first);
    return `${parameter}=${text}`;
  });
  return shown.join(', ');
}

function resultsText(parameters: readonly Parameter[], args: readonly Value[], guest: Guest): string {
  let next = 0;
  let text = '';
  for (const parameter of parameters) {
    const at = args[next] as number;
    next += parameter.values.length;
    if (!parameter.out) continue;
    const size = resultSize(parameter);
    text += ` ${parameter.name}:${size === 8 ? guest.u64(at) : size === 4 ? guest.u32(at) : size === 2 ? guest.u16(at) : guest.u8(at)}`;
  }
  return text;
}
