// A trace for people: one line per instruction, in columns. docs/tracing.md explains them.
import { counted } from '../syntax/shown.ts';
import type { TypedValue } from '../inspect/values.ts';
import type { Shape } from '../inspect/function-info.ts';
import type { Effect, Step } from './step.ts';
import type { NameFunc } from '../runtime/reference-text.ts';
import { valueText } from '../inspect/values.ts';

const WIDTHS = { step: 7, place: 18, instruction: 26, operands: 22 } as const;
/** Deeper calls are not indented further: their depth stands there as a number. */
const MAX_BARS = 12;

/** Instructions whose operands are written around a sign; the part before `_s` or `_u` counts. */
const SIGNS = new Map([
  ['add', '+'],
  ['sub', '-'],
  ['mul', '*'],
  ['div', '/'],
  ['rem', '%'],
  ['and', '&'],
  ['or', '|'],
  ['xor', '^'],
  ['shl', '<<'],
  ['shr', '>>'],
  ['eq', '=='],
  ['ne', '!='],
  ['lt', '<'],
  ['gt', '>'],
  ['le', '<='],
  ['ge', '>='],
]);

const hex = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

function pad(cell: string, width: number): string {
  return cell.length < width ? cell.padEnd(width) : `${cell}  `;
}

function join(step: string, place: string, instruction: string, operands: string, effects: string): string {
  const cells = pad(step, WIDTHS.step) + pad(place, WIDTHS.place) + pad(instruction, WIDTHS.instruction);
  return (cells + pad(operands, WIDTHS.operands) + effects).trimEnd();
}

export const TEXT_HEADER = join('step', 'place', 'instruction', 'operands -> results', 'effects');

/** The line of a step. */
export function stepText(step: Step, nameFunc: NameFunc): string {
  const { depth, func, at, op, imm } = step;
  const indent = depth > MAX_BARS ? `${'|'.repeat(MAX_BARS)}…${depth} ` : '|'.repeat(depth);
  const instruction = imm === '' ? op : `${op} ${imm}`;
  const show = (value: TypedValue): string => valueText(value, nameFunc);
  return join(`#${step.number}`, `${indent}${func}+${hex(at)}`, instruction, operands(step, show), effects(step, show));
}

function operands(step: Step, show: (value: TypedValue) => string): string {
  const { outputs, op, shape } = step;
  const inputs = step.again ? '' : inputsText(shape, op, step.inputs.map(show));
  if (outputs === undefined || outputs.length === 0) return inputs;
  const results = outputs.map(show).join(', ');
  return `${inputs === '' ? '' : `${inputs} `}-> ${results}`;
}

function inputsText(shape: Shape, op: string, inputs: readonly string[]): string {
  switch (shape) {
    case 'call':
      return inputs.length === 0 && !op.includes('call') ? '' : `(${inputs.join(', ')})`;
    case 'call_indirect':
      return `(${inputs.slice(0, -1).join(', ')}) [${inputs[inputs.length - 1]}]`;
    case 'load':
      return `[${inputs[0]}]`;
    case 'store':
      return `[${inputs[0]}] <- ${inputs[1]}`;
    case 'condition': {
      const condition = inputs[inputs.length - 1];
      return `${condition} (${condition !== '0'})`;
    }
    default:
      return listText(op, inputs);
  }
}

function signOf(op: string): string | undefined {
  if (op[3] !== '.' || (op[0] !== 'i' && op[0] !== 'f')) return undefined;
  return SIGNS.get(op.endsWith('_s') || op.endsWith('_u') ? op.slice(4, -2) : op.slice(4));
}

function listText(op: string, inputs: readonly string[]): string {
  const sign = inputs.length === 2 ? signOf(op) : undefined;
  return inputs.join(sign === undefined ? ', ' : ` ${sign} `);
}

function effects(step: Step, show: (value: TypedValue) => string): string {
  const { branch, call, stop } = step;
  const parts = step.effects.map((one) => effectText(one, show));
  if (branch !== undefined) {
    const to = branch.to === undefined ? '' : ` to +${hex(branch.to - step.pc + step.at)}`;
    parts.push(branch.word + to);
  }
  if (call !== undefined && step.again) parts.push('< host');
  else if (call?.kind === 'host') parts.push(`> host ${call.name}`.trimEnd());
  else if (call !== undefined) parts.push(`> enter ${call.name} depth=${depthOf(step)}`);
  if (step.returns) parts.push('< return');
  if (stop !== undefined) parts.push(`! ${stop}`);
  return parts.join('  ');
}

/** How deep the callee runs: a tail call gives its own frame up. */
function depthOf({ op, depth }: Step): number {
  return op.startsWith('return_') ? depth : depth + 1;
}

/** Bytes in the order of their addresses, so that an i32 7 is `07000000`. */
export function bytesText(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function effectText(effect: Effect, show: (value: TypedValue) => string): string {
  if (effect.kind === 'set') return `${effect.name}: ${show(effect.before)} -> ${show(effect.after)}`;
  const memory = `mem${effect.memory === 0 ? '' : effect.memory}`;
  if (effect.kind === 'grow') return `${memory} ${effect.before} -> ${counted(effect.after, 'page')}`;
  const { at, size, before, after } = effect;
  const more = size > after.length ? '…' : '';
  const range = `${memory}[${at}..${at + size}]`;
  if (effect.kind === 'read') return `${range} ${bytesText(after)}${more}`;
  return `${range} ${bytesText(before)}${more} -> ${bytesText(after)}${more}`;
}
