// `npm run generate`: writes the generated loop src/interpreter/loop.ts from the op table.
import { writeFileSync } from 'node:fs';
import { generateLoop } from '../src/interpreter/generate-loops.ts';

writeFileSync(new URL('../src/interpreter/loop.ts', import.meta.url), generateLoop());
