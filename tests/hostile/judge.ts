// Decodes and validates the hostile modules and compares our verdicts with those recorded.
// The rules are those of the data's README: the only outcomes are success and a refusal (an error of ours), soon; where
// the recorded confidence is high the verdict must be the recorded one, unless exceptions.ts says why not.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { decodeModule } from '../../src/decoder/decode.ts';
import { InvalidError, MalformedError, UnsupportedError } from '../../src/errors.ts';
import { DEFAULT_FEATURES, withFeatures } from '../../src/syntax/features.ts';
import { type ValidateOptions, validateModule } from '../../src/validator/module.ts';
import { EXCEPTIONS } from './exceptions.ts';

/** Far above what any of these modules takes, also on a busy machine. */
const MAX_MILLISECONDS = 3000;

export type Verdict = 'valid' | 'invalid';

/** A module with what is recorded about it. */
export interface Sample {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly expected: Verdict;
  /** False where the judges disagree with each other: then any verdict will do. */
  readonly sure: boolean;
}

export interface Judgement {
  readonly name: string;
  readonly outcome: 'agrees' | 'wrong' | 'waits' | 'differs' | 'excepted';
  /** For people: what was expected and what came, or the feature that is waited for. */
  readonly note: string;
  readonly milliseconds: number;
}

interface Index {
  readonly modules: readonly { file: string; expected: Verdict; confidence: 'high' | 'medium' | 'low' }[];
  readonly packs: Readonly<Record<string, { node24?: string; node20?: string }>>;
}

/** All samples below the folder `hostile` of the test data. */
export function* samples(folder: string): Generator<Sample> {
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as Index;
  for (const { file, expected, confidence } of index.modules) {
    yield { name: file, bytes: readFileSync(join(folder, file)), expected, sure: confidence === 'high' };
  }
  for (const [pack, { node20, node24 }] of Object.entries(index.packs)) {
    let i = 0;
    for (const bytes of unpack(join(folder, pack))) {
      const expected = node24?.[i] === '1' ? 'valid' : 'invalid';
      yield { name: `${pack}#${i}`, bytes, expected, sure: node20?.[i] === node24?.[i] };
      i++;
    }
  }
}

/** Repeated [u32le length][bytes], gzipped. */
function* unpack(path: string): Generator<Uint8Array> {
  const all = gunzipSync(readFileSync(path));
  for (let at = 0; at < all.length; ) {
    const length = all.readUInt32LE(at);
    yield all.subarray(at + 4, at + 4 + length);
    at += 4 + length;
  }
}

/** Our defaults as far as the recorded engines have them. */
const SHARED_FEATURES = withFeatures(DEFAULT_FEATURES, { 'wide-arithmetic': false, 'compact-imports': false });
/** What the recorded engines have on: legacy exceptions too. */
const V8_FEATURES = withFeatures(SHARED_FEATURES, { 'legacy-exceptions': true });

/** Decodes and validates one sample and says how that compares. */
export function judge(sample: Sample): Judgement {
  const start = performance.now();
  const [verdict, text] = verdictOn(sample.bytes, { features: V8_FEATURES });
  // As users have it, features that are off are refused; nothing else may differ.
  const [plain, plainText] = verdictOn(sample.bytes, { features: SHARED_FEATURES });
  const milliseconds = performance.now() - start;
  let { outcome, note } = compare(sample, verdict, text);
  if (plain !== verdict && plain !== 'unsupported') {
    outcome = 'wrong';
    note = `with legacy exceptions ${text}, without ${plainText}`;
  }
  if (milliseconds > MAX_MILLISECONDS) {
    outcome = 'wrong';
    note = `took ${milliseconds.toFixed(0)} ms`;
  }
  return { name: sample.name, outcome, note, milliseconds };
}

type Result = Verdict | 'unsupported' | 'broken';

/** The verdict, and the error's text (of an unsupported module the feature, of a broken one the JavaScript stack). */
function verdictOn(bytes: Uint8Array, options: ValidateOptions): [Result, string] {
  try {
    validateModule(decodeModule(bytes), options);
    return ['valid', 'valid'];
  } catch (error) {
    if (error instanceof MalformedError || error instanceof InvalidError) return ['invalid', String(error)];
    if (error instanceof UnsupportedError) return ['unsupported', error.feature];
    return ['broken', String((error as Error).stack)];
  }
}

function compare({ name, expected, sure }: Sample, verdict: Result, text: string): Pick<Judgement, 'outcome' | 'note'> {
  if (verdict === 'broken') return { outcome: 'wrong', note: `neither success nor a refusal: ${text}` };
  // A module that needs a feature which is not there is refused, which is right for an invalid one.
  if (verdict === 'unsupported') {
    return expected === 'invalid' ? { outcome: 'agrees', note: '' } : { outcome: 'waits', note: text };
  }
  const note = `expected ${expected}, got ${text}`;
  const exception = EXCEPTIONS[name];
  if (exception !== undefined) {
    return exception.verdict === verdict ? { outcome: 'excepted', note: exception.reason } : { outcome: 'wrong', note };
  }
  if (verdict === expected) return { outcome: 'agrees', note: '' };
  return { outcome: sure ? 'wrong' : 'differs', note };
}
