// `objdump --lowered`: the code that the interpreter runs for a function. The module has to be valid for that.
import { disassemble } from '../lowering/disassemble.ts';
import { lowerFunction } from '../lowering/lower.ts';
import type { FeatureSet } from '../syntax/features.ts';
import { cutSaid } from '../syntax/shown.ts';
import { type ValidModule, validateModule } from '../validator/module.ts';
import type { Known } from './report.ts';

const validated = new WeakMap<Known, ValidModule>();

/** A function's lowered code, headed by its name. Throws InvalidError or UnsupportedError. */
export function loweredLines(known: Known, func: number, features: FeatureSet): string[] {
  let valid = validated.get(known);
  if (valid === undefined) {
    valid = validateModule(known.module, { features });
    validated.set(known, valid);
  }
  const code = disassemble(lowerFunction(valid, func));
  return ['', `${known.func(func)} (func ${func}) lowered:`, ...code.map((line) => `  ${cutSaid(line)}`)];
}
