// Does, where the JS stack ends, what has been done once before; run by end-of-stack.test.ts in a process of its own.
// Prints the regular expressions that ran, and how it ended in another way than by a RangeError or as it does where there is
// room: both should be nothing. V8 aborts the process when it
// has to compile a regular expression there, and it compiles one anew at its second use.
import { compile, instantiate } from '../../src/index.ts';
import WebAssembly from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { Tracer } from '../../src/trace/index.ts';
import { WASI } from '../../src/wasi/index.ts';

const BODIES = [
  '(i32.mul (i32.sub (local.get 0) (i32.const 1)) (i32.add (local.get 0) (i32.const 7)))',
  '(i32.div_s (local.get 0) (i32.shl (local.get 0) (i32.const 3)))',
  '(i32.eq (i32.add (local.get 0) (i32.const 1)) (i32.const 5))',
  '(i32.wrap_i64 (i64.rotl (i64.extend_i32_s (local.get 0)) (i64.const 5)))',
  '(i32.reinterpret_f32 (f32.convert_i32_s (local.get 0)))',
  '(i32.trunc_f64_s (f64.load (local.get 0)))',
  '(i8x16.extract_lane_s 3 (i8x16.add (i8x16.splat (local.get 0)) (v128.load (local.get 0))))',
  '(i32.atomic.rmw.add (i32.const 4) (local.get 0))',
  '(unreachable)',
];
const bytes = assemble(
  `(module (memory 1) ${BODIES.map((body, i) => `(func (export "${i}") (param i32) (result i32) ${body})`).join('')})`,
);
const imports = assemble('(module (import "a\\u{202e}" "b" (func)))');
const hidden = '\u202e"\\';

const TEXT = `(module (memory 1) (data (i32.const 0) "a\\u{1f_600}\\n") (func (param $x i32)
  (drop (f32.const 0x1.8p-3)) (drop (f32.const 1.0000000596046448e0)) (drop (f32.const nan:0x1_2)) (drop (i64.const 1_000))
  (drop (i32.load8_u offset=4 align=1 (local.get $x))) (drop (v128.const i32x4 1 2 3 4))))`;

function callAll(): number {
  const fresh = instantiate(compile(bytes));
  for (const i of BODIES.keys()) if (i < BODIES.length - 1) fresh.call(String(i), 8);
  return Number(fresh.call('0', 8));
}

const wasi = new WASI({ strace: () => undefined });
wasi.bind({
  memory: instantiate(compile(assemble('(module (memory (export "memory") 1))'))).exports['memory'] as never,
});

const DEEDS: Record<string, () => unknown> = {
  'functions are lowered': callAll,
  'a guest traps': () => instantiate(compile(bytes)).call(String(BODIES.length - 1), 8),
  'a guest is traced': () =>
    instantiate(compile(bytes), {}, { monitor: new Tracer({ write: () => undefined }) }).call('0', 8),
  'an export is missing': () => instantiate(compile(bytes)).call(hidden),
  'a text is read': () => assemble(TEXT),
  'a text is wrong': () => assemble('(module (func (i32.load offset=x)))'),
  'bytes are no module': () => compile(bytes.slice(0, 9)),
  'what is no module is compiled': () => compile(' (module)' as never),
  'an import has a name that hides': () => new WebAssembly.Instance(new WebAssembly.Module(imports), {}),
  'a guest calls WASI': () => wasi.imports['wasi_snapshot_preview1']['path_open'](3, 0, 0, 5, 1, 0n, 0n, 0, 0),
};

// Node's own code for source maps works with regular expressions.
process.setSourceMapsEnabled(false);

const nameOf = (error: unknown): string => (error as Error).constructor.name;

const used: string[] = [];

/** The regular expressions that run during a deed go to `used`. */
function recording<T>(deed: () => T): T {
  const { exec } = RegExp.prototype;
  RegExp.prototype.exec = function (text) {
    used.push(String(this));
    return exec.call(this, text);
  };
  try {
    return deed();
  } finally {
    RegExp.prototype.exec = exec;
  }
}

/** How the deed ends. */
function ending(deed: () => unknown): string {
  try {
    return String(deed());
  } catch (error) {
    return nameOf(error);
  }
}

/** Calls above the end from which a deed is tried: more than the engine's own calls go deep. */
const LEVELS = 400;

/** How it ends at each of the last depths, from where the stack ends up. */
function endings(deed: () => unknown): string[] {
  const seen = new Set<string>();
  let levels = 0;
  const deep = (): void => {
    try {
      deep();
    } catch {
      // The end: try it here.
    }
    if (levels++ < LEVELS) seen.add(ending(deed));
  };
  try {
    deep();
  } catch {
    // There was no room to try it.
  }
  return [...seen].sort();
}

const report: Record<string, string[]> = {};
for (const [name, deed] of Object.entries(DEEDS)) {
  const once = recording(() => ending(deed));
  report[name] = endings(deed).filter((one) => one !== 'RangeError' && one !== once);
}
console.log(JSON.stringify({ used, report }));
