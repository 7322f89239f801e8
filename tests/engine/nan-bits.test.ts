// Float operators write the bits of the NaNs that they make, in both loops, hot and cold; the hosts table does the same in
// each host (npm run hosts).
import { afterAll, expect, test } from 'vitest';
import { type LoopName, useLoop } from '../../src/closures.ts';
import WebAssembly from '../../src/jsapi/index.ts';
import { assemble } from '../../src/text/index.ts';
import { checkFloatBits, floatBitsText } from '../hosts/subset/float-bits.ts';

const bytes = assemble(floatBitsText());

afterAll(() => {
  useLoop((process.env['WASMI_TS_LOOP'] as LoopName | undefined) ?? 'switch');
});

test.each(['switch', 'closures'] as const)(
  'a NaN that a float operator makes has the bits that it must have, however hot the code: %s',
  (loop) => {
    useLoop(loop);
    const { passed, failures } = checkFloatBits(WebAssembly, bytes, [1, 3, 60, 60]);
    expect(failures).toEqual([]);
    expect(passed).toBeGreaterThan(800);
  },
);
