// Random nests of tries, throws, branches and calls give what a reference evaluator, which uses JavaScript's own
// exceptions, gives; fast and traced code agree on results and on fuel.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WasmException } from '../values/wasm-exception.ts';
import { encodeModule } from '../../encoder/encode.ts';
import { type Instance, compile, instantiate } from '../../index.ts';
import { DEFAULT_FEATURES, withFeatures } from '../../syntax/features.ts';
import { parseModule } from '../../text/parser.ts';

const TAGS = 3;
const LOCALS = 3;

interface Handler {
  readonly kind: number;
  readonly tag: number;
  readonly body: Node;
  /** Throw again what was caught, where the clause knows it. */
  readonly again: boolean;
}

type Node =
  | {
      readonly op: 'mix' | 'throw' | 'throwIf' | 'rethrow' | 'br' | 'brIf' | 'set' | 'get';
      readonly a: number;
      readonly b: number;
    }
  | { readonly op: 'seq'; readonly list: readonly Node[] }
  | { readonly op: 'block' | 'call' | 'host' | 'tail'; readonly body: Node }
  | { readonly op: 'delegate' | 'under' | 'loop'; readonly a: number; readonly body: Node }
  | { readonly op: 'table' | 'legacy'; readonly body: Node; readonly handlers: readonly Handler[] };

const small = fc.integer({ min: 0, max: 7 });

const { node } = fc.letrec<{ node: Node; handler: Handler }>((tie) => ({
  handler: fc.record({ kind: fc.nat(3), tag: fc.nat(TAGS - 1), body: tie('node'), again: fc.boolean() }),
  node: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constantFrom('mix', 'throw', 'throwIf', 'throwIf', 'rethrow', 'br', 'brIf', 'set', 'get'),
        a: small,
        b: small,
      }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ op: fc.constant('seq'), list: fc.array(tie('node'), { minLength: 1, maxLength: 4 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        op: fc.constantFrom('table', 'legacy'),
        body: tie('node'),
        handlers: fc.array(tie('handler'), { maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({ op: fc.constantFrom('delegate', 'under', 'loop'), a: small, body: tie('node') }),
    },
    { weight: 2, arbitrary: fc.record({ op: fc.constantFrom('block', 'call', 'host', 'tail'), body: tie('node') }) },
  ) as fc.Arbitrary<Node>,
}));

// ------------------------------------------------------------------------------------------------ reference evaluator

interface Exception {
  readonly tag: number;
  readonly value: number;
}
class Thrown {
  readonly exception: Exception;
  constructor(exception: Exception) {
    this.exception = exception;
  }
}
/** An exception on its way to the try, the block or the function that `delegate` names. */
class Delegated {
  readonly exception: Exception;
  readonly target: object;
  constructor(exception: Exception, target: object) {
    this.exception = exception;
    this.target = target;
  }
}
class Branch {
  readonly target: object;
  constructor(target: object) {
    this.target = target;
  }
}

interface State {
  acc: number;
  locals: number[];
}

const mix = (s: State, k: number): void => {
  s.acc = (Math.imul(s.acc, 31) + k) | 0;
};

/** Text and meaning of a node, made together so that they agree on what indices stand for. */
interface Made {
  readonly text: string;
  run(s: State): void;
}

/** A label in scope, innermost last; `caught` is what a legacy catch block that one is in caught. */
interface Label {
  readonly name: string;
  readonly target: object;
  readonly caught: { now: Exception } | undefined;
  readonly branch: boolean;
}

function runAll(list: readonly Made[], s: State): void {
  for (const one of list) one.run(s);
}

class Program {
  readonly functions: string[] = [];
  private names = 0;
  /** Functions under construction. */
  private refs: string[][] = [];

  name(): string {
    return `$n${this.names++}`;
  }

  func(body: Node, host: boolean): { name: string; index: number; run(s: State): void } {
    const target = {};
    this.refs.push([]);
    const made = this.make(body, [{ name: '', target, caught: undefined, branch: false }]);
    const refs = this.refs.pop() as string[];
    const index = this.functions.push('') - 1;
    const locals = Array.from({ length: LOCALS }, (_, i) => `(local $l${i} i32)`).join(' ');
    const declared = refs.map((ref) => `(local ${ref} exnref)`).join(' ');
    this.functions[index] =
      `(func $f${index} ${host ? `(export "f${index}")` : ''} ${locals} ${declared}\n${made.text})`;
    return {
      name: `$f${index}`,
      index,
      run(s) {
        const { locals: saved } = s;
        s.locals = new Array<number>(LOCALS).fill(0);
        try {
          made.run(s);
        } catch (error) {
          throw error instanceof Delegated && error.target === target ? new Thrown(error.exception) : error;
        } finally {
          s.locals = saved;
        }
      },
    };
  }

  make(n: Node, labels: readonly Label[]): Made {
    switch (n.op) {
      case 'seq': {
        const list = n.list.map((one) => this.make(one, labels));
        return { text: list.map(({ text }) => text).join('\n'), run: (s) => runAll(list, s) };
      }
      case 'block':
        return this.block(n.body, labels);
      case 'loop':
        return this.loop(n.a % 3, n.body, labels);
      case 'under':
        return this.under(n.a, n.body, labels);
      case 'call':
      case 'host': {
        const { name, index, run } = this.func(n.body, n.op === 'host');
        return { text: n.op === 'host' ? `(call $host (i32.const ${index}))` : `(call ${name})`, run };
      }
      case 'tail': {
        // A function that only calls another one, from inside of a try that must not see what that throws.
        const { name, run } = this.func(n.body, false);
        const index = this.functions.push('') - 1;
        this.functions[index] = `(func $f${index} (block $h (try_table (catch_all $h) (return_call ${name}))))`;
        return { text: `(call $f${index})`, run };
      }
      case 'table':
        return this.table(n.body, n.handlers, labels);
      case 'legacy':
        return this.legacy(n.body, n.handlers, labels);
      case 'delegate':
        return this.delegate(n.a, n.body, labels);
      default:
        return this.leaf(n.op, n.a, n.b, labels);
    }
  }

  leaf(op: string, a: number, b: number, labels: readonly Label[]): Made {
    const local = a % LOCALS;
    switch (op) {
      case 'throw':
      case 'throwIf': {
        const tag = a % TAGS;
        const text = `(throw $t${tag} (i32.add (global.get $acc) (i32.const ${b})))`;
        const go = (s: State): never => {
          throw new Thrown({ tag, value: (s.acc + b) | 0 });
        };
        if (op === 'throw') return { text, run: go };
        const condition = `(i32.and (global.get $acc) (i32.const 1))`;
        return { text: `(if ${condition} (then ${text}))`, run: (s) => void ((s.acc & 1) !== 0 && go(s)) };
      }
      case 'rethrow': {
        const catches = labels.filter(({ caught }) => caught !== undefined);
        if (catches.length === 0) return this.leaf('throw', a, b, labels);
        const { name, caught } = catches[a % catches.length];
        return {
          text: `(rethrow ${name})`,
          run: () => {
            throw new Thrown((caught as { now: Exception }).now);
          },
        };
      }
      case 'br':
      case 'brIf': {
        const targets = labels.filter(({ branch }) => branch);
        if (targets.length === 0) return this.leaf('mix', a, b, labels);
        const { name, target } = targets[a % targets.length];
        const go = (): never => {
          throw new Branch(target);
        };
        if (op === 'br') return { text: `(br ${name})`, run: go };
        return {
          text: `(br_if ${name} (i32.and (global.get $acc) (i32.const 2)))`,
          run: (s) => void ((s.acc & 2) !== 0 && go()),
        };
      }
      case 'set':
        return {
          text: `(local.set $l${local} (i32.add (global.get $acc) (i32.const ${b})))`,
          run: (s) => {
            s.locals[local] = (s.acc + b) | 0;
          },
        };
      case 'get':
        return { text: `(call $mix (local.get $l${local}))`, run: (s) => mix(s, s.locals[local]) };
      default:
        return { text: `(call $mix (i32.const ${a}))`, run: (s) => mix(s, a) };
    }
  }

  block(body: Node, labels: readonly Label[]): Made {
    const [name, target] = [this.name(), {}];
    const made = this.make(body, [...labels, { name, target, caught: undefined, branch: true }]);
    return { text: `(block ${name} ${made.text})`, run: (s) => leave(target, () => made.run(s)) };
  }

  loop(times: number, body: Node, labels: readonly Label[]): Made {
    const [name, out, counter] = [this.name(), this.name(), this.name()];
    const inside = [out, name].map((one) => ({ name: one, target: {}, caught: undefined, branch: false }));
    const made = this.make(body, [...labels, ...inside]);
    const inLoop = (s: State): void => leave(inside[0].target, () => leave(inside[1].target, () => made.run(s)));
    // Its counter stands in a global of its own, since bodies may call bodies.
    this.functions.push(`(global ${counter} (mut i32) (i32.const 0))`);
    const start = `(global.set ${counter} (i32.const ${times}))`;
    const step = `(global.set ${counter} (i32.sub (global.get ${counter}) (i32.const 1)))`;
    return {
      text: `${start} (block ${out} (loop ${name} (br_if ${out} (i32.le_s (global.get ${counter}) (i32.const 0)))
        ${step} ${made.text} (br ${name})))`,
      run: (s) => {
        for (let i = times; i > 0; i--) inLoop(s);
      },
    };
  }

  under(k: number, body: Node, labels: readonly Label[]): Made {
    const made = this.make(body, labels);
    const local = k % LOCALS;
    return {
      text: `(i32.mul (global.get $acc) (i32.const ${k})) (local.get $l${local})\n${made.text}\n(call $mix) (call $mix)`,
      run: (s) => {
        const [below, above] = [Math.imul(s.acc, k), s.locals[local]];
        made.run(s);
        mix(s, above);
        mix(s, below);
      },
    };
  }

  table(body: Node, handlers: readonly Handler[], labels: readonly Label[]): Made {
    const done = this.name();
    const names = handlers.map(() => this.name());
    // What is delegated to any of the blocks around clauses is thrown after all of them.
    const clauseBlocks = {};
    const outer = (i: number): readonly Label[] => [
      ...labels,
      { name: done, target: handlers, caught: undefined, branch: true },
      ...names.slice(i + 1).map((name) => ({ name, target: clauseBlocks, caught: undefined, branch: false })),
    ];
    const [own, inner] = [this.name(), {}];
    const tried = this.make(body, [...outer(-1), { name: own, target: inner, caught: undefined, branch: true }]);
    const blocks = handlers.map((one, i) => this.make(one.body, outer(i)));
    const kinds = handlers.map(({ kind }) => (['catch', 'catch_ref', 'catch_all', 'catch_all_ref'] as const)[kind]);
    const clauses = handlers.map(
      ({ tag }, i) => `(${kinds[i]} ${kinds[i].startsWith('catch_all') ? '' : `$t${tag}`} ${names[i]})`,
    );
    let text = `(try_table ${own} ${clauses.join(' ')}\n${tried.text}) (br ${done})`;
    handlers.forEach(({ again }, i) => {
      const ref = kinds[i].endsWith('_ref') ? this.name() : undefined;
      if (ref !== undefined) this.refs[this.refs.length - 1].push(ref);
      const type = `${kinds[i].startsWith('catch_all') ? '' : 'i32'} ${ref === undefined ? '' : 'exnref'}`;
      const keep = ref === undefined ? '' : `(local.set ${ref})`;
      const mixed = kinds[i].startsWith('catch_all') ? '' : '(call $mix)';
      const last = again && ref !== undefined ? `(throw_ref (local.get ${ref}))` : `(br ${done})`;
      text = `(block ${names[i]} (result ${type}) ${text})\n${keep} ${mixed} ${blocks[i].text} ${last}`;
    });
    const handle = (s: State, exception: Exception): boolean => {
      const i = handlers.findIndex(({ tag }, at) => kinds[at].startsWith('catch_all') || tag === exception.tag);
      if (i < 0) return false;
      if (!kinds[i].startsWith('catch_all')) mix(s, exception.value);
      blocks[i].run(s);
      if (handlers[i].again && kinds[i].endsWith('_ref')) throw new Thrown(exception);
      return true;
    };
    return {
      text: `(block ${done} ${text})`,
      run: (s) =>
        leave(handlers, () =>
          leave(clauseBlocks, () =>
            attempt(
              () => leave(inner, () => tried.run(s)),
              {},
              (exception) => handle(s, exception),
            ),
          ),
        ),
    };
  }

  legacy(body: Node, handlers: readonly Handler[], labels: readonly Label[]): Made {
    const [name, target] = [this.name(), {}];
    const label = { name, target, branch: true };
    const tried = this.make(body, [...labels, { ...label, caught: undefined }]);
    // catch_all comes last, once.
    const all = handlers.findIndex(({ kind }) => kind >= 2);
    const used = all < 0 ? handlers : handlers.slice(0, all + 1);
    const caught = used.map(() => ({ now: { tag: 0, value: 0 } }));
    const blocks = used.map((one, i) => this.make(one.body, [...labels, { ...label, caught: caught[i] }]));
    const texts = used.map(({ kind, tag, again }, i) => {
      const last = again ? `(rethrow ${name})` : '';
      return kind >= 2
        ? `(catch_all ${blocks[i].text} ${last})`
        : `(catch $t${tag} (call $mix) ${blocks[i].text} ${last})`;
    });
    const handle = (s: State, exception: Exception): boolean => {
      const i = used.findIndex(({ kind, tag }) => kind >= 2 || tag === exception.tag);
      if (i < 0) return false;
      const before = caught[i].now;
      caught[i].now = exception;
      try {
        if (used[i].kind < 2) mix(s, exception.value);
        blocks[i].run(s);
        if (used[i].again) throw new Thrown(exception);
      } catch (error) {
        throw error instanceof Delegated && error.target === target ? new Thrown(error.exception) : error;
      } finally {
        caught[i].now = before;
      }
      return true;
    };
    return {
      text: `(try ${name} (do ${tried.text}) ${texts.join('\n')})`,
      run: (s) =>
        leave(target, () =>
          attempt(
            () => tried.run(s),
            target,
            (exception) => handle(s, exception),
          ),
        ),
    };
  }

  delegate(a: number, body: Node, labels: readonly Label[]): Made {
    const [name, inner] = [this.name(), {}];
    const depth = a % labels.length;
    const { target } = labels[labels.length - 1 - depth];
    const made = this.make(body, [...labels, { name, target: inner, caught: undefined, branch: true }]);
    const to = labels[labels.length - 1 - depth].name;
    return {
      // The function's own label has no name: its depth is that of all labels.
      text: `(try ${name} (do ${made.text}) (delegate ${to === '' ? this.depthOfFunction(labels) : to}))`,
      run: (s) =>
        leave(inner, () => {
          attempt(
            () => made.run(s),
            inner,
            (exception) => {
              throw new Delegated(exception, target);
            },
          );
        }),
    };
  }

  private depthOfFunction(labels: readonly Label[]): string {
    return String(labels.length - 1);
  }
}

/** Runs what may branch to the end of a block, and what may delegate to it. */
function leave(target: object, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (error instanceof Delegated && error.target === target) throw new Thrown(error.exception);
    if (!(error instanceof Branch) || error.target !== target) throw error;
  }
}

/** Runs the body of a try; `handle` returns whether there was a handler. */
function attempt(run: () => void, target: object, handle: (exception: Exception) => boolean): void {
  try {
    run();
  } catch (error) {
    const mine = error instanceof Thrown || (error instanceof Delegated && error.target === target);
    if (!mine || !handle((error as Thrown).exception)) throw mine ? new Thrown((error as Thrown).exception) : error;
  }
}

// ------------------------------------------------------------------------------------------------------------ property

const features = withFeatures(DEFAULT_FEATURES, { 'legacy-exceptions': true });

/** What a run leaves: the accumulator, and what it threw. */
interface Result {
  readonly acc: number;
  readonly thrown: Exception | undefined;
}

function observe(instance: Instance, name: string, fuel: number): Result & { left: number } {
  const execution = instance.begin(name);
  execution.fuel = fuel;
  let thrown: Exception | undefined;
  try {
    expect(execution.step()).toBe('done');
  } catch (error) {
    if (!(error instanceof WasmException)) throw error;
    const tag = Array.from({ length: TAGS }, (_, i) => instance.exports[`t${i}`]).indexOf(error.tag as never);
    thrown = { tag, value: error.values[0] as number };
  }
  return { acc: instance.call('acc') as number, thrown, left: execution.fuel };
}

test('random nests of tries do what the reference evaluator does, fast and traced', () => {
  let caught = 0;
  let escaped = 0;
  fc.assert(
    fc.property(node, fc.integer(), (body, seed) => {
      const program = new Program();
      const main = program.func(body, true);
      const tags = Array.from({ length: TAGS }, (_, i) => `(tag $t${i} (export "t${i}") (param i32))`).join(' ');
      const text = `(module (import "h" "call" (func $host (param i32))) ${tags}
        (global $acc (mut i32) (i32.const ${seed}))
        (func (export "acc") (result i32) (global.get $acc))
        (func $mix (param i32)
          (global.set $acc (i32.add (i32.mul (global.get $acc) (i32.const 31)) (local.get 0))))
        ${program.functions.join('\n')})`;
      const state: State = { acc: seed, locals: [] };
      let thrown: Exception | undefined;
      try {
        main.run(state);
      } catch (error) {
        if (!(error instanceof Thrown)) throw error;
        thrown = error.exception;
      }
      const valid = compile(encodeModule(parseModule(text)), { features });
      const results = (['fast', 'traced'] as const).map((mode) => {
        let instance: Instance | undefined;
        const call = (index: number): undefined => (instance as Instance).call(`f${index}`) as undefined;
        instance = instantiate(valid, { h: { call } }, { mode });
        return observe(instance, `f${main.index}`, 1_000_000);
      });
      for (const { acc, thrown: out } of results) expect({ acc, thrown: out }).toEqual({ acc: state.acc, thrown });
      expect(results[0].left).toBe(results[1].left);
      if (thrown === undefined) caught++;
      else escaped++;
    }),
    { numRuns: Number(process.env['RUNS'] ?? 400) },
  );
  expect(Math.min(caught, escaped)).toBeGreaterThan(10);
});
