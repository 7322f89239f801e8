// A file system for tests whose methods return promises, made of one that returns at once.

/** What was asked, and how many handles are open. */
export interface Book {
  readonly asked: string[];
  open: number;
}

const targets = new WeakMap<object, object>();

/**
 * The object with methods that answer a little later, by a timer. `close` is the only one that answers at once; what is
 * opened is slow too.
 */
export function answeringLater<T extends object>(inner: T, book: Book = { asked: [], open: 0 }): T {
  book.open++;
  const outer = new Proxy(inner, {
    get(_target, name) {
      const value = inner[name as keyof T];
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (name === 'close') {
          book.open--;
          return value.call(inner);
        }
        book.asked.push(String(name));
        const plain = args.map((arg) => (typeof arg === 'object' && arg !== null ? (targets.get(arg) ?? arg) : arg));
        return new Promise((resolve, reject) => {
          setTimeout(() => {
            try {
              const answer: unknown = value.apply(inner, plain);
              const opens = /^(open|reopen)/.test(String(name));
              resolve(opens ? answeringLater(answer as object, book) : answer);
            } catch (error) {
              reject(error);
            }
          }, 0);
        });
      };
    },
  });
  targets.set(outer, inner);
  return outer;
}
