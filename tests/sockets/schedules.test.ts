import { expect, it } from 'vitest';
import { wrongSchedules } from './schedules.ts';

it('a server and its clients end alike in whatever order their threads run (npm run sockets tries 1,000)', async () => {
  expect(await wrongSchedules(1000, 60)).toBeUndefined();
});
