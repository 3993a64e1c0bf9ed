import type { ReactNode } from 'react'

type Props = { name: string; title: string; checked: boolean; onChoose: () => void; children: ReactNode }

export function RadioCard({ name, title, checked, onChoose, children }: Props) {
  return (
    <label className="choice">
      <input type="radio" name={name} checked={checked} onChange={onChoose} />
      <span>
        <b>{title}</b>
        <span className="note">{children}</span>
      </span>
    </label>
  )
}
