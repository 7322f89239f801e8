// `npm run generate`: writes what is generated from the op table, the loop and the list of ops.
import { writeFileSync } from 'node:fs';
import { generateClosures } from '../src/interpreter/loops/generate-closures.ts';
import { generateSwitch, generateOpList } from '../src/interpreter/loops/generate-switch.ts';

writeFileSync(new URL('../src/lowering/op-list.ts', import.meta.url), generateOpList());
writeFileSync(new URL('../src/interpreter/loops/switch.ts', import.meta.url), generateSwitch());
writeFileSync(new URL('../src/interpreter/loops/closures.ts', import.meta.url), generateClosures());
