// wasmi-ts/testing: valid modules by chance, and a judge that runs them on two engines. Needs fast-check.
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
export { type FoundCase, fuzzRound, type Round } from './fuzz.ts';
export { type Genome, genome } from './genome.ts';
export { jsEngine, type JsNamespace } from './js-engine.ts';
export {
  emitModule,
  type FunctionGenome,
  module,
  type ModuleGenome,
  moduleGenome,
  type TestCall,
  type TestModule,
} from './module.ts';
export { mutants } from './mutants.ts';
export { DEFAULT_OPTIONS, type ModuleOptions } from './options.ts';
export { trapClass, trapClassOfMessage } from './traps.ts';
export { type TestValue, value } from './values.ts';
