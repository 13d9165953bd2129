// A value that parts of the page follow.
import { useEffect, useState } from './view.js';

export class Store {
  #value;
  #followers = new Set();

  constructor(value) {
    this.#value = value;
  }

  get value() {
    return this.#value;
  }

  set(value) {
    this.#value = value;
    for (const each of [...this.#followers]) each(value);
  }

  follow(follower) {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }
}

export function useStore(store) {
  const [value, set] = useState(store.value);
  useEffect(() => {
    set(store.value); // it may have changed since it was drawn
    return store.follow(set);
  }, [store]);
  return value;
}
