// Runs cases of the net as real processes of the built command line, with real streams: files, pipes with and without
// somebody at the other end, full disks, directories, closed descriptors. Needs Linux for some of them.
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { projectRoot } from '../data.ts';
import { type Case, complaint, type Input, type Output, withPaths } from './commands.ts';
import type { Workshop } from './in-process.ts';

const HANGS_AFTER = 30_000;
const BIN = join(projectRoot, 'bin', 'wasmi-ts');

/** Whether this machine has what the streams are made of. */
export const canRunProcesses = existsSync('/dev/full') && existsSync('/bin/sh');

/** A redirection of the shell, or a pipe to this process. */
function inputOf(kind: Input, folder: string): { shell: string; pipe: boolean } {
  if (kind === 'closed') return { shell: '<&-', pipe: false };
  if (kind === 'directory') return { shell: `<'${folder}'`, pipe: false };
  if (kind === 'fails') return { shell: '0>/dev/null', pipe: false }; // Open, but for writing only.
  if (kind === 'empty') return { shell: '</dev/null', pipe: false };
  return { shell: '', pipe: true };
}

function outputOf(kind: Output, fd: number): { shell: string; pipe: boolean } {
  if (kind === 'closed') return { shell: `${fd}>&-`, pipe: false };
  if (kind === 'full disk') return { shell: `${fd}>/dev/full`, pipe: false };
  return { shell: '', pipe: true };
}

/** Runs a case and returns what is wrong with how it ended, or undefined; and how it ended. */
export function runAsProcess(one: Case, workshop: Workshop): Promise<{ exitCode: number; wrong?: string }> {
  workshop.write(one);
  const stdin = inputOf(one.stdin, workshop.paths['FOLDER']);
  const outputs = [outputOf(one.stdout, 1), outputOf(one.stderr, 2)];
  const shell = `exec "$@" ${[stdin, ...outputs].map((stream) => stream.shell).join(' ')}`;
  const command = [process.execPath, BIN, ...withPaths(one.args, workshop.paths)];
  const nothing = openSync('/dev/null', 'r+');
  const child = spawn('/bin/sh', ['-c', shell, 'sh', ...command], {
    cwd: workshop.paths['FOLDER'],
    env: { PATH: process.env['PATH'], ...one.env },
    stdio: [stdin.pipe ? 'pipe' : nothing, 'pipe', 'pipe'],
  }) as ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };
  closeSync(nothing);
  const printed: Buffer[] = [];
  for (const [kind, stream] of [
    [one.stdout, child.stdout],
    [one.stderr, child.stderr],
  ] as const) {
    // Nobody reads it, or after a while only; what the reader does is not the program's fault.
    if (kind === 'no reader') stream.destroy();
    else if (kind === 'slow') setTimeout(() => stream.on('data', (data: Buffer) => printed.push(data)), 700);
    else stream.on('data', (data: Buffer) => printed.push(data));
    stream.on('error', () => {});
  }
  child.stdin?.on('error', () => {});
  if (one.stdin === 'text') child.stdin?.end(one.library);
  return new Promise((resolve) => {
    const timer = setTimeout(() => child.kill('SIGKILL'), HANGS_AFTER);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      child.stdin?.destroy();
      const exitCode = code ?? Number.NaN;
      const wrong = signal === null ? complaint(exitCode, Buffer.concat(printed).toString()) : `ended by ${signal}`;
      resolve(wrong === undefined ? { exitCode } : { exitCode, wrong });
    });
  });
}
