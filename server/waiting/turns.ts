/**
 * A queue that serves those who wait in turns: everybody has a line of their own, first come first served, and each
 * turn takes one from the next line. So a hundred requests of one person delay another person by one of them.
 *
 * Adding and taking cost the same however many wait: no scan, no shifted array.
 */
export class Turns<T> {
  #lines = new Map<string, Line<T>>()
  /** The lines are a ring. The one after the last is served next. */
  #last: Line<T> | undefined
  #size = 0

  /** How many wait. */
  get size() {
    return this.#size
  }

  /** How many of one person wait. */
  sizeOf(who: string): number {
    return this.#lines.get(who)?.size ?? 0
  }

  /** Adds to the end of somebody's line. A new line is served after all that are there. */
  add(who: string, item: T) {
    const line = this.#lines.get(who) ?? this.#join(who)
    line.add(item)
    this.#size++
  }

  /** Takes the next one. */
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
   * Makes room for one of somebody: takes the last one of the longest line, if that is longer than theirs would be. So
   * who has the most loses it, not who comes last. Looks at every line.
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

  /** Removes the first line of the ring. */
  #leave(line: Line<T>) {
    this.#lines.delete(line.who)
    if (!this.#last || this.#last === line) this.#last = undefined
    else this.#last.next = line.next
  }
}

/** What one person waits for. */
class Line<T> {
  readonly who: string
  next: Line<T> = this
  #items: T[] = []
  /** Where the line begins: what is before it has been taken. */
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

  /** Of a line of two or more. */
  takeLast(): T | undefined {
    return this.#items.pop()
  }

  take(): T | undefined {
    const item = this.#items[this.#start++]
    // Moves the rest to the front when at least as much has been taken: each item is moved once on average.
    if (this.#start * 2 >= this.#items.length) {
      this.#items = this.#items.slice(this.#start)
      this.#start = 0
    }
    return item
  }
}
