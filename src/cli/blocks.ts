// What is printed piece by piece and may be much: it goes out in blocks, and is never there as a whole.
import type { Console } from './console.ts';

/** UTF-16 units that are written at a time. */
const BLOCK = 64 * 1024;

/** Leaves a command whose output nobody reads any more. */
class Unread extends Error {}

/** Takes pieces of text. */
export type Write = (text: string) => void;

/**
 * Runs what writes to a file, or to standard output (`-`). The file is made with the first piece: not where something is
 * thrown before. A reader that stops reading our output has seen enough: then the action ends. Throws CliError with the path.
 */
export function inBlocks(console: Console, path: string, action: (write: Write) => void): void {
  let file: ReturnType<Console['open']> | undefined;
  let block = '';
  const flush = (): void => {
    if (path !== '-') (file ??= console.open(path, path)).write(block);
    else if (console.wanted) console.print(block);
    else throw new Unread();
    block = '';
  };
  try {
    action((text) => {
      block += text;
      if (block.length >= BLOCK) flush();
    });
  } catch (error) {
    if (!(error instanceof Unread)) {
      // What was made before the fault is still worth something.
      if (file !== undefined || path === '-') quietly(flush);
      throw error;
    }
  }
  quietly(flush);
  file?.close();
}

function quietly(flush: () => void): void {
  try {
    flush();
  } catch (error) {
    if (!(error instanceof Unread)) throw error;
  }
}
