// Atomic instructions of the threads proposal. https://github.com/WebAssembly/threads
import { rows, type Row } from './row.ts';

/** The widths that accesses have, in the order of their codes: type, bits where they are fewer, alignment. */
const WIDTHS = [
  ['i32', '', 2],
  ['i64', '', 3],
  ['i32', '8', 0],
  ['i32', '16', 1],
  ['i64', '8', 0],
  ['i64', '16', 1],
  ['i64', '32', 2],
] as const;

/** The rows of an access; `extension` is the ending of narrow ones that give a value. */
function widths(row: (type: string, bits: string, extension: string) => string): string {
  return WIDTHS.map(([type, bits, align]) => `${row(type, bits, bits && '_u')}, memarg, ${align}\n`).join('');
}

const modify = (name: string): string =>
  widths((t, bits, u) => `${t}.atomic.rmw${bits}.${name}${u}: addr ${t} -> ${t}`);

// biome-ignore format: a table
export const ATOMICS: readonly Row[] = rows('threads', `
0xfe000 memory.atomic.notify: addr i32 -> i32, memarg, 2
.atomic.wait32: addr i32 i64 -> i32, memarg, 2
.atomic.wait64: addr i64 i64 -> i32, memarg, 3
atomic.fence: ->, fence
0xfe010 ${widths((t, bits, u) => `${t}.atomic.load${bits}${u}: addr -> ${t}`)
}${widths((t, bits) => `${t}.atomic.store${bits}: addr ${t} ->`)
}${['add', 'sub', 'and', 'or', 'xor', 'xchg'].map(modify).join('')
}${widths((t, bits, u) => `${t}.atomic.rmw${bits}.cmpxchg${u}: addr ${t} ${t} -> ${t}`)}`);
