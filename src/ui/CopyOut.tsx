import { Download } from 'lucide-react'
import { useId } from 'react'
import { CopyButton } from './CopyButton.tsx'
import { downloadText } from './downloadText.ts'
import { Icon } from './Icon.tsx'

type Props = {
  /** `store password` */
  what: string
  text: string
  fileName: string
  isShownOnce: boolean
  isSaved: boolean
  /** It was copied or downloaded. */
  onSaved: () => void
  children: string
}

/** Something that the server made, to take away. */
export function CopyOut({ what, text, fileName, isShownOnce, isSaved, onSaved, children }: Props) {
  const id = useId()
  const shared = { id, readOnly: true, value: text, className: 'mono', 'aria-describedby': `${id}-note` }
  return (
    <div className="copy-out field wide">
      <label htmlFor={id}>{what.charAt(0).toUpperCase() + what.slice(1)}</label>
      {text.length > 80 ? <textarea rows={7} {...shared} /> : <input type="text" {...shared} />}
      <p className="note" id={`${id}-note`}>
        {children}
      </p>
      <div className="tools">
        <CopyButton text={text} label={`Copy the ${what}`} onCopied={onSaved} primary>
          Copy
        </CopyButton>
        <button
          type="button"
          className="ui button"
          aria-label={`Download the ${what}`}
          onClick={() => {
            downloadText(fileName, text)
            onSaved()
          }}
        >
          <Icon of={Download} /> Download
        </button>
        {isShownOnce && !isSaved && <span className="note">Neither copied nor downloaded yet.</span>}
      </div>
    </div>
  )
}
