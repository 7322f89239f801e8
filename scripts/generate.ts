// `npm run generate`: writes what is generated from the op table, the loop and the list of ops.
import { writeFileSync } from 'node:fs';
import { generateThreaded } from '../src/interpreter/generate-threaded.ts';
import { generateLoop, generateOpList } from '../src/interpreter/generate-loops.ts';

writeFileSync(new URL('../src/lowering/op-list.ts', import.meta.url), generateOpList());
writeFileSync(new URL('../src/interpreter/loop.ts', import.meta.url), generateLoop());
writeFileSync(new URL('../src/interpreter/threaded.ts', import.meta.url), generateThreaded());
