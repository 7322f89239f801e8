// Makes any module small that shows a fault: exports, members of index spaces, segments and parts of bodies are left
// out, blocks taken away from around what is in them and numbers made smaller, for as long as the fault stays. It works on
// the module itself; reduce.ts works on what a generated module was made of.
import { decodeModule } from '../decoder/decode.ts';
import { encodeModule } from '../encoder/encode.ts';
import { WasmError } from '../errors.ts';
import { amount, callable, checkOptions, moduleBytes, type Shape } from '../options.ts';
import { DEFAULT_FEATURES, type FeatureSet, featureSet } from '../syntax/features.ts';
import type { Expr, Module } from '../syntax/module.ts';
import { type FuncType, asFunc } from '../syntax/types.ts';
import { validateModule } from '../validator/module.ts';
import { type Code, type Space, bodyOf, codeOf, exprOf, instructionOf, instructionsOf } from './code.ts';
import { bodyAt, defined, leaveOut, membersOf, withBodies } from './leave-out.ts';
import {
  cuts,
  directCalls,
  fewerLabels,
  fewerLocals,
  numbers,
  pairs,
  plus,
  stubs,
  unwraps,
  zeroOf,
} from './shorter-code.ts';

export interface MinimizeOptions {
  /** Features that the module may use. Default: those that are on by default. */
  readonly features?: FeatureSet | undefined;
  /** Time for it, at most. Default: 20. */
  readonly seconds?: number | undefined;
}

const MINIMIZE_OPTIONS: Shape<MinimizeOptions> = { features: featureSet, seconds: amount('a number of seconds') };

const DEFAULT_SECONDS = 20;

/** A smaller module, or undefined where there is none. It need not be valid. */
type Candidate = () => Module | undefined;

/** Parts of a list to leave out: all, halves, quarters, ..., single ones; from the end. */
function* shares(count: number): Generator<[number, number]> {
  for (let size = count; size >= 1; size >>= 1) {
    for (let to = count; to > 0; to -= size) yield [Math.max(0, to - size), to];
  }
}

const cut = <T>(list: readonly T[], [from, to]: readonly [number, number]): T[] => [
  ...list.slice(0, from),
  ...list.slice(to),
];

const SPACES: readonly Space[] = ['func', 'elem', 'data', 'table', 'memory', 'global', 'tag', 'type'];

/** Without exports, start function, custom sections, and members of index spaces. */
function* members(module: Module): Generator<Candidate> {
  if (module.customs.length > 0) yield () => ({ ...module, customs: [] });
  if (module.start !== undefined) yield () => ({ ...module, start: undefined });
  for (const share of shares(module.exports.length)) {
    yield () => ({ ...module, exports: cut(module.exports, share) });
  }
  if (module.dataCount !== undefined) yield () => ({ ...module, dataCount: undefined });
  for (const space of SPACES) {
    for (let i = membersOf(module, space) - 1; i >= 0; i--) yield () => leaveOut(module, space, i);
  }
}

/** Definitions in the place of imports. */
function* definitions(module: Module): Generator<Candidate> {
  const funcType = (type: number): FuncType => asFunc(module.types[type].comp);
  for (let i = module.imports.length - 1; i >= 0; i--) {
    for (const n of [0, 1]) {
      if (n === 1 && module.imports[i].desc.kind !== 'func') continue;
      yield () => defined(module, i, (type) => bodyOf([...stubs(funcType(type))][n]), zeroExpr);
    }
  }
}

function zeroExpr(t: number): Expr {
  return exprOf([zeroOf(t) ?? instructionOf(0x00), instructionOf(0x0b)]);
}

/** Shorter data segments. What is left is where it was, or moves to where the segment began. */
function* shorterDatas(module: Module): Generator<Candidate> {
  for (const [i, one] of module.datas.entries()) {
    const put = (other: typeof one): Module => ({ ...module, datas: Object.assign([...module.datas], { [i]: other }) });
    for (const share of shares(one.init.length)) {
      const init = Uint8Array.from(cut([...one.init], share));
      yield () => put({ ...one, init });
      if (one.mode.kind !== 'active' || share[0] > 0) continue;
      const { mode } = one;
      const later = plus(instructionsOf(mode.offset), share[1]);
      if (later !== undefined) yield () => put({ mode: { ...mode, offset: exprOf(later) }, init });
    }
  }
}

/** Shorter element segments, and simple constant expressions. */
function* contents(module: Module): Generator<Candidate> {
  for (const [i, one] of module.elems.entries()) {
    const put = (other: typeof one): Module => ({ ...module, elems: Object.assign([...module.elems], { [i]: other }) });
    for (const share of shares(one.funcs?.length ?? one.exprs?.length ?? 0)) {
      yield () =>
        put({
          ...one,
          funcs: one.funcs && Uint32Array.from(cut([...one.funcs], share)),
          exprs: one.exprs && cut(one.exprs, share),
        });
    }
  }
  for (const [i, one] of module.elems.entries()) {
    // The last stays where it is, and others need not be there.
    const last = one.funcs?.[one.funcs.length - 1];
    if (last === undefined || one.funcs?.every((func) => func === last)) continue;
    const elems = Object.assign([...module.elems], { [i]: { ...one, funcs: one.funcs?.map(() => last) } });
    yield () => ({ ...module, elems });
  }
  for (const [i, { type, init }] of module.globals.entries()) {
    const zero = zeroExpr(type.val);
    if (init.end - init.start <= zero.end) continue;
    yield () => ({ ...module, globals: Object.assign([...module.globals], { [i]: { type, init: zero } }) });
  }
  for (const [i, { type, init }] of module.tables.entries()) {
    if (init === undefined) continue;
    yield () => ({ ...module, tables: Object.assign([...module.tables], { [i]: { type, init: undefined } }) });
  }
}

/** Shorter bodies: `shorten` gives what may stand for one. */
function* bodies(module: Module, shorten: (code: Code, type: FuncType) => Generator<() => Code>): Generator<Candidate> {
  for (let i = module.funcs.types.length - 1; i >= 0; i--) {
    const code = codeOf(bodyAt(module.funcs, i));
    const type = asFunc(module.types[module.funcs.types[i]].comp);
    for (const shorter of shorten(code, type)) {
      yield () => {
        const body = bodyOf(shorter());
        return { ...module, funcs: withBodies(module, (one) => (one === i ? body : undefined)) };
      };
    }
  }
}

function* stubsFor(code: Code, type: FuncType): Generator<() => Code> {
  const length = bodyOf(code).length;
  for (const stub of stubs(type)) if (bodyOf(stub).length < length) yield () => stub;
}

/** All functions of a type. */
function functionsOf(module: Module, type: number): number[] {
  const imported = module.imports.flatMap(({ desc }) => (desc.kind === 'func' ? [desc.type] : []));
  return [...imported, ...module.funcs.types].flatMap((one, i) => (one === type ? [i] : []));
}

const PASSES: readonly ((module: Module) => Generator<Candidate>)[] = [
  (module) => bodies(module, stubsFor),
  members,
  definitions,
  contents,
  shorterDatas,
  (module) => bodies(module, cuts),
  (module) => bodies(module, (code) => directCalls(code, (type) => functionsOf(module, type))),
  (module) => bodies(module, pairs),
  (module) => bodies(module, fewerLabels),
  (module) => bodies(module, unwraps),
  (module) => bodies(module, numbers),
  (module) => bodies(module, (code, { params }) => fewerLocals(code, params.length)),
];

function isValid(module: Module, features: FeatureSet): boolean {
  try {
    validateModule(module, { features });
    return true;
  } catch (error) {
    if (error instanceof WasmError) return false;
    throw error;
  }
}

class Minimizer {
  best: Module;
  bytes: Uint8Array;
  private readonly until: number;
  private readonly features: FeatureSet | undefined;
  private readonly stillFails: (bytes: Uint8Array) => boolean;

  constructor(bytes: Uint8Array, stillFails: (bytes: Uint8Array) => boolean, options: MinimizeOptions) {
    const { features = DEFAULT_FEATURES, seconds = DEFAULT_SECONDS } = options;
    this.best = decodeModule(bytes);
    this.bytes = bytes;
    this.stillFails = stillFails;
    this.until = Date.now() + seconds * 1000;
    // What is wrong with an engine may be that it takes modules that are not valid.
    this.features = isValid(this.best, features) ? features : undefined;
  }

  get isLate(): boolean {
    return Date.now() >= this.until;
  }

  private accepts(module: Module | undefined): boolean {
    if (module === undefined || (this.features !== undefined && !isValid(module, this.features))) return false;
    const bytes = encodeModule(module);
    if (bytes.length > this.bytes.length || !this.stillFails(bytes)) return false;
    [this.best, this.bytes] = [module, bytes];
    return true;
  }

  /** Tries what a pass proposes; after a success what it proposes then, from the same place on. */
  improve(pass: (module: Module) => Generator<Candidate>): boolean {
    let better = false;
    for (let from = 0, found = true; found && !this.isLate; ) {
      found = false;
      let at = 0;
      for (const candidate of pass(this.best)) {
        if (at++ < from) continue;
        if (this.isLate) break;
        if (!this.accepts(candidate())) continue;
        [from, found, better] = [at - 1, true, true];
        break;
      }
    }
    return better;
  }
}

/**
 * The smallest module that is found by making a module smaller bit by bit while `stillFails` is true of it.
 *
 * @param stillFails Is asked of valid modules only, if the first one is valid. It has to come back: `surelyEnds` says
 * whether a generated module does.
 */
export function minimize(
  bytes: Uint8Array,
  stillFails: (bytes: Uint8Array) => boolean,
  options?: MinimizeOptions,
): Uint8Array {
  moduleBytes('minimize', bytes);
  callable(stillFails, 'minimize: what tells whether it still fails');
  const minimizer = new Minimizer(bytes, stillFails, checkOptions('minimize', options, MINIMIZE_OPTIONS));
  for (let better = true; better && !minimizer.isLate; ) {
    better = false;
    for (const pass of PASSES) if (minimizer.improve(pass)) better = true;
  }
  return minimizer.bytes;
}
