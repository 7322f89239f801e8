// What every chapter of WASIX is: a table of functions in the words of kernel/table.ts, what they do, and what they cost.
// A function of a table that is not built links, and returns NOSYS.
import { Trap } from '../../errors.ts';
import { refused } from '../host/errno.ts';
import type { PricesOf } from '../kernel/cost.ts';
import type { SystemCall } from '../kernel/dispatcher.ts';
import type { CallsOf, FunctionTable } from '../kernel/table.ts';
import { notBuilt } from '../messages.ts';

export interface Chapter {
  readonly table: FunctionTable;
  readonly calls: Readonly<Record<string, SystemCall>>;
  readonly prices: PricesOf<string>;
  /** Functions that are not built. */
  readonly missing: readonly string[];
}

/** A chapter of a table; what is missing of its calls is not built. */
export function chapter<Table extends FunctionTable>(
  table: Table,
  calls: Partial<CallsOf<Table>>,
  prices?: PricesOf<string & keyof Table>,
): Chapter {
  const built = new Map(Object.entries(calls as Readonly<Record<string, SystemCall>>));
  const all = Object.entries(table).map(([name, row]) => [name, built.get(name) ?? stub(name, row)]);
  const missing = Object.keys(table).filter((name) => !built.has(name));
  return { table, calls: Object.fromEntries(all), prices: (prices ?? {}) as PricesOf<string>, missing };
}

/** What is not built: NOSYS. What could tell it to nobody does nothing, and where it would not return, it traps. */
function stub(name: string, row: string): SystemCall {
  if (row.endsWith('nothing')) return () => undefined;
  return () => {
    if (row.endsWith('noreturn')) throw new Trap('unreachable', notBuilt(name));
    throw refused('NOSYS');
  };
}
