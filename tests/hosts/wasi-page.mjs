// The programs of wasi-program.mjs in a page: what they return goes to the server, with what the page may not do.
import { runPrograms } from './wasi-program.mjs';

let forbidden = '';
for (const [name, attempt] of [
  ['eval', () => (0, eval)('1')],
  ['wasm', () => new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))],
]) {
  try {
    attempt();
  } catch {
    forbidden += ` ${name}`;
  }
}
const text = await runPrograms().catch((error) => `failed: ${error}\n${error.stack}`);
await fetch('/result', { method: 'POST', body: `${text}\nforbidden${forbidden}` });
