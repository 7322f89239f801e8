// Room for objects of a guest: it is taken before they are allocated. Where there is none what can be reached is counted,
// which may take a while: an op of the loop is left for it, and made again afterwards.
import { checkTime, now } from '../../clock.ts';
import { charge, type Pay } from '../../runtime/fuel.ts';
import type { Heap } from '../../runtime/heap.ts';
import { type ModuleInstance, instancesOf } from '../../runtime/instance.ts';
import type { Limits } from '../../runtime/limits.ts';
import { type Making, type Thread, running } from './thread.ts';
import { Walk } from './walk.ts';

/** More fuel than there is in a stay in the loop. */
const LEAVE = 0x3fff_ffff;

/**
 * Leaves the loop from a function of the `out` op, which is done again when there is room: as for lack of fuel, which is
 * given back beforehand.
 */
export function outOfRoom(bytes: number): number {
  wantRoom(bytes).spend(-LEAVE);
  return -LEAVE;
}

/** The thread that runs has to make room before it goes on. */
export function wantRoom(bytes: number): Thread {
  const t = running[running.length - 1];
  t.making = { bytes };
  return t;
}

/** Makes room for a thread until the moment `end`. @throws ExhaustionError where there is not enough. */
export function makeRoom(t: Thread, making: Making, end: number): void {
  const { limits, unit } = t.instance;
  const { heap } = limits;
  const price = unit.prices.countedCell;
  const walk = (making.walk ??= begun(heap));
  // Objects are marked by the last count that has begun: another one goes on no more.
  while (!walk.isStale && !walk.step()) {
    t.spend(walk.due(price));
    if (t.fuel >= 0 && now() < end) continue;
    beTold(heap);
    if (t.fuel >= 0) t.pause();
    return;
  }
  let { live } = walk;
  // Others may have run in between, and moved things to where the walk had been: it begins anew, the third time at once.
  if (walk.isStale) {
    // It is paid once.
    t.spend(-walk.charged);
    making.walk = undefined;
    making.tries = (making.tries ?? 0) + 1;
    if (making.tries < MOST_TRIES) return;
    live = counted(heap, (again) => t.spend(again.due(price)));
  } else t.spend(walk.due(price));
  t.making = undefined;
  heap.disturb();
  settle(limits, live, making.bytes);
}

const MOST_TRIES = 3;

/** Whose objects are counted, and at which prices. */
type Guest = Pick<ModuleInstance, 'limits' | 'unit'>;

function begun(heap: Heap): Walk {
  heap.disturb();
  const walk = new Walk(heap);
  heap.counting = walk;
  return walk;
}

/** Others may run before a count goes on. Of the guest's instances that is told (first-calls.ts). */
function beTold(heap: Heap): void {
  instancesOf(heap).forEach(({ unit, paid }) => {
    if (unit.view === paid) unit.view = paid.slice();
  });
}

/**
 * Takes bytes for what is about to be allocated where an instance is made; between pieces of a count others may run. A
 * count is paid by `pay`, once where it has to begin anew.
 * @throws ExhaustionError
 */
export function* takeRoomInPieces({ limits, unit }: Guest, bytes: number, pay: Pay): Generator<undefined, void> {
  const { heap } = limits;
  heap.disturb();
  if (heap.add(bytes)) return;
  let paid = 0;
  const payFor = (walk: Walk): void => {
    checkTime();
    walk.due(unit.prices.countedCell);
    if (walk.charged <= paid) return;
    pay(walk.charged - paid);
    paid = walk.charged;
  };
  let live: number | undefined;
  for (let tries = 1; live === undefined && tries < MOST_TRIES; tries++) {
    const walk = begun(heap);
    while (!walk.isStale && !walk.step()) {
      payFor(walk);
      beTold(heap);
      yield;
    }
    payFor(walk);
    if (!walk.isStale) live = walk.live;
  }
  live ??= counted(heap, payFor);
  heap.disturb();
  settle(limits, live, bytes);
  heap.add(bytes);
}

/** Whether a function of ours is called by an op, which is done again when there is room. */
export const room = { mayWait: false };

/** The same for the guest that runs now, if one does; false where its function is called again when there is room. */
export function takeRoomOfCaller(bytes: number): boolean {
  if (running.length === 0) return true;
  const { instance } = running[running.length - 1];
  if (!room.mayWait) {
    for (const _piece of takeRoomInPieces(instance, bytes, charge));
  } else if (!instance.heap.add(bytes)) {
    wantRoom(bytes);
    return false;
  }
  return true;
}

function counted(heap: Heap, afterPiece: (walk: Walk) => void): number {
  const walk = new Walk(heap);
  for (let done = false; !done; afterPiece(walk)) done = walk.step();
  return walk.live;
}

/** The part of a limit that may be in use after a walk: what is left has to be worth it, or there would be another one soon. */
const MOST = 0.9375;

function settle(limits: Limits, live: number, bytes: number): void {
  const { heap } = limits;
  // Who is past the limit may go on as long as it allocates nothing: that is how it lets go of something.
  heap.settle(live);
  if (live + bytes > heap.most * MOST) throw limits.exhausted('objectBytes', `${bytes} bytes`);
}
