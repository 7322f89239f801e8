// Runs before each test file: with WASMI_TS_LOOP=closures all tests run on the second loop.
import type { LoopName } from '../src/closures.ts';

const name = process.env['WASMI_TS_LOOP'];
// The engine is imported for this alone where nobody else does.
if (name !== undefined && name !== '') (await import('../src/closures.ts')).useLoop(name as LoopName);
