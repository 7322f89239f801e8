// Modules and shared memories in messages, under the polyfill: a program that clones and posts them in every way that Node
// has, run with Node's own WebAssembly and with ours, has to print the same.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { assemble } from '../../src/text/index.ts';
import { projectRoot } from '../data.ts';

const folder = mkdtempSync(join(tmpdir(), 'wasmi-ts-cloning-'));
afterAll(() => rmSync(folder, { recursive: true }));

const at = (name: string): string => pathToFileURL(join(projectRoot, 'dist/node/jsapi', name)).href;
const WAYS: [string, string[]][] = [
  ['polyfill/force', ['--import', at('polyfill-force.js')]],
  ['--jitless and the polyfill', ['--jitless', '--import', at('polyfill.js')]],
];

writeFileSync(
  join(folder, 'all.wasm'),
  assemble(`(module (memory (export "memory") 1) (table (export "table") 1 funcref) (global (export "global") i32 (i32.const 1))
    (tag (export "tag")) (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1))))`),
);
writeFileSync(
  join(folder, 'shared.wasm'),
  assemble(`(module (import "env" "memory" (memory 1 4 shared))
    (func (export "add") (param i32) (result i32) (i32.atomic.rmw.add (i32.const 0) (local.get 0)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0))))`),
);

const HEAD = `const { readFileSync } = require('node:fs');
const threads = require('node:worker_threads');
const { Worker, isMainThread, parentPort, workerData, MessageChannel, BroadcastChannel, receiveMessageOnPort } = threads;
const module_ = new WebAssembly.Module(readFileSync(__dirname + '/all.wasm'));
const sharedModule = new WebAssembly.Module(readFileSync(__dirname + '/shared.wasm'));
const memory = new WebAssembly.Memory({ initial: 1, maximum: 4, shared: true });
const works = (one) => one instanceof WebAssembly.Module && new WebAssembly.Instance(one).exports.add(1, 2);
const shares = (one) => one instanceof WebAssembly.Memory && one !== memory && one.buffer instanceof SharedArrayBuffer
  && (new Int32Array(one.buffer)[3]++, new Int32Array(memory.buffer)[3] === new Int32Array(one.buffer)[3]);
const outcome = (run) => { try { return String(run()); } catch (error) { return error.name; } };
`;

/** What a program prints; a child that hangs or fails shows. */
function run(options: readonly string[], text: string): string {
  const file = join(folder, 'program.cjs');
  writeFileSync(file, HEAD + text);
  const made = spawnSync(process.execPath, ['--no-warnings', ...options, file], { encoding: 'utf8', timeout: 60_000 });
  return (
    made.stdout + made.stderr.replace(/^Warning: disabling flag.*\n/gm, '') + (made.status === 0 ? '' : made.status)
  );
}

const PROGRAMS: Record<string, string> = {
  'structuredClone gives a Module and a shared Memory, wherever they are in the value': `
    const cyclic = { module_, list: [module_, memory, , 5], deep: { deep: [{ memory }] } };
    cyclic.self = cyclic;
    cyclic.map = new Map([['first', 1], [module_, memory], [cyclic, cyclic], ['last', 2]]);
    cyclic.set = new Set([1, memory, module_, cyclic, 'x']);
    cyclic.same = cyclic.list;
    class Holder { constructor() { this.memory = memory; this.more = 1n; } }
    Object.assign(cyclic, { date: new Date(0), bytes: new Uint8Array(3), pattern: /x/g, error: new RangeError('e'), holder: new Holder() });
    Object.defineProperty(cyclic, '__proto__', { value: [module_], enumerable: true });
    Object.defineProperty(cyclic, 'hidden', { value: () => 1 });
    cyclic[Symbol.iterator] = () => 1;
    const clone = structuredClone(cyclic);
    console.log(works(clone.module_), shares(clone.list[1]), shares(clone.deep.deep[0].memory));
    console.log(clone.self === clone, clone.list[0] === clone.module_, clone.same === clone.list, clone.list.length, 2 in clone.list);
    console.log([...clone.map.keys()].map((key) => typeof key + works(key)).join(), shares([...clone.map.values()][1]));
    console.log([...clone.map.keys()][1] === clone.module_, clone.map.get(clone) === clone, clone.set.has(clone), [...clone.set].map((one) => typeof one).join());
    console.log(clone.date.getTime(), clone.bytes.length, clone.pattern.flags, clone.error instanceof RangeError, clone.holder.more, shares(clone.holder.memory));
    console.log(clone.holder.constructor === Object, Object.keys(clone).join(), Object.getOwnPropertyDescriptor(clone, '__proto__').value.length);
    console.log(works(structuredClone(module_)), shares(structuredClone(memory)), cyclic.list[0] === module_, cyclic.map.size);`,
  'what cannot be cloned is a DataCloneError, wherever it is': `
    const instance = new WebAssembly.Instance(module_);
    const { table, global, tag, add } = instance.exports;
    const refused = { instance, exports: instance.exports, memory: instance.exports.memory, table, global, tag, add,
      constructed: [new WebAssembly.Memory({ initial: 1 }), new WebAssembly.Table({ initial: 1, element: 'anyfunc' }), new WebAssembly.Global({ value: 'i32' })],
      tagged: new WebAssembly.Tag({ parameters: [] }), exception: new WebAssembly.Exception(new WebAssembly.Tag({ parameters: [] }), []) };
    const { port1, port2 } = new MessageChannel();
    const channel = new BroadcastChannel('refused');
    for (const [name, one] of Object.entries(refused)) {
      for (const value of [one, [one], { module_, one }, new Map([[memory, one]])]) {
        if (name === 'exception' || name === 'tagged' || name === 'tag') { console.log(name, outcome(() => structuredClone(value))); continue; }
        console.log(name, outcome(() => structuredClone(value)), outcome(() => port1.postMessage(value)), outcome(() => channel.postMessage(value)));
        console.log(outcome(() => new Worker('', { eval: true, workerData: value })), outcome(() => require('node:v8').serialize(value)));
      }
    }
    console.log(outcome(() => structuredClone({ module_, get fails() { throw new RangeError('mine'); } })));
    console.log(outcome(() => structuredClone([module_, () => 1])), outcome(() => structuredClone()), outcome(() => port1.postMessage()));
    port1.close(); channel.close();`,
  'ports: with and without an event, by receiveMessageOnPort, with transfer': `
    const { port1, port2 } = new MessageChannel();
    const buffer = new ArrayBuffer(8);
    const inner = new MessageChannel();
    port1.postMessage({ module_, memory, buffer, port: inner.port1 }, [buffer, inner.port1]);
    const { message } = receiveMessageOnPort(port2);
    console.log(works(message.module_), shares(message.memory), message.buffer.byteLength, buffer.byteLength, message.port.constructor.name);
    console.log(receiveMessageOnPort(port2), (port1.postMessage('plain'), receiveMessageOnPort(port2).message));
    port2.once('message', (value) => {
      console.log('listener', works(value[0]), shares(value[1]));
      port2.addEventListener('message', (event) => {
        console.log('event', works(event.data.module_), event.data === event.data);
        port2.close();
      });
      port1.postMessage({ module_ });
    });
    port1.postMessage([module_, memory]);
    message.port.on('message', (value) => { console.log('inner', works(value)); message.port.close(); });
    inner.port2.postMessage(module_);`,
  'broadcast channels': `
    const [one, two] = [new BroadcastChannel('cloning'), new BroadcastChannel('cloning')];
    two.onmessage = (event) => { console.log(works(event.data.module_), shares(event.data.memory)); one.close(); two.close(); };
    one.postMessage({ module_, memory });`,
  'workers: their data, messages both ways, and bytes that are shared': `
    if (isMainThread) {
      const worker = new Worker(__filename, { workerData: { module_, nested: [memory, { sharedModule }] }, argv: ['x'] });
      const { exports } = new WebAssembly.Instance(sharedModule, { env: { memory } });
      worker.on('message', (value) => {
        if (value === 'ready') {
          console.log('main', exports.add(5), exports.grow(2));
          worker.postMessage({ again: memory, module_ });
        } else {
          console.log('from the worker', value.text, works(value.module_), memory.buffer.byteLength, new Int32Array(memory.buffer)[0], value.memory instanceof WebAssembly.Memory);
        }
      });
      worker.on('exit', (code) => console.log('exit', code));
    } else {
      const { nested: [first, { sharedModule }] } = workerData;
      const { exports } = new WebAssembly.Instance(sharedModule, { env: { memory: first } });
      for (let i = 0; i < 7; i++) exports.add(1);
      parentPort.postMessage('ready');
      parentPort.once('message', ({ again, module_ }) => {
        const text = [process.argv[2], works(workerData.module_), works(module_), exports.add(100), exports.grow(0),
          first.buffer.byteLength, again.buffer.byteLength, new Int32Array(again.buffer)[0], exports.grow(1)].join();
        parentPort.postMessage({ text, memory: new WebAssembly.Memory({ initial: 0, maximum: 1, shared: true }), module_: workerData.module_ });
      });
    }`,
  'modules keep the options that they were compiled with': `
    const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]);
    const clone = structuredClone(new WebAssembly.Module(bytes));
    bytes[0] = 1;
    console.log(WebAssembly.Module.exports(structuredClone(clone)).length, WebAssembly.Module.customSections(clone, 'x').length);`,
};

describe.each(WAYS)('with %s', (_title, options) => {
  it.each(Object.entries(PROGRAMS))('%s', (_name, text) => {
    const native = run([], text);
    expect(native).not.toBe('');
    expect(run(options, text)).toBe(native);
  });
});

it('a thread that has not loaded the polyfill gets an object that says what to load', () => {
  const text = `
    if (isMainThread) {
      const worker = new Worker(__filename, { execArgv: [], workerData: [module_] });
      worker.on('message', (value) => console.log(value));
    } else parentPort.postMessage(Object.keys(workerData)[0]);`;
  expect(run(WAYS[0][1], text)).toMatch(/load wasmi-ts\/polyfill in this thread/);
});

it('a worker whose class was taken before the polyfill refuses a Module, and does not hang', () => {
  const text = `
    const { WebAssembly: ours } = globalThis;
    console.log(outcome(() => new Early('', { eval: true, workerData: { module_ } })));
    threads.setEnvironmentData('x', module_);
    console.log(outcome(() => new threads.Worker('', { eval: true })));`;
  writeFileSync(join(folder, 'early.cjs'), "globalThis.Early = require('node:worker_threads').Worker;");
  const options = ['-r', join(folder, 'early.cjs'), ...WAYS[0][1]];
  expect(run(options, text)).toBe('DataCloneError\nDataCloneError\n');
});

it('a parcel that nobody made is a messageerror', () => {
  const text = `
    const { port1, port2 } = new MessageChannel();
    const { port1: raw, port2: arrives } = new MessageChannel();
    const send = (message) => new Promise((done) => {
      port2.once('message', (value) => done(typeof value));
      port2.once('messageerror', (error) => done('refused: ' + error.name));
      port1.postMessage(message);
    });
    (async () => {
      const mark = MARK;
      const empty = new SharedArrayBuffer(0);
      const type = { addr: 127, limits: { min: 9n, max: 9n }, shared: true, pageSizeLog2: 16 };
      for (const parts of [undefined, [{}], [{ module: { bytes: new Uint8Array(4), builtins: [], stringModule: null } }],
        [{ memory: { type, buffer: empty, length: empty } }], [{ memory: 5 }]])
        console.log(await send({ [mark]: true, message: 1, parts }));
      port1.close();
    })();`;
  const mark = 'This message has WebAssembly objects in it: load wasmi-ts/polyfill in this thread, too.';
  expect(run(WAYS[0][1], text.replace('MARK', JSON.stringify(mark)))).toMatch(/^(refused: \w*Error\n){5}$/);
});
