// Clocks: clock_res_get, clock_time_get. Times are nanoseconds.
// https://github.com/WebAssembly/WASI/blob/wasi-0.1/preview1/docs.md#clock_time_get
import { refused } from '../host/errno.ts';
import type { Call } from '../kernel/dispatcher.ts';
import { CLOCK } from './abi.ts';

/** Writes the resolution of a clock as u64. INVAL: unknown clock. NOTSUP: no CPU clock on this host. FAULT. */
export function clockResGet(call: Call, id: number, resolution: number): void {
  readClock(call, id);
  call.guest.setU64(resolution, call.process.clock.resolution);
}

/** Writes the time of a clock as u64; `precision` is a hint and not used. INVAL, NOTSUP, FAULT as above. */
export function clockTimeGet(call: Call, id: number, _precision: bigint, time: number): void {
  call.guest.setU64(time, BigInt.asUintN(64, readClock(call, id)));
}

/** The two CPU clocks show the same: the interpreter's threads share one thread of the host. */
function readClock(call: Call, id: number): bigint {
  const { clock } = call.process;
  if (id === CLOCK.realtime) return clock.realtime();
  if (id === CLOCK.monotonic) return clock.monotonic();
  if (id !== CLOCK.processCpu && id !== CLOCK.threadCpu) throw refused('INVAL');
  const used = clock.cpuTime();
  if (used === undefined) throw refused('NOTSUP');
  return used;
}
