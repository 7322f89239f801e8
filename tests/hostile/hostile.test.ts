import { expect, test } from 'vitest';
import { dataFolder, missingData } from '../data.ts';
import { EXCEPTIONS } from './exceptions.ts';
import { judge, samples } from './judge.ts';

const folder = dataFolder('hostile');
if (folder === undefined) console.warn(`skipped: ${missingData('hostile')}`);

test.skipIf(folder === undefined)(
  'hostile modules are decoded and validated as recorded, with our errors, and soon',
  () => {
    const judgements = [...samples(folder ?? '')].map(judge);
    expect(judgements.filter((judgement) => judgement.outcome === 'wrong')).toEqual([]);
    const excepted = judgements.filter((judgement) => judgement.outcome === 'excepted').map(({ name }) => name);
    expect(excepted.sort()).toEqual(Object.keys(EXCEPTIONS).sort());
    expect(judgements.length).toBeGreaterThan(7000);
  },
);
