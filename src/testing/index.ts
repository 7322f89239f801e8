// wasmi-ts/testing: random valid modules, and a judge that runs them on two engines. Needs fast-check.
// docs/testing-your-engine.md shows how to try out an engine with it.
export {
  type Difference,
  differential,
  type Engine,
  type EngineInstance,
  type Failure,
  type HostCall,
  type Verdict,
} from './differential.ts';
export type { TestCall, TestModule } from './assemble.ts';
export { type BodyType, functionBody, type TestFunction } from './function-body.ts';
export { type FoundCase, fuzzRound, type Round } from './fuzz.ts';
export { type Genome, genome } from './genome.ts';
export { instruction, instructionRows, type TestInstruction } from './instruction.ts';
export { jsEngine, type JsNamespace } from './js-engine.ts';
export { minimize, type MinimizeOptions } from './minimize.ts';
export { minimizeTest } from './minimize-case.ts';
export { emitModule, type FunctionGenome, module, type ModuleGenome, moduleGenome } from './module.ts';
export { mutants } from './mutants.ts';
export { DEFAULT_OPTIONS, type ModuleOptions } from './options.ts';
export { script, type TestScript } from './script.ts';
export { surelyEnds } from './surely-ends.ts';
export { trapClass, trapClassOfMessage } from './traps.ts';
export { type ModuleValidator, validationRound } from './validation.ts';
export { type TestValue, type TypeLike, value } from './values.ts';
