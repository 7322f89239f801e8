// Events: epoll sets, and the name of the handler of signals.
import { type Chapter, chapter } from './chapter.ts';
import { epollCreate, epollCtl, epollPrice, epollWait, MOST_EVENTS } from './epoll.ts';
import { callbackSignal } from './signals.ts';

// biome-ignore format: a table
const TABLE = {
  epoll_create:    'made:*fd',
  epoll_ctl:       'epfd:fd op:epoll_ctl fd:fd event:ptr',
  epoll_wait:      'epfd:fd event:ptr maxevents:u32 timeout:timestamp count:*size',
  callback_signal: 'callback:string nothing',
} as const;

export function events(): Chapter[] {
  const calls = {
    epoll_create: epollCreate,
    epoll_ctl: epollCtl,
    epoll_wait: epollWait,
    callback_signal: callbackSignal,
  };
  return [chapter(TABLE, calls, { epoll_wait: [[epollPrice, MOST_EVENTS]] })];
}
