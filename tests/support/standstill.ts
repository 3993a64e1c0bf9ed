/**
 * Does something and returns the most CPU milliseconds that went by without a turn of the event loop: how long every
 * other request would have stood still, whatever else the machine does meanwhile.
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
