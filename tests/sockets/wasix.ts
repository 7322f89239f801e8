// Programs of WASIX, and what each does.
import { deepEqual, equal, match } from 'node:assert/strict';
import { memoryDirectory, type WasiOptions } from '../../src/wasi/index.ts';
import { assemble } from '../../src/text/index.ts';
import type { SocketProgram, Trial } from './trial.ts';

const FOLDER = 'wasix';
/** They open no ports. */
const ALONE = ['loopback'] as const;

/** What a program is that prints its arguments, and one that copies its input. */
const PREVIEW = (name: string, type: string): string =>
  `(import "wasi_snapshot_preview1" "${name}" (func $${name} ${type}))`;
const ECHO = assemble(`(module
  ${PREVIEW('args_sizes_get', '(param i32 i32) (result i32)')} ${PREVIEW('args_get', '(param i32 i32) (result i32)')}
  ${PREVIEW('fd_write', '(param i32 i32 i32 i32) (result i32)')}
  (memory (export "memory") 2) (data (i32.const 32) " \\n")
  (func $puts (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (local $i i32) (local $at i32) (local $length i32)
    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (local.set $i (i32.const 1))
    (block $end (loop $next
      (br_if $end (i32.ge_u (local.get $i) (i32.load (i32.const 16))))
      (if (i32.gt_u (local.get $i) (i32.const 1)) (then (call $puts (i32.const 32) (i32.const 1))))
      (local.set $at (i32.load (i32.add (i32.const 1024) (i32.mul (local.get $i) (i32.const 4)))))
      (local.set $length (i32.const 0))
      (loop $more (if (i32.load8_u (i32.add (local.get $at) (local.get $length)))
        (then (local.set $length (i32.add (local.get $length) (i32.const 1))) (br $more))))
      (call $puts (local.get $at) (local.get $length))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $next)))
    (call $puts (i32.const 33) (i32.const 1))))`);
const CAT = assemble(`(module
  ${PREVIEW('fd_read', '(param i32 i32 i32 i32) (result i32)')} ${PREVIEW('fd_write', '(param i32 i32 i32 i32) (result i32)')}
  (memory (export "memory") 1)
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 0) (i32.const 1024)) (i32.store (i32.const 4) (i32.const 4096))
      (br_if 1 (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (i32.load (i32.const 8)) (then
        (i32.store (i32.const 4) (i32.load (i32.const 8)))
        (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
        (br $more))))))`);
/** Lists the current directory, one name a line. */
const LS = assemble(`(module
  (import "wasix_32v1" "getcwd" (func (param i32 i32) (result i32)))
  ${PREVIEW('path_open', '(param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)')}
  ${PREVIEW('fd_readdir', '(param i32 i32 i32 i64 i32) (result i32)')}
  ${PREVIEW('fd_write', '(param i32 i32 i32 i32) (result i32)')}
  (memory (export "memory") 2) (data (i32.const 100) ".\\n")
  (func $puts (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at)) (i32.store (i32.const 4) (local.get $length))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start") (local $at i32) (local $end i32) (local $length i32)
    (br_if 0 (call $path_open (i32.const 3) (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 2)
      (i64.const 16384) (i64.const 0) (i32.const 0) (i32.const 16)))
    (br_if 0 (call $fd_readdir (i32.load (i32.const 16)) (i32.const 4096) (i32.const 8192) (i64.const 0) (i32.const 20)))
    (local.set $at (i32.const 4096))
    (local.set $end (i32.add (local.get $at) (i32.load (i32.const 20))))
    (loop $next
      (br_if 1 (i32.ge_u (i32.add (local.get $at) (i32.const 24)) (local.get $end)))
      (local.set $length (i32.load (i32.add (local.get $at) (i32.const 16))))
      (local.set $at (i32.add (local.get $at) (i32.const 24)))
      (if (i32.ne (i32.load8_u (local.get $at)) (i32.const 46)) (then
        (call $puts (local.get $at) (local.get $length)) (call $puts (i32.const 101) (i32.const 1))))
      (local.set $at (i32.add (local.get $at) (local.get $length)))
      (br $next))))`);

/** One that prints this, and ends well. */
function prints(file: string, stdout: string, row: Partial<SocketProgram> = {}): SocketProgram {
  return {
    title: file,
    file: `${FOLDER}/${file}.wasm`,
    args: [file],
    networks: ALONE,
    check: async (trial: Trial) => {
      equal(await trial.exitCode(), 0);
      equal(trial.stdout, stdout);
    },
    ...row,
  };
}

const LINES = (trial: Trial): string[] =>
  trial.stdout
    .split('\n')
    .filter((line) => line !== '')
    .sort();

/** One that prints these lines, in whatever order its processes do. */
function printsLines(file: string, lines: readonly string[], options?: () => WasiOptions): SocketProgram {
  return prints(file, '', {
    ...(options === undefined ? {} : { options }),
    check: async (trial) => {
      equal(await trial.exitCode(), 0);
      deepEqual(LINES(trial), [...lines].sort());
    },
  });
}

/** A script of the shell: what it prints and says, and how it ends. */
function shell(
  title: string,
  script: string,
  stdout: string,
  { code = 0, stderr = '', short = true } = {},
): SocketProgram {
  return {
    title: `dash ${title}`,
    file: `${FOLDER}/dash.wasm`,
    args: ['dash', '-c', script],
    networks: ALONE,
    short,
    options: () => ({
      programs: { echo: ECHO, cat: CAT, ls: LS },
      preopens: { '/': memoryDirectory({ www: { 'index.html': 'page\n' }, 'a.txt': 'a\n' }) },
    }),
    check: async (trial) => {
      equal(await trial.exitCode(), code);
      equal(trial.stdout, stdout);
      match(trial.stderr, stderr === '' ? /^$/ : new RegExp(stderr));
    },
  };
}

const LONGJMP = '(A1)\n(B1)\n(A2) r=10001\n(B2) r=20001\n(A3) r=10002\n(B3) r=20002\n(A4) r=10003\n';
const STACK = 'before long jump\nafter long jump [val=10]\nbefore long jump\nafter long jump [val=20]\n';

const PROCESSES: readonly SocketProgram[] = [
  // The child of the first one returns from main, that of the second one ends with 10.
  printsLines('example-fork', ['Parent has x = 0', 'Child has x = 2', 'Child(1) exited with 0']),
  prints('example-vfork', 'Parent waiting on Child(1)\nChild(1) exited with 10\n'),
  prints('example-execve', 'Main program started\nhi-from-child\nhi-from-parent\n', {
    options: () => ({ programs: { echo: ECHO } }),
  }),
  printsLines('example-pipe', [
    'this text should be printed by the parent',
    'this text should be printed by the child',
  ]),
  prints('example-stack', STACK),
  prints('example-longjmp', LONGJMP),
  prints('example-signal', 'received SIGHUP\nreceived SIGINT\n', {
    check: async (trial) => {
      await trial.until('had its first signal', () => trial.stdout === 'received SIGHUP\n');
      trial.signal(2);
      await trial.exitCode();
      equal(trial.stdout, 'received SIGHUP\nreceived SIGINT\n');
    },
  }),
];

const SHELL: readonly SocketProgram[] = [
  prints('dash', '2\n', { title: 'dash of standard input', options: () => ({ stdin: 'echo 2\n' }) }),
  shell('substitutes what commands print', 'X=$(echo b); echo got $X', 'got b\n'),
  shell(
    'throws output away, and lets a command run beside it, whose input is empty',
    'echo lost > /dev/null; cat & wait; echo $?; read x < /dev/null; echo $?',
    '0\n1\n',
  ),
  shell(
    'goes to directories',
    'pwd; cd /www; pwd; echo *; ls; cat < index.html',
    '/\n/www\nindex.html\nindex.html\npage\n',
  ),
  shell('has pipes', 'echo one two | cat | cat | cat; exit 3', 'one two\n', { code: 3 }),
  shell('copies descriptors', 'echo err >&2; (echo in; echo err2 >&2) 2>&1 | cat', 'in\nerr2\n', { stderr: '^err\n$' }),
  shell(
    'writes files',
    'echo hello > /x; cat < /x; cat < /x > /y; cat < /y; ls',
    'hello\nhello\nbin\ndev\nwww\na.txt\nx\ny\n',
  ),
  shell('hears of programs that are not there', 'nosuch; echo $?', '127\n', { stderr: 'nosuch: not found' }),
  shell('loops a thousand times', 'i=0; while [ $i -lt 1000 ]; do i=$((i+1)); done; echo $i', '1000\n'),
];

export const WASIX: readonly SocketProgram[] = [...PROCESSES, ...SHELL];
