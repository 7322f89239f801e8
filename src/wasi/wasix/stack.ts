// Control flow: checkpoints of the stack (setjmp and longjmp), and contexts (coroutines).
// A checkpoint is a copy of frames; memory stays as it is when a guest goes back. Exports that rewind a guest by itself
// (Asyncify) are ignored.
import { Trap } from '../../errors.ts';
import { Checkpoints } from '../../runtime/checkpoints.ts';
import { charge, payerNow } from '../../runtime/fuel.ts';
import type { Func } from '../../runtime/instance.ts';
import { PRICES } from '../../syntax/prices.ts';
import { refused } from '../host/errno.ts';
import type { Calls } from '../kernel/calls.ts';
import { Contexts } from '../kernel/contexts.ts';
import { Control } from '../kernel/control.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { familyOf } from '../kernel/family.ts';
import type { GuestCall } from '../kernel/scheduler.ts';
import { type Chapter, chapter } from './chapter.ts';

// biome-ignore format: a table
const TABLE = {
  stack_checkpoint: 'snapshot:ptr value:*u64',
  stack_restore:    'snapshot:ptr value:u64 noreturn',
  context_create:   'context:*u64 entrypoint:ptr',
  context_switch:   'context:u64',
  context_destroy:  'context:u64',
} as const;

export function stack(): Chapter[] {
  return [
    chapter(TABLE, {
      stack_checkpoint: stackCheckpoint,
      stack_restore: stackRestore,
      context_create: contextCreate,
      context_switch: contextSwitch,
      context_destroy: contextDestroy,
    }),
  ];
}

/** Bytes of the structure `0 user u64 | 8 hash, two u64`; its number stands in the hash, and its value's address in `user`. */
const SNAPSHOT_SIZE = 24;
const ID = 8;
const USER = 0;

function parkedCall({ thread, process }: Call): { readonly calls: Calls; readonly own: GuestCall } {
  const { calls } = process;
  const own = thread.call;
  if (calls === undefined || own === undefined) throw refused('NOTSUP');
  return { calls, own };
}

/** Charges who calls for the stack that is copied when it is parked, and for elements of what else is. To be asked for before. */
export function payingForStack(call: Call): (elements: number) => void {
  const payer = payerNow();
  const { byte, element } = call.caller?.unit.prices ?? PRICES;
  return (elements) => {
    const { calls, own } = parkedCall(call);
    const { slots, frames } = calls.placeOf(own).parked;
    charge(Math.floor(4 * (slots.length + frames.length) * byte + elements * element), payer);
  };
}

/** setjmp: writes 0, and the value of stack_restore when that comes back here. NOTSUP, NOMEM. */
function stackCheckpoint(call: Call, snapshot: number, value: number): Control {
  const { guest, thread, process } = call;
  guest.check(snapshot, SNAPSHOT_SIZE);
  guest.check(value, 8);
  const pay = payingForStack(call);
  return new Control((done) => {
    pay(0);
    const { calls, own } = parkedCall(call);
    const known = thread.checkpoints.get(own) ?? new Checkpoints(process.limits);
    thread.checkpoints.set(own, known);
    const id = known.save(calls.placeOf(own));
    guest.span(snapshot, SNAPSHOT_SIZE).fill(0);
    guest.setU64(snapshot + USER, BigInt(value));
    guest.setU64(snapshot + ID, BigInt(id));
    guest.setU64(value, 0n);
    done();
  });
}

/** longjmp: goes on where the checkpoint was made, with a value, which is never 0. Traps where that is gone. */
function stackRestore(call: Call, snapshot: number, value: bigint): Control {
  const { guest, thread } = call;
  guest.check(snapshot, SNAPSHOT_SIZE);
  const id = guest.u64(snapshot + ID);
  const out = Number(guest.u64(snapshot + USER));
  const pay = payingForStack(call);
  return new Control(() => {
    pay(0);
    const { calls, own } = parkedCall(call);
    const place = thread.checkpoints.get(own)?.restore(Number(id), calls.placeOf(own));
    if (place === undefined) throw new Trap('unreachable', 'stack_restore: the frame of its checkpoint has returned');
    guest.setU64(out, value === 0n ? 1n : value);
    calls.goOnAt(own, place, 0);
  });
}

/** Writes the number of a new context, which begins with a function of the table when it is switched to. INVAL, NOTSUP, NOMEM. */
function contextCreate(call: Call, id: number, entrypoint: number): void {
  const { guest, thread, process, caller } = call;
  guest.check(id, 8);
  const func = caller?.tables[0]?.elements.read(entrypoint) as Func | null | undefined;
  if (func?.instance === undefined) throw refused('INVAL');
  const { params, results } = func.signature;
  if (params.length + results.length > 0) throw refused('INVAL');
  const { calls } = process;
  if (calls === undefined || thread.scheduled === undefined) throw refused('NOTSUP');
  const owner = {
    get call() {
      return thread.call;
    },
    change: (next: GuestCall) => familyOf(call.process).change(thread, next),
    forget: (gone: GuestCall) => thread.forget(gone),
  };
  thread.contexts ??= new Contexts(owner, process.limits);
  guest.setU64(
    id,
    thread.contexts.create(() => calls.begin(func, [])),
  );
}

/** Goes on with another context, and returns when one goes back. INVAL: there is none that is suspended. */
function contextSwitch({ thread }: Call, id: bigint): Control | undefined {
  const { contexts } = thread;
  if (id === (contexts?.active ?? 0n)) return undefined;
  if (contexts === undefined) throw refused('INVAL');
  return new Control((done, fail) => contexts.switchTo(id, done, fail));
}

/** Lets go of a context. INVAL: that which runs, and the first one. */
function contextDestroy({ thread }: Call, id: bigint): void {
  const { contexts } = thread;
  if (id === (contexts?.active ?? 0n) || id === 0n) throw refused('INVAL');
  contexts?.destroy(id);
}
