// In which order the methods of WASI and NodeWASI may be called: every pair of calls, at every moment.
import { describe, expect, test } from 'vitest';
import { compile, engine, type Instance, instantiate, LinkError } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';
import { WASI } from '../../src/wasi/index.ts';
import { NodeWASI } from '../../src/wasi/hosts/node.ts';

const compiled = (text: string) => compile(assemble(text));
const COMMAND = compiled('(module (memory (export "memory") 1) (func (export "_start")))');
const REACTOR = compiled('(module (memory (export "memory") 1) (func (export "_initialize")))');
/** Calls the host while it runs. */
const CALLING = compiled(
  '(module (import "h" "f" (func $f)) (memory (export "memory") 1) (func (export "_start") (call $f)))',
);
const instanceOf = (module: typeof COMMAND): Instance => instantiate(module);

/** How a call ended: 'ok', or the first words of what was thrown. */
async function outcome(call: () => unknown): Promise<string> {
  try {
    await call();
    return 'ok';
  } catch (error) {
    return error instanceof Error ? ((error as { code?: string }).code ?? error.message.split(':')[0]) : 'no error';
  }
}

type Method = 'bind' | 'initialize' | 'start' | 'run' | 'close';
const METHODS: readonly Method[] = ['bind', 'initialize', 'start', 'run', 'close'];

const CALLS: Record<Method, (wasi: WASI) => unknown> = {
  bind: (wasi) => wasi.bind({ memory: { bytes: new Uint8Array(8) } }),
  initialize: (wasi) => wasi.initialize(instanceOf(REACTOR)),
  start: (wasi) => wasi.start(instanceOf(COMMAND)),
  run: (wasi) => wasi.run(engine, COMMAND),
  close: (wasi) => wasi.close(),
};

/** After what one may begin: the moment that a call leaves behind. */
const AFTER: Record<Method, 'new' | 'over'> = {
  bind: 'new',
  initialize: 'new',
  start: 'over',
  run: 'over',
  close: 'over',
};

/** What may be called when: by the moment, the methods that are refused. */
const REFUSED: Record<'new' | 'running' | 'over', readonly Method[]> = {
  new: [],
  running: ['start', 'run'],
  over: ['bind', 'initialize', 'start', 'run'],
};

describe.each(['async', 'sync'] as const)('WASI in mode %s', (mode) => {
  const wanted = (moment: 'new' | 'running' | 'over', method: Method): string =>
    REFUSED[moment].includes(method) ? `WASI.${method}` : 'ok';

  test.each(METHODS.flatMap((first) => METHODS.map((second): [Method, Method] => [first, second])))(
    'after %s: %s',
    async (first, second) => {
      const wasi = new WASI({ mode });
      expect(await outcome(() => CALLS[first](wasi))).toBe('ok');
      expect(await outcome(() => CALLS[second](wasi))).toBe(wanted(AFTER[first], second));
      expect(await outcome(() => CALLS[first](wasi))).toBe(
        wanted(AFTER[first] === 'over' ? 'over' : AFTER[second], first),
      );
    },
  );

  test.each(METHODS)('while its program runs: %s', async (method) => {
    for (const begin of ['start', 'run'] as const) {
      const wasi = new WASI({ mode });
      let within: Promise<string> | undefined;
      const imports = { h: { f: () => void (within = outcome(() => CALLS[method](wasi))) } };
      const ended = await outcome(() =>
        begin === 'start' ? wasi.start(instantiate(CALLING, imports)) : wasi.run(engine, CALLING, { imports }),
      );
      expect([begin, await within, ended]).toEqual([begin, wanted('running', method), 'ok']);
      expect(await outcome(() => CALLS[method](wasi))).toBe(wanted('over', method));
    }
  });

  test('a program that was refused before it began used the object up', async () => {
    const both = compiled('(module (func (export "_start")) (func (export "_initialize")))');
    const wasi = new WASI({ mode });
    for (const wrong of [REACTOR, both]) {
      await expect((async () => wasi.start(instanceOf(wrong)))()).rejects.toThrow(
        wrong === both ? LinkError : TypeError,
      );
      await expect((async () => wasi.run(engine, wrong))()).rejects.toThrow(wrong === both ? LinkError : TypeError);
    }
    expect(await outcome(() => CALLS.start(wasi))).toBe('ok');
  });

  test('a reactor that fails to begin does not use it up', async () => {
    const wasi = new WASI({ mode });
    const trapping = compiled('(module (func (export "_initialize") unreachable))');
    expect(await outcome(() => wasi.initialize(instanceOf(trapping)))).toBe('trap');
    expect(await outcome(() => CALLS.initialize(wasi))).toBe('ok');
    expect(await outcome(() => CALLS.start(wasi))).toBe('ok');
  });
});

type NodeMethod = 'initialize' | 'start' | 'finalizeBindings' | 'close';
const NODE_METHODS: readonly NodeMethod[] = ['initialize', 'start', 'finalizeBindings', 'close'];

const NODE_CALLS: Record<NodeMethod, (wasi: NodeWASI) => unknown> = {
  initialize: (wasi) => wasi.initialize(shown(REACTOR)),
  start: (wasi) => wasi.start(shown(COMMAND)),
  finalizeBindings: (wasi) => wasi.finalizeBindings(shown(COMMAND)),
  close: (wasi) => wasi.close(),
};

/** As engines show instances to Node: exports are functions. */
function shown(module: typeof COMMAND, imports = {}): Instance {
  const instance = instantiate(module, imports);
  const functions = Object.entries(instance.exports).map(([name, value]) => [
    name,
    value.kind === 'func' ? () => instance.call(name) : value,
  ]);
  return { exports: Object.fromEntries(functions) } as Instance;
}

describe('NodeWASI', () => {
  const wanted = (second: NodeMethod): string => (second === 'close' ? 'ok' : 'ERR_WASI_ALREADY_STARTED');

  test.each(NODE_METHODS.flatMap((first) => NODE_METHODS.map((second): [NodeMethod, NodeMethod] => [first, second])))(
    'after %s: %s',
    async (first, second) => {
      const wasi = new NodeWASI({ version: 'preview1' });
      expect(await outcome(() => NODE_CALLS[first](wasi))).toBe('ok');
      expect(await outcome(() => NODE_CALLS[second](wasi))).toBe(wanted(second));
    },
  );

  test.each(NODE_METHODS)('while its program runs: %s', async (method) => {
    const wasi = new NodeWASI({ version: 'preview1' });
    let within: Promise<string> | undefined;
    const f = () => void (within = outcome(() => NODE_CALLS[method](wasi)));
    expect(wasi.start(shown(CALLING, { h: { f } }))).toBe(0);
    expect(await within).toBe(wanted(method));
  });

  test('was started after it was closed, on descriptors that were closed', () => {
    const wasi = new NodeWASI({ version: 'preview1' });
    wasi.close();
    expect(() => wasi.start(shown(COMMAND))).toThrow(
      'WASI instance was closed, and its descriptors are: make a new one',
    );
  });
});
