// Gives the functions that a module imports from one module another module and name: benchmark programs call
// bench.start and bench.end around what is measured, which the command lines of wasm3 and toywasm do not know, and
// wasm3's has a function without effect under the name spectest.print.
import { readU32, u32 } from './leb.ts';

const IMPORT_SECTION = 2;

/** Renames every import from module `from`. All kinds of imports are copied as they are but for their names. */
export function renameImports(
  bytes: Uint8Array,
  from: string,
  to: readonly [module: string, name: string],
): Uint8Array {
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const size = readU32(bytes, at + 1);
    const end = size.next + size.value;
    if (id === IMPORT_SECTION) {
      const content = renamed(bytes.subarray(size.next, end), from, to);
      return Uint8Array.from([
        ...bytes.subarray(0, at),
        id,
        ...u32(content.length),
        ...content,
        ...bytes.subarray(end),
      ]);
    }
    at = end;
  }
  return bytes;
}

function renamed(content: Uint8Array, from: string, to: readonly [string, string]): number[] {
  const count = readU32(content, 0);
  const out = u32(count.value);
  let at = count.next;
  for (let i = 0; i < count.value; i++) {
    const module = readText(content, at);
    const name = readText(content, module.next);
    const end = endOfDescription(content, name.next);
    const names = module.text === from ? to : [module.text, name.text];
    for (const text of names) out.push(...u32(text.length), ...Buffer.from(text, 'latin1'));
    out.push(...content.subarray(name.next, end));
    at = end;
  }
  return out;
}

/** Bytes of the name as Latin-1, so that they come back unchanged. */
function readText(bytes: Uint8Array, at: number): { text: string; next: number } {
  const { value, next } = readU32(bytes, at);
  return { text: Buffer.from(bytes.subarray(next, next + value)).toString('latin1'), next: next + value };
}

/** The end of an import's description, of the kinds that Wasm 1.0 has. */
function endOfDescription(bytes: Uint8Array, at: number): number {
  const kind = bytes[at];
  if (kind === 0) return readU32(bytes, at + 1).next;
  if (kind === 3) return at + 3;
  const limits = kind === 1 ? at + 2 : at + 1;
  const low = readU32(bytes, limits + 1).next;
  return (bytes[limits] & 1) === 0 ? low : readU32(bytes, low).next;
}
