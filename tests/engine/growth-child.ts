// Loads modules, each with types, constants and code of its own, and prints the heap in MB before and after: run by
// growth.test.ts. Arguments: what becomes of the modules (refused, dropped), how many there are, and which loop runs.
// All in one turn of the event loop, so that no finaliser can run in between.
import { compile, instantiate, InvalidError } from '../../src/index.ts';
import { assemble } from '../../src/text/index.ts';

const [kind, count, loop] = process.argv.slice(2);
if (loop === 'closures') await import('../../src/closures.ts');
const collect = (globalThis as { gc?: () => void }).gc as () => void;
const heap = (): number => {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
};

/** Fields that no other module has, in 40 types; a function that makes one, casts it, adds constants and calls. */
function text(serial: number): string {
  const fields = Array.from({ length: 20 }, (_, i) => (((serial >> i) & 1) === 1 ? '(field i64)' : '(field f32)'));
  const types = Array.from(
    { length: 40 },
    (_, i) => `(type $t${i} (struct ${fields.join('')}${'(field i32)'.repeat(i)}))`,
  );
  const steps = Array.from(
    { length: 100 },
    (_, i) => `(local.set $x (i32.add (local.get $x) (i32.const ${serial + i})))`,
  );
  return `(module ${types.join('\n')}
    (func $new (result (ref $t9)) (struct.new_default $t9))
    (func (export "f") (result i32) (local $x i32)
      (drop (ref.cast (ref $t9) (call $new)))
      ${steps.join('\n')} ${kind === 'refused' ? '(f32.add)' : ''} (local.get $x)))`;
}

function round(serial: number): void {
  const bytes = assemble(text(serial));
  try {
    instantiate(compile(bytes)).call('f');
  } catch (error) {
    if (kind !== 'refused' || !(error instanceof InvalidError)) throw error;
  }
}

const WARM = 20;
for (let i = 0; i < WARM; i++) round(i);
const before = heap();
for (let i = WARM; i < WARM + Number(count); i++) round(i);
console.log(JSON.stringify({ before, after: heap() }));
