/**
 * Runs a function and returns the longest time in CPU milliseconds without a turn of the event loop: how long all other
 * requests would have been blocked, regardless of the load on the machine.
 */
export async function longestStandstill(work: () => Promise<unknown>): Promise<number> {
  let longest = 0
  let before = process.cpuUsage()
  const look = () => {
    const { user, system } = process.cpuUsage(before)
    longest = Math.max(longest, (user + system) / 1000)
    before = process.cpuUsage()
  }
  let over = false
  const watch = () => {
    look()
    if (!over) setImmediate(watch)
  }
  setImmediate(watch)
  await work()
  over = true
  look()
  return longest
}
