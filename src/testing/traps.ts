// Classes of traps that all engines distinguish, and the messages of each engine. Some engines have one message for two
// kinds (a null function and one of another type): such kinds are one class.
import { misfit, text, unknownName } from '../options.ts';
import { own } from '../syntax/records.ts';
import { TRAP_PHRASES, type TrapKind } from '../errors.ts';

const CLASS_OF: Readonly<Record<TrapKind, string>> = {
  unreachable: 'unreachable',
  'memory-out-of-bounds': 'memory',
  'table-out-of-bounds': 'table',
  'undefined-element': 'table',
  'uninitialized-element': 'signature',
  'indirect-call-type-mismatch': 'signature',
  'integer-divide-by-zero': 'division by zero',
  'integer-overflow': 'overflow',
  'invalid-conversion': 'overflow',
  'null-reference': 'null',
  'null-function-reference': 'null',
  'null-structure-reference': 'null',
  'null-array-reference': 'null',
  'null-i31-reference': 'null',
  'null-exception-reference': 'null',
  'null-descriptor-reference': 'null',
  'cast-failure': 'cast',
  'descriptor-cast-failure': 'cast',
  'array-out-of-bounds': 'array',
  'unaligned-atomic': 'alignment',
  'expected-shared-memory': 'shared',
  'missing-memory': 'host',
};

/** Messages of V8 (Node, Chrome), versions 11 to 14. The first that fits counts. */
const V8_MESSAGES: readonly [RegExp, string][] = [
  [/^unreachable/, 'unreachable'],
  [/^(divide|remainder) by zero/, 'division by zero'],
  [/^divide result unrepresentable|^float unrepresentable/, 'overflow'],
  [/^memory access out of bounds|data segment .*out of bounds/, 'memory'],
  // Segments of arrays are told apart by nothing else.
  [/^data segment out of bounds/, 'memory'],
  // The first words went with V8 14.
  [/^(null function or )?function signature mismatch/, 'signature'],
  [/^table index is out of bounds|^table .*out of bounds|^element segment/, 'table'],
  [/^dereferencing a null pointer|^rethrowing null value/, 'null'],
  [/^illegal cast/, 'cast'],
  [/^array (element access|index) out of bounds|^array .*out of bounds/, 'array'],
  [/^operation does not support unaligned/, 'alignment'],
  [/^Atomics\.wait cannot be called|^atomic.*non-shared|not shared|shared memory/, 'shared'],
];

/** The class of a kind of trap. @throws TypeError for what is none. */
export function trapClass(kind: TrapKind): string {
  if (typeof kind !== 'string') throw misfit('trapClass: the kind', 'a text', kind);
  const found = own(CLASS_OF, kind);
  if (found === undefined) throw unknownName('trapClass', 'kind of trap', kind, Object.keys(CLASS_OF));
  return found;
}

/** The class of trap that an engine's message means; undefined for other messages. */
export function trapClassOfMessage(message: string): string | undefined {
  text(message, 'trapClassOfMessage: the message');
  for (const [pattern, name] of V8_MESSAGES) if (pattern.test(message)) return name;
  for (const [kind, phrase] of Object.entries(TRAP_PHRASES)) {
    if (message.startsWith(phrase)) return CLASS_OF[kind as TrapKind];
  }
  return undefined;
}
