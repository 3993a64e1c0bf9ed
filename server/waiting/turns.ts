/**
 * A round-robin queue: everybody has their own queue, first in first out, and each turn takes one item from the next
 * queue. So a hundred requests of one person delay another person by just one. Adding and taking are O(1): no scan, no
 * shifted array.
 */
export class Turns<T> {
  #lines = new Map<string, Line<T>>()
  /** The queues form a ring. The one after `last` is served next. */
  #last: Line<T> | undefined
  #size = 0

  /** The number of waiting items. */
  get size() {
    return this.#size
  }

  /** The number of waiting items of one person. */
  sizeOf(who: string): number {
    return this.#lines.get(who)?.size ?? 0
  }

  /** Adds an item to somebody's queue. A new queue is served after all existing ones. */
  add(who: string, item: T) {
    const line = this.#lines.get(who) ?? this.#join(who)
    line.add(item)
    this.#size++
  }

  /** Takes the next item. */
  take(): T | undefined {
    const line = this.#last?.next
    if (!line) return undefined
    const item = line.take()
    this.#size--
    if (line.size > 0) this.#last = line
    else this.#leave(line)
    return item
  }

  /**
   * Makes room for an item of somebody: removes the last item of the longest queue, if that is longer than theirs would
   * be. So the one with the most loses an item, not the newcomer. Looks at every queue.
   */
  dropFor(who: string, mayLose: (other: string) => boolean = () => true): T | undefined {
    let longest: Line<T> | undefined
    for (const line of this.#lines.values()) {
      if (line.size > (longest?.size ?? this.sizeOf(who) + 1) && mayLose(line.who)) longest = line
    }
    if (!longest) return undefined
    this.#size--
    return longest.takeLast()
  }

  #join(who: string): Line<T> {
    const line = new Line<T>(who)
    if (this.#last) {
      line.next = this.#last.next
      this.#last.next = line
    }
    this.#last = line
    this.#lines.set(who, line)
    return line
  }

  /** Removes the first queue of the ring. */
  #leave(line: Line<T>) {
    this.#lines.delete(line.who)
    if (!this.#last || this.#last === line) this.#last = undefined
    else this.#last.next = line.next
  }
}

/** The waiting items of one person. */
class Line<T> {
  readonly who: string
  next: Line<T> = this
  #items: T[] = []
  /** The index of the first item; those before it have been taken. */
  #start = 0

  constructor(who: string) {
    this.who = who
  }

  get size() {
    return this.#items.length - this.#start
  }

  add(item: T) {
    this.#items.push(item)
  }

  /** Removes the last item of a queue of two or more. */
  takeLast(): T | undefined {
    return this.#items.pop()
  }

  take(): T | undefined {
    const item = this.#items[this.#start++]
    // Moves the rest to the front once at least as many have been taken, so each item is moved once on average.
    if (this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start)
      this.#start = 0
    }
    return item
  }
}
