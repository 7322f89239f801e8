// Makes the bytes of modules for the tests of this folder.
import { encodeModule } from '../encoder/encode.ts';
import { parseModule } from '../text/parser.ts';
import { namespace } from './namespace.ts';
import type { ImportsObject } from './instance.ts';

export function wat(text: string): Uint8Array {
  return encodeModule(parseModule(text));
}

type AnyFunction = (...args: unknown[]) => unknown;

/** Instantiates a module's text; its exports, as functions. */
export function run(text: string, imports: ImportsObject = {}): Record<string, AnyFunction> {
  const { exports } = new namespace.Instance(new namespace.Module(wat(text)), imports);
  return exports as unknown as Record<string, AnyFunction>;
}

/** What a function throws. */
export function thrownBy(body: () => unknown): unknown {
  try {
    body();
  } catch (error) {
    return error;
  }
  throw new Error('it threw nothing');
}
