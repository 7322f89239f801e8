// What an instruction does by its operands: exceptions, deep recursion, tables of branches and calls, bulk operations of
// all lengths, growth, waits, calls of the host. Each case is a function \`f\` that never ends, or ends and is called again;
// what a unit of fuel costs in its first hundred units (lowering included), and later.
import { compile, type Instance, instantiate } from '../../src/index.ts';
import { cpu, type Figure, type Part, perUnit, type Settings } from './part.ts';
import { guestNamed, guestNames, leastFuel } from './guests.ts';

const HOST = {
  nothing: () => undefined,
  many: () => new Array(100).fill(1),
};

function load(bytes: Uint8Array): Instance {
  return instantiate(compile(bytes), { host: HOST } as never, {
    limits: { memoryBytes: 512 * 1024 * 1024 },
  });
}

/** Runs \`f\` of a guest by so much fuel at a time, and begins again where it ends. */
class Runner {
  private execution: ReturnType<Instance['begin']> | undefined;
  private readonly instance: Instance;
  ended = '';

  constructor(instance: Instance) {
    this.instance = instance;
  }

  /** Milliseconds of CPU time, and units that were used. */
  run(fuel: number): { ms: number; used: number } {
    const before = cpu();
    this.execution ??= this.instance.begin('f');
    const { execution } = this;
    execution.fuel = fuel + owedBy(execution);
    let left = 0;
    try {
      if (execution.step() === 'done') this.execution = undefined;
    } catch (error) {
      this.ended = String(error).slice(0, 80);
      this.execution = undefined;
    } finally {
      left = execution.fuel;
    }
    return { ms: cpu() - before, used: Math.max(1, fuel - left + owedBy(execution)) };
  }
}

/** What it has used above what it had: its fuel when it is given none. */
function owedBy(execution: ReturnType<Instance['begin']>): number {
  execution.fuel = 0;
  return -execution.fuel;
}

/** Milliseconds that a stretch is to take. */
const STRETCH = 60;

function measure(name: string, { seed, short }: Settings): Figure[] {
  // The first that runs is not to pay for what the engine itself needs once.
  new Runner(load(guestNamed('structs of 1 vectors', seed))).run(100);
  const runner = new Runner(load(guestNamed(name, seed)));
  const first = runner.run(100);
  const least = leastFuel(name);
  let fuel = 2 * least;
  let warm = { ms: Number.POSITIVE_INFINITY, used: 1 };
  for (let i = 0; i < (short ? 3 : 10); i++) {
    const one = runner.run(fuel);
    if (one.ms / one.used < warm.ms / warm.used) warm = one;
    const pace = Math.max(one.ms, 0.1) / one.used;
    fuel = Math.min(1e7, Math.max(least, Math.floor((short ? STRETCH / 4 : STRETCH) / pace)));
  }
  return [perUnit('first', first.ms, first.used, runner.ended), perUnit('warm', warm.ms, warm.used, runner.ended)];
}

export const OPERATIONS: Part = {
  cases: ({ short, seed }) => guestNames(seed).filter((_, i) => !short || i % 12 === 0),
  measure,
};
