import { readFileSync } from 'node:fs';
import { compile, engine } from '../../src/index.ts';
import { LoopbackNetwork, WASI, VirtualClock, seededRandom } from '../../src/wasi/index.ts';
const [file, ...args] = process.argv.slice(2);
const network = new LoopbackNetwork();
const out: string[] = [];
const wasi = new WASI({
  args: args.length ? args : [file],
  network,
  stdout: (b) => {
    out.push(Buffer.from(b).toString());
  },
  stderr: (b) => {
    out.push('E ' + Buffer.from(b).toString());
  },
  strace: (l) => console.log(l),
  env: { RUST_LOG: 'info', RUST_BACKTRACE: '1' },
});
const t = setTimeout(() => {
  console.log('timeout', out);
  process.exit(1);
}, 6000);
console.log('exit', await wasi.run(engine, compile(readFileSync(file))));
console.log(out.join(''));
clearTimeout(t);
