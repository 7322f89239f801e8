// The programs of wasi-program.mjs in QuickJS, whose embedder gives the function `tell`.
import { runPrograms } from './wasi-program.mjs';

runPrograms().then(
  (text) => globalThis.tell(text),
  (error) => globalThis.tell(`failed: ${error}\n${error.stack}`),
);
