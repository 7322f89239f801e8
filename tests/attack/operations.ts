// What an instruction does by its operands: exceptions, deep recursion, tables of branches and calls, bulk operations of
// all lengths, growth, waits, calls of the host. Each case is a function \`f\` that never ends, or ends and is called again;
// what a unit of fuel costs in its first hundred units (lowering included), and later.
import { compile, type Instance, instantiate } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { cpu, type Figure, type Part, perUnit, type Settings } from './part.ts';
import { guests } from './guests.ts';

const HOST = {
  nothing: () => undefined,
  many: () => new Array(100).fill(1),
};

function load(text: string): Instance {
  return instantiate(compile(assemble(`(module ${text})`)), { host: HOST } as never, {
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
    execution.fuel = fuel;
    // What was owed was paid out of it.
    const had = Math.max(0, execution.fuel);
    try {
      if (execution.step() === 'done') this.execution = undefined;
    } catch (error) {
      this.ended = String(error).slice(0, 80);
      this.execution = undefined;
    }
    return { ms: cpu() - before, used: Math.max(1, had - execution.fuel) };
  }
}

/** Milliseconds that a stretch is to take. */
const STRETCH = 60;

function measure(name: string, { seed, short }: Settings): Figure[] {
  const text = guests(seed).get(name) as string;
  const runner = new Runner(load(text));
  const first = runner.run(100);
  let fuel = 200;
  let warm = { ms: Number.POSITIVE_INFINITY, used: 1 };
  for (let i = 0; i < (short ? 3 : 10); i++) {
    const one = runner.run(fuel);
    if (one.ms / one.used < warm.ms / warm.used) warm = one;
    const pace = Math.max(one.ms, 0.1) / one.used;
    fuel = Math.min(1e7, Math.max(100, Math.floor((short ? STRETCH / 4 : STRETCH) / pace)));
  }
  return [perUnit('first', first.ms, first.used, runner.ended), perUnit('warm', warm.ms, warm.used, runner.ended)];
}

export const OPERATIONS: Part = {
  cases: ({ short, seed }) => [...guests(seed).keys()].filter((_, i) => !short || i % 12 === 0),
  measure,
};
