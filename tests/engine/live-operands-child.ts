// Calls a function of a million live operands; run by lowering-limits.test.ts in a process with little memory.
import { compile, instantiate } from '../../src/index.ts';
import { functionOf, repeat } from './large-bodies.ts';

instantiate(compile(functionOf([repeat([0x41, 0], 1_000_000), repeat([0x1a], 1_000_000)]))).call('f');
