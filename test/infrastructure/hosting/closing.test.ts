import { expect, it } from 'vitest';
import { Closing } from '../../../infrastructure/hosting/closing.ts';

it('closes in the opposite order, whatever fails on the way', async () => {
  const closed: string[] = [];
  const closing = new Closing();
  closing.add(() => void closed.push('store'));
  closing.add(() => {
    throw new Error('the engine would not');
  });
  closing.add(async () => void closed.push('socket'));
  await expect(closing.run()).rejects.toThrow('the engine would not');
  expect(closed).toEqual(['socket', 'store']);
  await closing.run();
  expect(closed).toHaveLength(2);
});

it('leaves the first failure to be told when there was one', async () => {
  const closing = new Closing();
  closing.add(() => Promise.reject(new Error('another')));
  await closing.afterFailure();
});
