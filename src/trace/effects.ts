// What an instruction changes besides the stack: memory bytes, memory sizes, locals, globals, table elements.
// https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions
// The state before is read when the instruction begins, the state after when the next one does.
import { readGlobalBits } from '../interpreter/values/constant.ts';
import { toUnsigned } from '../syntax/bits.ts';
import type { ProbeEvent } from '../interpreter/threads/probe.ts';
import { referenceOut } from '../runtime/references.ts';
import type { Memory } from '../runtime/memory.ts';
import type { Bits } from '../runtime/values.ts';
import { cut } from '../syntax/shown.ts';
import { I64, type ValType } from '../syntax/types.ts';
import type { Instruction } from '../inspect/function-info.ts';
import type { ModuleInfo } from '../inspect/module-info.ts';
import type { TypedValue } from '../inspect/values.ts';
import type { Effect } from './step.ts';

/** Bytes of an access that are kept. */
const SHOWN_BYTES = 16;

/** Returns what changed; called when the instruction has come to its end. */
export type Watch = () => Effect | undefined;

/** A value inside as the host sees it: as operands are. */
function outward(type: ValType, bits: Bits): Bits {
  return type > 0 ? referenceOut(type, bits) : bits;
}

/** Addresses, indices and sizes are unsigned. */
function unsigned({ type, bits }: TypedValue): number {
  return Number(toUnsigned(type === I64 ? 64 : 32, bits as bigint));
}

/** What to look at again when the instruction has run, or undefined where it changes nothing but the stack. */
export function watch(
  event: ProbeEvent,
  instruction: Instruction,
  inputs: readonly TypedValue[],
  module: ModuleInfo,
  local: (index: number) => string,
): Watch | undefined {
  if (instruction.touchesMemory) return watchMemory(event, instruction, inputs);
  const { index } = instruction;
  const { instance } = event;
  switch (instruction.row.name) {
    case 'local.set':
    case 'local.tee': {
      const [after] = inputs;
      const before = { type: event.probe.locals.types[index], bits: event.local(index) };
      const name = local(index);
      return () => ({
        kind: 'set',
        space: 'local',
        name: name.startsWith('$') ? cut(name) : `local ${name}`,
        before,
        after,
      });
    }
    case 'global.set': {
      const global = instance.global(index);
      const [after] = inputs;
      const before = { type: after.type, bits: outward(after.type, readGlobalBits(global)) };
      return () => ({ kind: 'set', space: 'global', name: module.entryName('global', index), before, after });
    }
    case 'table.set': {
      const [at, after] = inputs;
      const element = unsigned(at);
      const before = { type: after.type, bits: outward(after.type, instance.tables[index].elements.read(element)) };
      const name = `${module.entryName('table', index)}[${element}]`;
      return () => ({ kind: 'set', space: 'table', name, before, after });
    }
    default:
      return undefined;
  }
}

function watchMemory({ instance }: ProbeEvent, instruction: Instruction, inputs: readonly TypedValue[]): Watch {
  const { row, index, index2 } = instruction;
  const memoryIndex = row.name === 'memory.init' ? index2 : index;
  const memory = instance.memories[memoryIndex];
  if (row.name === 'memory.grow') {
    const before = memory.pages;
    return () =>
      memory.pages === before ? undefined : { kind: 'grow', memory: memoryIndex, before, after: memory.pages };
  }
  const { at, size, writes } = range(instruction, inputs);
  const before = bytesAt(memory, at, size);
  return () => {
    const kind = writes ? 'write' : 'read';
    if (size === 0) return undefined;
    return { kind, memory: memoryIndex, at, size, before, after: bytesAt(memory, at, size) };
  };
}

/** The bytes that an access means, whether or not they are there. */
function range(
  { row, memOffset }: Instruction,
  inputs: readonly TypedValue[],
): { at: number; size: number; writes: boolean } {
  const at = unsigned(inputs[0]);
  // memory.fill, memory.copy and memory.init take destination, something, size.
  if (row.align === undefined) return { at, size: unsigned(inputs[2]), writes: true };
  const writes = row.sig?.pushes.length === 0 || row.name.includes('rmw');
  return { at: at + Number(memOffset), size: 2 ** row.align, writes };
}

function bytesAt(memory: Memory, at: number, size: number): Uint8Array {
  return memory.view.slice(at, at + Math.min(size, SHOWN_BYTES));
}
