// Descriptors of this process that guests may have open: all of them together, three quarters of what the system allows,
// so that the host can go on opening files whatever they do. A guest has a limit of its own besides (limits: { handles }).
import { readFileSync } from 'node:fs';
import { platform } from 'node:process';
import { Budget } from '../../../runtime/budget.ts';
import { refused } from '../../host/errno.ts';

/** Where the system does not tell. */
const USUAL = 1024;

let budget: Budget<'handles'> | undefined;

/** Takes a descriptor that is about to be opened: MFILE where no more are left. */
export function takeHandle(): void {
  budget ??= new Budget({ handles: Math.floor((limitOfSystem() * 3) / 4) });
  if (!budget.charge('handles')) throw refused('MFILE');
}

/** It is closed, or could not be opened. */
export function returnHandle(): void {
  budget?.credit('handles');
}

/** Takes one for what Node closes by itself: what is returned gives it back, once. */
export function countedHandle(): () => void {
  takeHandle();
  let isOpen = true;
  return () => {
    if (isOpen) returnHandle();
    isOpen = false;
  };
}

/** Opens something as a descriptor that counts. */
export function opening<T>(open: () => T): T {
  takeHandle();
  try {
    return open();
  } catch (error) {
    returnHandle();
    throw error;
  }
}

/** `Max open files 1024 1048576 files`: the soft limit, which Node raises to the hard one when it starts. */
function limitOfSystem(): number {
  if (platform !== 'linux') return USUAL;
  try {
    const line = readFileSync('/proc/self/limits', 'utf8')
      .split('\n')
      .find((one) => one.startsWith('Max open files'));
    const soft = line?.split(' ').filter((word) => word !== '')[3];
    if (soft === 'unlimited') return Number.POSITIVE_INFINITY;
    return Number(soft) > 0 ? Number(soft) : USUAL;
  } catch {
    return USUAL;
  }
}
