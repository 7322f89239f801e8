// Runs before each test file: with WASMI_TS_LOOP=closures all tests run on the second loop.
import { type LoopName, useLoop } from '../src/closures.ts';

const name = process.env['WASMI_TS_LOOP'];
if (name !== undefined && name !== '') useLoop(name as LoopName);
