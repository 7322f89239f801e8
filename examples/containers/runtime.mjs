#!/usr/bin/env node
// An OCI runtime for container engines: the command line of runc, as far as containerd and Docker use it, around
// `wasmi-ts oci` (docs/containers.md). A container is a process of this machine in which nothing but our interpreter runs.
// https://github.com/opencontainers/runtime-spec/blob/main/runtime.md#operations
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The command line that runs bundles. */
const WASMI_TS = process.env.WASMI_TS ?? 'wasmi-ts';

/** The runtime for containers that are no WebAssembly, such as the one that holds a pod of Kubernetes; none: they are refused. */
const OTHERS = process.env.WASMI_TS_OTHERS;

const OPTIONS = {
  root: { type: 'string', default: '/run/wasmi-ts' },
  log: { type: 'string' },
  'log-format': { type: 'string', default: 'text' },
  bundle: { type: 'string', short: 'b', default: '.' },
  'pid-file': { type: 'string' },
  'console-socket': { type: 'string' },
  'preserve-fds': { type: 'string' },
  'no-pivot': { type: 'boolean' },
  'no-new-keyring': { type: 'boolean' },
  'systemd-cgroup': { type: 'boolean' },
  debug: { type: 'boolean' },
  all: { type: 'boolean', short: 'a' },
  force: { type: 'boolean', short: 'f' },
  version: { type: 'boolean', short: 'v' },
};

const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });

/** Where what is known of a container stands. Its name becomes a path. */
function folderOf(id) {
  if (!/^[\w+.-]+$/.test(id ?? '') || id === '.' || id === '..') throw new Error(`container id ${id} is not valid`);
  return join(values.root, id);
}

/** Beside what another runtime may keep of its own containers. */
const STATE = 'wasmi-ts.json';

const isKnown = (id) => existsSync(join(folderOf(id), STATE));

function read(id) {
  if (!isKnown(id)) throw new Error(`container ${id} does not exist`);
  return { folder: folderOf(id), ...JSON.parse(readFileSync(join(folderOf(id), STATE), 'utf8')) };
}

/** Whether a bundle is for us: its program has the name of a module, or what is after the name calls an export of one. */
function isModule(bundle) {
  const { process: { args = [] } = {} } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  return /\.wa(?:sm|t)(?:#|$)/.test(args[0] ?? '');
}

/** Whether a call is for the other runtime: about a container that is not ours. */
function isForOthers(command, id) {
  if (OTHERS === undefined || !COMMANDS.has(command) || command === 'features') return false;
  return command === 'create' || command === 'run' ? !isModule(resolve(values.bundle)) : !isKnown(id);
}

/** Whether a process runs: one that has ended stays in the table until its parent has asked for it. */
function isAlive(pid) {
  try {
    return !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

const isHeld = (folder) => !existsSync(join(folder, 'started'));

/** Begins the process of a container, which waits until it is started. Its streams are ours, which the engine gave us. */
function begin(id) {
  if (values['console-socket'] !== undefined) throw new Error('there is no terminal: the container must not ask for one');
  const folder = folderOf(id);
  const bundle = resolve(values.bundle);
  const { ociVersion, annotations } = JSON.parse(readFileSync(join(bundle, 'config.json'), 'utf8'));
  mkdirSync(values.root, { recursive: true, mode: 0o711 });
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch {
    throw new Error(`container ${id} exists`);
  }
  // `exec`: whoever waits for the shell waits for the program, with the same number.
  const script = 'until [ -e "$1/started" ]; do sleep 0.05; done; exec "$2" oci "$3"';
  const args = ['-c', script, 'wasmi-ts-container', folder, WASMI_TS, bundle];
  const child = spawn('/bin/sh', args, { stdio: 'inherit', detached: true });
  const state = { ociVersion, id, pid: child.pid, bundle, annotations };
  writeFileSync(join(folder, STATE), JSON.stringify(state));
  if (values['pid-file'] !== undefined) {
    // Whole or not at all, since the engine waits for it.
    writeFileSync(`${values['pid-file']}.new`, String(child.pid));
    renameSync(`${values['pid-file']}.new`, values['pid-file']);
  }
  return child;
}

function start(id) {
  const { folder, pid } = read(id);
  if (!isHeld(folder)) throw new Error(`container ${id} was started already`);
  if (!isAlive(pid)) throw new Error(`container ${id} has ended`);
  writeFileSync(join(folder, 'started'), '');
}

function state(id) {
  const { folder, ...known } = read(id);
  const status = !isAlive(known.pid) ? 'stopped' : isHeld(folder) ? 'created' : 'running';
  return { ...known, pid: status === 'stopped' ? 0 : known.pid, status };
}

function kill(id, name = 'SIGTERM') {
  const { pid } = read(id);
  const signal = /^\d+$/.test(name) ? Number(name) : constants.signals[name.startsWith('SIG') ? name : `SIG${name}`];
  if (signal === undefined) throw new Error(`there is no signal ${name}`);
  if (!isAlive(pid)) throw new Error(`container ${id} is not running`);
  process.kill(pid, signal);
}

function remove(id) {
  if (values.force && !isKnown(id)) return;
  const { folder, pid } = read(id);
  if (isAlive(pid)) {
    if (!values.force) throw new Error(`container ${id} has not ended`);
    process.kill(pid, 'SIGKILL');
  }
  rmSync(folder, { recursive: true, force: true });
}

const COMMANDS = new Map([
  ['create', (id) => void begin(id).unref()],
  ['start', start],
  ['state', (id) => console.log(JSON.stringify(state(id), null, 2))],
  ['kill', kill],
  ['delete', remove],
  ['features', () => console.log(JSON.stringify({ ociVersionMin: '1.0.0', ociVersionMax: '1.2.0', hooks: [] }))],
  [
    'run',
    (id) => {
      const child = begin(id);
      start(id);
      child.on('exit', (code, signal) => {
        remove(id);
        process.exitCode = code ?? 128 + constants.signals[signal];
      });
    },
  ],
]);

/** Engines read the last error from the log. */
function fail({ message }) {
  const isJson = values['log-format'] === 'json';
  const line = isJson ? JSON.stringify({ level: 'error', msg: message, time: new Date().toISOString() }) : message;
  if (values.log !== undefined) writeFileSync(values.log, `${line}\n`, { flag: 'a' });
  console.error(message);
  process.exitCode = 1;
}

try {
  const [command, ...args] = positionals;
  const run = COMMANDS.get(command);
  if (values.version) console.log('wasmi-ts runtime version 0.1.0\nspec: 1.2.0');
  else if (run === undefined) throw new Error(`there is no command ${command}; there are ${[...COMMANDS.keys()].join(', ')}`);
  else if (isForOthers(command, ...args)) {
    process.exitCode = spawnSync(OTHERS, process.argv.slice(2), { stdio: 'inherit' }).status ?? 1;
  } else run(...args);
} catch (error) {
  fail(error);
}
