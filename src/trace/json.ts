// A trace for programs: one JSON object per line. docs/tracing.md lists the keys.
// New keys may come without a new version; what a key means changes only with one.
import { visibleJson } from '../syntax/visible.ts';
import type { TypedValue } from '../inspect/values.ts';
import type { Effect, Step } from './step.ts';
import { bytesText } from './text.ts';
import type { NameFunc } from '../runtime/reference-text.ts';
import { valueJson } from '../inspect/values.ts';

export const JSON_VERSION = 1;
export const JSON_HEADER = JSON.stringify({ trace: 'wasmi-ts', version: JSON_VERSION });

/** The line of a step. */
export function stepJson(step: Step, nameFunc: NameFunc): string {
  const value = (one: TypedValue): unknown => valueJson(one, nameFunc);
  const { branch, call } = step;
  const memory = step.effects.filter((one) => one.kind !== 'set');
  const sets = step.effects.filter((one) => one.kind === 'set');
  return visibleJson(
    JSON.stringify({
      s: step.number,
      f: step.func,
      pc: step.pc,
      op: step.op,
      imm: step.imm,
      in: step.inputs.map(value),
      out: step.outputs?.map(value) ?? null,
      mem: memory.map((one) => effectJson(one, value)),
      br: branch === undefined ? null : { taken: branch.taken, to: branch.to ?? null },
      depth: step.depth,
      ...(sets.length === 0 ? {} : { set: sets.map((one) => effectJson(one, value)) }),
      ...(call === undefined ? {} : { call }),
      ...(step.returns ? { ret: true } : {}),
      ...(step.stop === undefined ? {} : { stop: step.stop }),
      ...(step.again ? { again: true } : {}),
    }),
  );
}

function effectJson(effect: Effect, value: (one: TypedValue) => unknown): unknown {
  switch (effect.kind) {
    case 'set': {
      const { space, name, before, after } = effect;
      return { space, name, before: value(before), after: value(after) };
    }
    case 'grow': {
      const { memory, before, after } = effect;
      return { kind: 'grow', memory, before, after };
    }
    case 'read': {
      const { memory, at, size, after } = effect;
      return { kind: 'read', memory, at, size, bytes: bytesText(after) };
    }
    case 'write': {
      const { memory, at, size, before, after } = effect;
      return { kind: 'write', memory, at, size, before: bytesText(before), after: bytesText(after) };
    }
  }
}
