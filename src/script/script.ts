// What a .wast script is: commands, in order, as plain data.
// https://github.com/WebAssembly/spec/tree/main/interpreter#scripts  Modules in it are parsed when they are asked for,
// so that a fault in one does not stop the rest. Nothing runs here.
import type { Module } from '../syntax/module.ts';
import type { HeapType } from '../syntax/types.ts';
import { type ParseOptions, parseModule, parseModuleAt, parseFields } from '../text/parser.ts';
import type { Tokens } from '../text/tokens.ts';

/** A module as a script gives it: a range of the script's text, bytes, or text in quotes (which may be malformed). */
export type ModuleSource =
  | { readonly form: 'text'; readonly tokens: Tokens; readonly start: number }
  /** Fields without `(module`: the whole script is one module. */
  | { readonly form: 'fields'; readonly tokens: Tokens }
  | { readonly form: 'quote'; readonly text: Uint8Array }
  | { readonly form: 'binary'; readonly bytes: Uint8Array };

export type NumberType = 'i32' | 'i64' | 'f32' | 'f64';

/** An argument. Numbers are unsigned bits of their width; of a vector, lane 0 is the lowest. */
export type Const =
  | { readonly type: NumberType | 'v128'; readonly bits: bigint }
  | { readonly type: 'ref.null'; readonly heap: HeapType | undefined }
  /** A host reference with a number to tell it from others: of type extern, or any with `ref.host`. */
  | { readonly type: 'ref.extern'; readonly value: number }
  | { readonly type: 'ref.host'; readonly value: number };

/** A lane or a number that is expected: bits, or any NaN of a kind. */
export type NumberPattern = bigint | 'nan:canonical' | 'nan:arithmetic';

/** A result that is expected. */
export type Pattern =
  | { readonly type: NumberType; readonly bits: NumberPattern }
  | {
      readonly type: 'v128';
      /** Bits of a lane, and whether lanes are floats. */
      readonly width: number;
      readonly float: boolean;
      readonly lanes: readonly NumberPattern[];
    }
  /** A null of the heap type, or any null where it is not given. */
  | { readonly type: 'ref.null'; readonly heap: HeapType | undefined }
  | { readonly type: 'ref.extern'; readonly value: number | undefined }
  | { readonly type: 'ref.host'; readonly value: number | undefined }
  /** Any reference of a kind. */
  | { readonly type: 'ref'; readonly kind: 'func' | 'eq' | 'i31' | 'struct' | 'array' | 'exn' | 'any' }
  | { readonly type: 'either'; readonly options: readonly Pattern[] };

/** What an assertion runs. `module` is a script name without `$`; without it, the last module is meant. */
export type Action =
  | {
      readonly kind: 'invoke';
      readonly module: string | undefined;
      readonly name: string;
      readonly args: readonly Const[];
    }
  | { readonly kind: 'get'; readonly module: string | undefined; readonly name: string };

/** Assertions that a module is refused, with the message it is refused with. */
export type ModuleAssertion =
  | 'assert_malformed'
  | 'assert_invalid'
  | 'assert_malformed_custom'
  | 'assert_invalid_custom'
  | 'assert_unlinkable'
  /** `assert_trap` of a module: its start function or a segment traps. */
  | 'assert_uninstantiable';

/** One command. */
export type Command = { readonly line: number } & (
  | { readonly kind: 'module'; readonly name: string | undefined; readonly source: ModuleSource }
  /** A module that is compiled but not instantiated. */
  | { readonly kind: 'definition'; readonly name: string | undefined; readonly source: ModuleSource }
  | { readonly kind: 'instance'; readonly name: string | undefined; readonly definition: string | undefined }
  | { readonly kind: 'register'; readonly as: string; readonly module: string | undefined }
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'assert_return'; readonly action: Action; readonly results: readonly Pattern[] }
  | {
      readonly kind: 'assert_trap' | 'assert_exhaustion' | 'assert_suspension';
      readonly action: Action;
      readonly message: string;
    }
  | { readonly kind: 'assert_exception'; readonly action: Action }
  | { readonly kind: ModuleAssertion; readonly source: ModuleSource; readonly message: string }
  | {
      readonly kind: 'thread';
      readonly name: string | undefined;
      /** The instance that the thread sees under its name. */
      readonly shared: string | undefined;
      readonly commands: readonly Command[];
    }
  | { readonly kind: 'wait'; readonly thread: string | undefined }
);

export interface Script {
  readonly commands: readonly Command[];
}

/** Parses a module that a script gives as text, quoted or not. Throws MalformedError. */
export function parseSource(source: Exclude<ModuleSource, { form: 'binary' }>, options: ParseOptions = {}): Module {
  if (source.form === 'quote') return parseModule(source.text, options);
  if (source.form === 'fields') return parseFields(source.tokens, 0, 0, options);
  return parseModuleAt(source.tokens, source.start, options);
}
