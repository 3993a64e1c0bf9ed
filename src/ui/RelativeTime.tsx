import { exactTime, relativeTime } from './relativeTime.ts'

/** How long ago, with the exact local time on hover and on focus. */
export function RelativeTime({ at }: { at: string }) {
  const exact = exactTime(at)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard must reach the exact time too.
    <time className="time" dateTime={at} data-exact={exact} tabIndex={0}>
      {relativeTime(at)}
      <span className="visually-hidden">, {exact}</span>
    </time>
  )
}
