// Programs for tests of `serve`, as text: each answers requests in its own good or bad way.

const escaped = (text: string): string =>
  Array.from(Buffer.from(text), (byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');

const WASI = 'wasi_snapshot_preview1';

/** `$write fd at length`, all of it. */
const WRITE = `
  (import "${WASI}" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 3)
  (func $write (param $fd i32) (param $at i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $at))
    (i32.store (i32.const 4) (local.get $length))
    (if (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)) (then unreachable)))`;

/** Functions that print a text each, by export. */
export function printing(texts: Readonly<Record<string, string>>, rest = ''): string {
  let at = 1024;
  const parts = Object.entries(texts).map(([name, text]) => {
    const length = Buffer.byteLength(text);
    const part = `(data (i32.const ${at}) "${escaped(text)}")
  (func (export "${name}") (call $write (i32.const 1) (i32.const ${at}) (i32.const ${length})))`;
    at += length;
    return part;
  });
  return `(module ${WRITE} ${parts.join('\n  ')} ${rest})`;
}

/** What `_start` does after it has said in a header that a text follows; `$print at length` prints more. */
export function program(imports: string, body: string, rest = ''): string {
  const header = 'content-type: text/plain\n\n';
  return `(module ${imports} ${WRITE}
  (data (i32.const 16) "${escaped(header)}")
  (func $print (param i32 i32) (call $write (i32.const 1) (local.get 0) (local.get 1)))
  (func (export "_start") (call $print (i32.const 16) (i32.const ${header.length})) ${body}) ${rest})`;
}

/** Prints the body of the request as it is: the client says what the program prints. */
export const ECHO = `(module
  (import "${WASI}" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  ${WRITE}
  (func (export "_start")
    (loop $more
      (i32.store (i32.const 0) (i32.const 65536))
      (i32.store (i32.const 4) (i32.const 65536))
      (drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (i32.load (i32.const 8)) (then
        (call $write (i32.const 1) (i32.const 65536) (i32.load (i32.const 8)))
        (br $more))))))`;

/** Prints arguments and variables, each with a NUL at its end, with an empty one between. */
export const ENVIRONMENT = program(
  ['args', 'environ']
    .flatMap((name) => [`${name}_get`, `${name}_sizes_get`])
    .map((name) => `(import "${WASI}" "${name}" (func $${name} (param i32 i32) (result i32)))`)
    .join('\n  '),
  ['args', 'environ']
    .map(
      (name) => `
    (drop (call $${name}_sizes_get (i32.const 8) (i32.const 12)))
    (drop (call $${name}_get (i32.const 65536) (i32.const 131072)))
    (call $print (i32.const 131072) (i32.load (i32.const 12)))`,
    )
    .join('(call $print (i32.const 1000) (i32.const 1))'),
);

/** Counts in a memory and in a global, and prints both counts: always 1, as nothing stays. */
export const COUNTING = program(
  '',
  `(global.set $count (i32.add (global.get $count) (i32.const 1)))
    (i32.store8 (i32.const 1000) (i32.add (i32.load8_u (i32.const 1000)) (i32.const 1)))
    (i32.store8 (i32.const 1002) (i32.add (i32.const 48) (i32.load8_u (i32.const 1000))))
    (i32.store8 (i32.const 1003) (i32.add (i32.const 48) (global.get $count)))
    (call $print (i32.const 1002) (i32.const 2))`,
  '(global $count (mut i32) (i32.const 0))',
);

/** Says on standard error that it has begun. */
const BEGIN = '(call $write (i32.const 2) (i32.const 900) (i32.const 6))';
const BEGAN = '(data (i32.const 900) "began\\n")';

export const FOREVER = program('', `${BEGIN} (loop $more (br $more))`, BEGAN);
export const TRAPPING = program('', '(call $print (i32.const 1000) (i32.const 5)) unreachable');
export const FLOODING = program('', '(loop $more (call $print (i32.const 0) (i32.const 65536)) (br $more))');

/** Prints 48 MiB. */
export const LARGE = program(
  '',
  `(loop $more (call $print (i32.const 0) (i32.const 65536))
      (br_if $more (i32.lt_u (local.tee $n (i32.add (local.get $n) (i32.const 1))) (i32.const 768))))`,
).replace('(func (export "_start")', '(func (export "_start") (local $n i32)');

export const EXITING = program(
  `(import "${WASI}" "proc_exit" (func $exit (param i32)))`,
  '(call $write (i32.const 2) (i32.const 1024) (i32.const 25)) (call $exit (i32.const 3))',
  `(data (i32.const 1024) "no\\nline of mine: \\1b[31mred")`,
);

/** Sleeps for an hour. */
export const SLEEPING = program(
  `(import "${WASI}" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))`,
  `${BEGIN}
    (i64.store (i32.const 1048) (i64.const 3600000000000))
    (i32.store (i32.const 1040) (i32.const 1))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 8)))`,
  BEGAN,
);

/** Asks for 64 MiB, and prints y or n. */
export const GROWING = program(
  '',
  `(i32.store8 (i32.const 1000)
      (select (i32.const 110) (i32.const 121) (i32.eq (memory.grow (i32.const 1024)) (i32.const -1))))
    (call $print (i32.const 1000) (i32.const 1))`,
);

/** Prints the file note.txt of its first directory, then writes it anew and prints the error number as a digit pair. */
export const READING = program(
  `(import "${WASI}" "path_open" (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "${WASI}" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))`,
  `(if (call $open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 0)
        (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 12)) (then unreachable))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4) (i32.const 100))
    (drop (call $fd_read (i32.load (i32.const 12)) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $print (i32.const 65536) (i32.load (i32.const 8)))
    (i32.store8 (i32.const 1000) (i32.add (i32.const 48) (i32.ne (i32.const 0)
      (call $open (i32.const 3) (i32.const 0) (i32.const 1024) (i32.const 8) (i32.const 8)
        (i64.const 64) (i64.const 0) (i32.const 0) (i32.const 12)))))
    (call $print (i32.const 1000) (i32.const 1))`,
  '(data (i32.const 1024) "note.txt")',
);
