// What the options of WASI and of its `run` have to be; the interfaces stand with the class and with runProgram.
import { type Check, amount, callable, flag, having, listOf, misfit, oneOf, type Shape, shapeOf, text, whole } from '../options.ts';
import type { WasiOptions } from './index.ts';
import { needsHost } from './messages.ts';
import type { ProgramOptions } from './program.ts';

/** A directory's handle, of any host. */
export const directory = having('a Directory', 'openFile', 'openDirectory', 'statEntry');
