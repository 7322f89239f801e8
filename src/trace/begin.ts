// The first half of a step: what is known of an instruction before it runs.
// Operands, the callee, and where most branches go are known then; results and changes are not.
import type { ProbeEvent } from '../interpreter/threads/probe.ts';
import { isFunc } from '../runtime/func.ts';
import type { FunctionInfo, Instruction, Label } from '../inspect/function-info.ts';
import { type Watch, watch } from './effects.ts';
import type { ModuleInfo, ModuleInfos } from '../inspect/module-info.ts';
import type { TypedValue } from '../inspect/values.ts';
import type { BranchEffect, Callee } from './step.ts';

/** An instruction that has begun. */
export interface Begun {
  readonly number: number;
  readonly event: ProbeEvent;
  readonly info: FunctionInfo;
  readonly instruction: Instruction;
  readonly inputs: readonly TypedValue[];
  readonly watch: Watch | undefined;
  readonly branch: BranchEffect | undefined;
  readonly callee: Callee | undefined;
  readonly returns: boolean;
  /** Nothing more will be known of it: it cannot fail, and has no results. */
  readonly complete: boolean;
  /** Its line is written already, without results. */
  shown: boolean;
}

/** Instructions without operands and results that cannot fail. */
const PLAIN: ReadonlySet<string> = new Set(['nop', 'block', 'loop', 'end', 'return', 'try_table', 'try']);

export function begin(event: ProbeEvent, number: number, module: ModuleInfo, modules: ModuleInfos): Begun {
  const info = module.func(event.func);
  const instruction = info.instruction(event.probe.offset);
  const target = branchLabel(event, instruction);
  const toFunc = target?.kind === 'func';
  const returns = instruction.returns || toFunc;
  const inputs = topValues(event, operandCount(info, instruction, returns));
  const branch = branchOf(instruction, target, inputs);
  return {
    number,
    event,
    info,
    instruction,
    inputs,
    watch: watch(event, instruction, inputs, module, (index) => info.names.local(index)),
    branch,
    callee: instruction.calls ? calleeOf(event, instruction, module, modules) : undefined,
    returns,
    complete: branch !== undefined || PLAIN.has(instruction.row.name),
    shown: false,
  };
}

/** The topmost values of the operand stack, those that the probe describes. */
export function topValues(event: ProbeEvent, count: number): TypedValue[] {
  const { stack } = event.probe;
  const values: TypedValue[] = [];
  for (let i = Math.max(0, stack.length - count); i < stack.length; i++) {
    values.push({ type: stack[i], bits: event.operand(i) });
  }
  return values;
}

function operandCount(info: FunctionInfo, { row, pops, labels }: Instruction, returns: boolean): number {
  if (row.name === 'br') return labels[0].arity;
  return returns && pops === 0 ? info.type.results.length : pops;
}

/** The label that a branch goes to, as far as its operand says; undefined where it is not taken, or nothing branches. */
function branchLabel(event: ProbeEvent, { row, labels }: Instruction): Label | undefined {
  if (row.name === 'br') return labels[0];
  if (row.name !== 'br_if' && row.name !== 'br_table') return undefined;
  const [{ bits }] = topValues(event, 1);
  if (row.name === 'br_if') return bits === 0n ? undefined : labels[0];
  return labels[Math.min(Number(bits), labels.length - 1)];
}

function branchOf(
  { row, jump }: Instruction,
  label: Label | undefined,
  inputs: readonly TypedValue[],
): BranchEffect | undefined {
  switch (row.name) {
    case 'br':
    case 'br_if':
    case 'br_table':
      return labelBranch(label);
    case 'if': {
      const holds = inputs[0].bits !== 0n;
      return { taken: !holds, to: holds ? undefined : jump, word: holds ? 'then' : 'else' };
    }
    case 'else':
      return { taken: true, to: jump, word: 'skip' };
    default:
      return undefined;
  }
}

function labelBranch(label: Label | undefined): BranchEffect {
  if (label === undefined) return { taken: false, to: undefined, word: 'not taken' };
  if (label.kind === 'func') return { taken: true, to: undefined, word: 'taken' };
  return { taken: true, to: label.target, word: label.kind === 'loop' ? 'loop' : 'taken' };
}

/** What a call goes to; undefined where it will trap instead. */
function calleeOf(
  event: ProbeEvent,
  { row, index, index2 }: Instruction,
  module: ModuleInfo,
  modules: ModuleInfos,
): Callee | undefined {
  const { instance } = event;
  if (row.imm === 'func') {
    if (index >= module.valid.importedFuncs) return { kind: 'wasm', name: module.funcName(index) };
    const func = instance.funcs[index];
    if (func?.instance === undefined) return { kind: 'host', name: module.importName(index) };
    return { kind: 'wasm', name: modules.nameFunc(func) };
  }
  const [{ bits }] = topValues(event, 1);
  const func = row.imm === 'call_indirect' ? instance.tables[index2].elements.read(Number(bits as bigint)) : bits;
  if (!isFunc(func)) return undefined;
  return func.instance === undefined ? { kind: 'host', name: '' } : { kind: 'wasm', name: modules.nameFunc(func) };
}
