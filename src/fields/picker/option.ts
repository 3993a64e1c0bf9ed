/** One entry of a picker. */
export type Option = {
  value: string
  /** Says beyond doubt which one it is, also where only this is shown. */
  text: string
  /** Beside it, while choosing. */
  note?: string | undefined
}
