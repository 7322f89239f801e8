// A trace changes nothing: the scripts of the official testsuite go the same way traced as untraced, command by command,
// and leave the same memories and globals. It is complete: every instruction has its line, once, in order; and it is
// right about where branches go: the next line of the frame is there.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Imports, type Instance, instantiate } from '../../src/index.ts';
import { readGlobalBits } from '../../src/interpreter/values/constant.ts';
import type { Monitor, ProbeEvent } from '../../src/interpreter/threads/probe.ts';
import type { Extern } from '../../src/runtime/instance.ts';
import { scriptEngine } from '../../src/script/engine.ts';
import { parseScript } from '../../src/script/parse.ts';
import type { Outcome } from '../../src/script/outcome.ts';
import { type Engine, runScript } from '../../src/script/run.ts';
import type { Script } from '../../src/script/script.ts';
import { Tracer } from '../../src/trace/index.ts';
import type { ValidModule } from '../../src/validator/module.ts';
import { dataFolder, missingData } from '../data.ts';

/** Instructions that a tracer gets to see; the few scripts with more go on without it, still traced code. */
const CHECKED = 50_000;

/** Scripts of many millions of instructions or calls: traced, each takes many seconds. WASMI_TS_LONG=1 runs them too. */
const LONG = ['return_call.wast', 'return_call_indirect.wast', 'return_call_ref.wast', 'skip-stack-guard-page.wast'];

interface Line {
  readonly s: number;
  readonly pc: number;
  readonly out: readonly unknown[] | null;
  readonly br: { readonly taken: boolean; readonly to: number | null } | null;
  readonly stop?: string;
  readonly again?: boolean;
}

/** Watches a tracer: keeps its lines, and what it was told. */
class Watched implements Monitor {
  readonly lines: string[] = [];
  readonly offsets: number[] = [];
  /** By step: the offset of the next instruction of the frame, where the frame goes on. */
  readonly next: (number | undefined)[] = [];
  private readonly frames = new Map<object, number[]>();
  readonly tracer = new Tracer({ write: (line) => this.lines.push(line), format: 'json' });

  instruction(event: ProbeEvent): void {
    const step = this.tracer.count;
    if (step >= CHECKED) return;
    this.note(event, step);
    this.tracer.instruction(event);
  }

  stopped(thread: object, error: unknown): void {
    this.frames.delete(thread);
    this.tracer.stopped(thread, error);
  }

  private note({ thread, depth, probe }: ProbeEvent, step: number): void {
    let steps = this.frames.get(thread);
    if (steps === undefined) this.frames.set(thread, (steps = []));
    steps.length = Math.min(steps.length, depth + 1);
    const before = steps[depth];
    if (before !== undefined) this.next[before] = probe.offset;
    steps[depth] = step;
    this.offsets.push(probe.offset);
  }
}

/** What an instance is left with, but for the bytes of its memories. */
function remains({ inner }: Instance): unknown {
  const memories = inner.memories.map(({ bytes }) => bytes.length);
  const globals = inner.module.globalTypes.map(({ val }, i) => (val > 0 ? 'ref' : readGlobalBits(inner.global(i))));
  return { memories, tables: inner.tables.map((table) => table.size), globals };
}

/** Which memories of two lists of instances differ. They are not copied: some have gigabytes, of which nothing was touched. */
function differingMemories(one: readonly Instance[], other: readonly Instance[]): number[] {
  const [ours, theirs] = [one, other].map((list) => list.flatMap(({ inner }) => inner.memories));
  return ours.flatMap(({ bytes }, i) => (Buffer.compare(bytes, theirs[i].bytes) === 0 ? [] : [i]));
}

function run(script: Script, monitor: Monitor | undefined): { outcomes: Outcome[]; instances: Instance[] } {
  const plain = scriptEngine();
  const instances: Instance[] = [];
  const engine: Engine<ValidModule, Instance, Extern> = {
    ...plain,
    instantiate(module, find) {
      const imports = Object.create(null) as Record<string, Record<string, Extern>>;
      for (const { module: from, name } of module.module.imports) {
        const value = find(from, name);
        imports[from] ??= Object.create(null) as Record<string, Extern>;
        if (value !== undefined) imports[from][name] = value;
      }
      const instance = instantiate(module, imports as Imports, monitor === undefined ? {} : { monitor });
      instances.push(instance);
      return instance;
    },
  };
  return { outcomes: runScript(script, engine), instances };
}

/** What is wrong with the lines of a trace. */
function mistakes({ lines, offsets, next, tracer }: Watched): string[] {
  const found: string[] = [];
  const seen = new Uint8Array(offsets.length);
  for (const text of lines) {
    const line = JSON.parse(text) as Line;
    if (line.s === undefined || line.s >= offsets.length || line.again === true) continue;
    seen[line.s]++;
    if (offsets[line.s] !== line.pc) found.push(`offset: ${text}`);
    const to = line.br?.to ?? undefined;
    if (line.stop === undefined && to !== undefined && next[line.s] !== undefined && next[line.s] !== to) {
      found.push(`goes on at ${next[line.s]}: ${text}`);
    }
    // A branch that is not taken goes on directly after: at most the length of its immediates away.
    if (line.br?.taken === false && line.stop === undefined && !(Number(next[line.s]) > line.pc)) {
      found.push(`goes on at ${next[line.s]}: ${text}`);
    }
  }
  seen.forEach((count, step) => {
    if (count !== 1) found.push(`step ${step} of ${tracer.count} has ${count} lines`);
  });
  return found;
}

const folder = dataFolder('testsuite');

describe.skipIf(folder === undefined)(folder === undefined ? missingData('testsuite') : 'traced scripts', () => {
  const root = folder ?? '';
  const files = folder === undefined ? [] : readdirSync(root).filter((file) => file.endsWith('.wast'));
  const scripts = files.filter((file) => process.env['WASMI_TS_LONG'] === '1' || !LONG.includes(file));

  test.each(scripts.sort())('%s goes the same way, and every instruction has a line', (file) => {
    const script = parseScript(readFileSync(join(root, file)));
    const watched = new Watched();
    const plain = run(script, undefined);
    const traced = run(script, watched);
    watched.tracer.finish();
    expect(traced.outcomes).toEqual(plain.outcomes);
    expect(traced.instances.map(remains)).toEqual(plain.instances.map(remains));
    expect(differingMemories(traced.instances, plain.instances)).toEqual([]);
    expect(mistakes(watched).slice(0, 10)).toEqual([]);
  });

  test('are many', () => {
    expect(scripts.length).toBeGreaterThan(200);
  });
});
