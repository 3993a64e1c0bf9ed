import { type ClipboardEvent, type DragEvent, type FormEvent, useState } from 'react'
import { lostLines } from './lostLines.ts'

type TextControl = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement

/** What to say when an input of one line has joined what was pasted or dropped, and the handlers that notice it. */
export function useLostLines() {
  const [lost, setLost] = useState<string>()
  const notice = ({ tagName }: TextControl, data: DataTransfer) => {
    if (tagName === 'INPUT') setLost(lostLines(data.getData('text')))
  }
  return {
    lost,
    noticing: {
      onPaste: (event: ClipboardEvent<TextControl>) => notice(event.currentTarget, event.clipboardData),
      onDrop: (event: DragEvent<TextControl>) => notice(event.currentTarget, event.dataTransfer),
      // Another text.
      onInput: ({ currentTarget }: FormEvent<TextControl>) => {
        if (currentTarget.value.length < 2) setLost(undefined)
      },
    },
  }
}
