// Every export of wasmi-ts/wasi, wasmi-ts/node and wasmi-ts/testing, and what it does with arguments of other kinds: it says
// so at once. A new export without a row fails here. What options objects have is tried in tests/engine/entries.test.ts.
import { describe, expect, it } from 'vitest';
import * as testing from '../../src/testing/index.ts';
import * as wasi from '../../src/wasi/index.ts';
import * as node from '../../src/wasi/hosts/node.ts';
import { engine } from '../../src/engine.ts';

type Calls = readonly ((value: never) => unknown)[];
/** A way to call an export for each of its arguments, and the values that do not fit there, after those of no argument. */
type Row = readonly (readonly [call: (value: never) => unknown, ...wrong: unknown[]])[] | string;

const NOTHING = 'takes nothing';
const OBJECTS = [undefined, null, 5, 'x', true, {}];
const NUMBERS = ['5', null, {}, Number.NaN, 5n, true];
const FUNCTIONS = [null, 5, 'x', {}];
const CONTENTS = [undefined, null, 5, {}, [1], new ArrayBuffer(4), new Uint16Array(4)];
const ADDRESSES = [
  ...OBJECTS,
  { adress: '::' },
  { address: '::', port: 70_000 },
  { port: '0', backlg: 1 },
  { address: 5, port: 5 },
];
const PORTS = [
  { address: '::', port: '80' },
  { address: '::', port: -1 },
  { address: '::', port: 1.5 },
];

const directory = wasi.memoryDirectory({ a: 'x' });
const judged: never = { name: 'x', instantiate: () => {}, failure: () => {} } as never;
const bytes = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const WRONG_DIRECTORIES = [...OBJECTS, '/tmp', [], { openFile: 5, openDirectory: 5, statEntry: 5 }];
const WRONG_ENGINES = [...OBJECTS, { name: 'x', instantiate: 5, failure: 5 }];

const WASI_ROWS: Record<keyof typeof wasi, Row> = {
  ExitStatus: 'made by the system interface; holds what it is given',
  ERRNO: 'a table',
  SystemError: [[(errno) => new wasi.SystemError(errno), undefined, null, 5, 'NOPE', 'toString', '']],
  WASI: [
    [(options) => new wasi.WASI(options), null, 5, 'x'],
    [(write) => new wasi.WASI({ stdout: { type: 'unknown', write } as never }), 5, undefined],
    [(stdin) => new wasi.WASI({ stdin }), 5, {}, { subscribe: 5 }, { read: 5, subscribe: () => {} }],
    [(clock) => new wasi.WASI({ clock }), {}, { realtime: 5, monotonic: 5, schedule: 5, sleepSync: 5 }],
    [(random) => new wasi.WASI({ random }), { fill: 5 }],
    [(one) => new wasi.WASI({ listeners: [one] }), ...OBJECTS, { accept: 5, close: 5 }],
    [(one) => new wasi.WASI({ preopens: { '/': one } }), ...WRONG_DIRECTORIES.slice(1)],
    [(given) => new wasi.WASI().bind(given), ...OBJECTS],
    [(memory) => new wasi.WASI().bind({ memory }), ...OBJECTS, bytes, new DataView(new ArrayBuffer(8)), { buffer: 5 }],
    [(instance) => new wasi.WASI().start(instance), ...OBJECTS],
    [(instance) => new wasi.WASI().initialize(instance), ...OBJECTS],
    [(one) => new wasi.WASI().run(one, undefined as never), ...OBJECTS, { beginInstantiate: 5, yieldToHost: 5 }],
    [(module) => new wasi.WASI().run(engine, module), ...OBJECTS],
  ],
  Limits: [[(given) => new wasi.Limits(given), null, 5, 'x', [], { memoryBytes: '1MiB' }, { memory: 5 }]],
  awaited: [[(from) => wasi.awaited(from), ...WRONG_DIRECTORIES]],
  overlay: [[(base) => wasi.overlay(base), ...WRONG_DIRECTORIES]],
  readOnly: [[(base) => wasi.readOnly(base), ...WRONG_DIRECTORIES]],
  memoryDirectory: [
    [(tree) => wasi.memoryDirectory(tree), null, 5, 'x', [], new Map(), new Date(), bytes, Promise.resolve({})],
    [(a) => wasi.memoryDirectory({ a }), ...CONTENTS.filter((one) => !isPlain(one)), new Map(), new Date()],
  ],
  readFile: [
    [(from) => wasi.readFile(from, 'a'), ...WRONG_DIRECTORIES],
    [(name) => wasi.readFile(directory, name), undefined, null, 5],
  ],
  readText: [
    [(from) => wasi.readText(from, 'a'), ...WRONG_DIRECTORIES],
    [(name) => wasi.readText(directory, name), undefined, null, 5],
  ],
  LoopbackNetwork: [
    [(address) => new wasi.LoopbackNetwork().listen(address), ...ADDRESSES, ...PORTS],
    [(address) => new wasi.LoopbackNetwork().connect(address), ...ADDRESSES, ...PORTS],
    [(backlog) => new wasi.LoopbackNetwork().listen({ address: '::', port: 0 }, backlog), ...NUMBERS, 1.5, -1],
  ],
  BufferOutput: [[(limit) => new wasi.BufferOutput(limit), ...NUMBERS, -1, { limit: 5 }]],
  discardOutput: NOTHING,
  fixedInput: [[(data) => wasi.fixedInput(data), ...CONTENTS]],
  outputTo: [
    [(take) => wasi.outputTo(take), ...FUNCTIONS, undefined],
    [(type) => wasi.outputTo(() => {}, type), 'file', 5, null],
  ],
  QueueInput: [
    [(type) => new wasi.QueueInput(type), 'chardev', 'toString', 5, null, {}],
    [(data) => new wasi.QueueInput().push(data), ...CONTENTS],
  ],
  SourceInput: [
    [(source) => new wasi.SourceInput(source), ...OBJECTS, { getReader: 5 }],
    [(type) => new wasi.SourceInput([], type), 'chardev', 5, null],
  ],
  seededRandom: [[(seed) => wasi.seededRandom(seed), ...NUMBERS, undefined, 'x', 1.5, { seed: 5 }]],
  VirtualClock: [
    [(options) => new wasi.VirtualClock(options), null, 5, { start: 5 }],
    [(step) => new wasi.VirtualClock().advance(step), undefined, null, 5, '5'],
  ],
  portableClock: NOTHING,
  portableRandom: NOTHING,
};

const NODE_ROWS: Record<keyof typeof node, Row> = {
  directoriesHold: NOTHING,
  hasProcDescriptors: NOTHING,
  inputFromFd: [
    [(fd) => node.inputFromFd(fd, 'sync'), ...NUMBERS, undefined, -1, 1.5, 2 ** 31],
    [(mode) => node.inputFromFd(0, mode), undefined, null, 'Sync', { mode: 'sync' }],
  ],
  outputToFd: [[(fd) => node.outputToFd(fd), ...NUMBERS, undefined, -1, 1.5, 2 ** 31]],
  nodeClock: [[(step) => node.nodeClock(step), null, 1e9, '1000000000', { resolution: 5n }, -1n, 0n]],
  nodeRandom: NOTHING,
  nodeListener: [[(address) => node.nodeListener(address), ...ADDRESSES, ...PORTS]],
  nodeNetwork: [
    [(address) => node.nodeNetwork().listen(address), ...ADDRESSES, ...PORTS],
    [(address) => node.nodeNetwork().connect(address), ...ADDRESSES, ...PORTS],
    [(backlog) => node.nodeNetwork().listen({ address: '::1', port: 0 }, backlog), ...NUMBERS, 1.5, -1],
  ],
  NodeWASI: [[(options) => new node.NodeWASI(options), undefined, null, 5, {}, { version: 'preview2' }]],
  nodeDirectory: [
    [(path) => node.nodeDirectory(path), undefined, null, 5, {}],
    [(options) => node.nodeDirectory('.', options), null, 5, { readonly: true }],
  ],
  nodeHost: [[(options) => node.nodeHost(options), null, 5, { preopens: 5 }]],
  readOnly: [[(base) => node.readOnly(base), ...WRONG_DIRECTORIES]],
};

const MODULE_OPTIONS = [null, 5, 'x', { maxFunctions: 0.5 }, { nope: 1 }];
const test = { bytes, calls: [], features: new Set(), linked: undefined } as never;

const TESTING_ROWS: Record<keyof typeof testing, Row> = {
  DEFAULT_OPTIONS: 'a table',
  differential: [
    [(one) => testing.differential(one, judged), ...WRONG_ENGINES],
    [(one) => testing.differential(judged, one), ...WRONG_ENGINES],
    [(one) => testing.differential(judged, judged)(one), ...OBJECTS],
  ],
  functionBody: [
    [(type) => testing.functionBody(type), ...OBJECTS, { params: 5, results: [] }, { params: ['i33'], results: [] }],
    [(options) => testing.functionBody({ params: [], results: [] }, options), ...MODULE_OPTIONS],
  ],
  fuzzRound: [
    [(engines) => testing.fuzzRound(engines, {}, { seed: 1, runs: 0 }), ...OBJECTS, [1, 2], [judged, {}], []],
    [(options) => testing.fuzzRound([judged, judged], options, { seed: 1, runs: 0 }), ...MODULE_OPTIONS],
    [(rounds) => testing.fuzzRound([judged, judged], {}, rounds), ...OBJECTS, { seed: '1', runs: 1 }],
    [(watch) => testing.fuzzRound([judged, judged], {}, { seed: 1, runs: 0 }, watch), ...FUNCTIONS],
  ],
  genome: [[(depth) => testing.genome(depth), ...NUMBERS, undefined, -1, 1.5]],
  instruction: [[(options) => testing.instruction(options), ...MODULE_OPTIONS]],
  instructionRows: [[(options) => testing.instructionRows(options), ...MODULE_OPTIONS]],
  jsEngine: [
    [(name) => testing.jsEngine(name, (globalThis as never)['WebAssembly']), undefined, null, 5],
    [(namespace) => testing.jsEngine('x', namespace), ...OBJECTS],
  ],
  minimize: [
    [(module) => testing.minimize(module, () => false), ...OBJECTS, [0, 0x61]],
    [(fails) => testing.minimize(bytes, fails), ...FUNCTIONS, undefined],
    [(options) => testing.minimize(bytes, () => false, options), null, 5, { second: 5 }],
  ],
  minimizeTest: [
    [(one) => testing.minimizeTest(one, { a: '', b: '' } as never, () => ({}) as never, 1), ...OBJECTS],
    [(one) => testing.minimizeTest(test, one, () => ({}) as never, 1), ...OBJECTS],
    [(one) => testing.minimizeTest(test, { a: '', b: '' } as never, one, 1), ...FUNCTIONS, undefined],
    [(one) => testing.minimizeTest(test, { a: '', b: '' } as never, () => ({}) as never, one), ...NUMBERS, undefined],
  ],
  emitModule: [
    [(genome) => testing.emitModule(genome), ...OBJECTS],
    [(options) => testing.emitModule({ functions: [] } as never, options), ...MODULE_OPTIONS],
  ],
  module: [[(options) => testing.module(options), ...MODULE_OPTIONS]],
  moduleGenome: [[(options) => testing.moduleGenome(options), ...MODULE_OPTIONS]],
  mutants: [
    [(module) => testing.mutants(module, 1), ...OBJECTS, [0, 0x61]],
    [(count) => testing.mutants(bytes, count), ...NUMBERS, undefined, 'x', -1, 1.5],
    [(seed) => testing.mutants(bytes, 1, seed), ...NUMBERS, 1.5],
  ],
  script: [
    [(one) => testing.script(one), ...WRONG_ENGINES],
    [(options) => testing.script(judged, options), ...MODULE_OPTIONS],
  ],
  surelyEnds: [[(module) => testing.surelyEnds(module), ...OBJECTS, [0, 0x61]]],
  trapClass: [[(kind) => testing.trapClass(kind), undefined, null, 5, 'toString', '__proto__', 'nope']],
  trapClassOfMessage: [[(message) => testing.trapClassOfMessage(message), undefined, null, 5, {}]],
  validationRound: [
    [(all) => testing.validationRound(all, { seed: 1, runs: 0 }), ...OBJECTS, [], [{}], [{ options: {}, refuses: 5 }]],
    [(rounds) => testing.validationRound([{ options: {}, refuses: () => undefined }], rounds), ...OBJECTS.slice(1, 5)],
  ],
  value: [[(type) => testing.value(type), undefined, null, 'i33', 'toString', {}, 1.5]],
};

/** An object that memoryDirectory takes for a directory. */
function isPlain(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

const MODULES = [
  ['wasmi-ts/wasi', wasi, WASI_ROWS],
  ['wasmi-ts/node', node, NODE_ROWS],
  ['wasmi-ts/testing', testing, TESTING_ROWS],
] as const;

describe.each(MODULES)('%s', (_name, exports, rows) => {
  it('exports nothing that is not tried here', () => {
    expect(Object.keys(exports).sort()).toEqual(Object.keys(rows).sort());
  });

  const tried = Object.entries(rows as Record<string, Row>).flatMap(([name, row]) =>
    typeof row === 'string' ? [] : row.map(([call, ...wrong], i) => [name, i, call, wrong] as const),
  );

  it.each(tried)(
    '%s refuses arguments of another kind, and says what it needs (%i)',
    async (_export, _at, call, wrong) => {
      expect(wrong.length).toBeGreaterThan(0);
      for (const value of wrong) {
        const thrown = await outcome(call, value);
        expect([value, thrown instanceof TypeError || thrown instanceof RangeError]).toEqual([value, true]);
        // Not what V8 says of code that goes wrong within.
        expect((thrown as Error).message).not.toMatch(
          /Cannot (read|destructure|convert|mix)|is not (a function|iterable)/,
        );
      }
    },
  );
});

async function outcome(call: Calls[number], value: unknown): Promise<unknown> {
  try {
    await call(value as never);
    return undefined;
  } catch (error) {
    return error;
  }
}
