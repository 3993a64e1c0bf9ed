import { FileText } from 'lucide-react'
import { type ClipboardEvent, type DragEvent, type ReactNode, type RefObject, useRef, useState } from 'react'
import { type ControlProps, Field } from '#ui/Field.tsx'
import { Icon } from '#ui/Icon.tsx'
import { RevealInput } from '#ui/RevealInput.tsx'
import { lineEndsOf, readFile } from './chosenFile.ts'
import { type Content, isEmpty, sizeOf } from './draft.ts'
import type { ContentProps } from './fields.ts'
import { sizeWords } from './rules.ts'
import { Warnings } from './Warnings.tsx'

type Props = ContentProps & {
  label: string
  help?: ReactNode
  /** How it can be typed or pasted; without it only a file is accepted. */
  typed?: 'in clear' | 'masked'
  accept?: string
  rows?: number
}

/** Text that is typed or pasted, or a file that is dropped or chosen. */
export function ContentField({
  label,
  help,
  content,
  onChange,
  error,
  warnings,
  facts,
  onFix,
  typed,
  accept,
  rows = 6,
}: Props) {
  const [unreadable, setUnreadable] = useState<string>()
  const area = useRef<HTMLDivElement>(null)
  const fileInput = useRef<HTMLInputElement>(null)
  const [dragging, setDragging] = useState(false)

  async function take(file: File | undefined) {
    if (!file) return
    try {
      onChange({ ...content, file: await readFile(file) })
      setUnreadable(undefined)
    } catch {
      // A folder, or a file that no longer exists.
      setUnreadable(`“${file.name}” could not be read.`)
    }
  }

  function remove() {
    // The button goes with the file.
    fileInput.current?.focus()
    onChange({ ...content, file: undefined })
  }

  const drop = {
    onDragOver: (event: DragEvent) => {
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      setDragging(true)
    },
    onDragLeave: () => setDragging(false),
    onDrop: (event: DragEvent) => {
      setDragging(false)
      // The browser handles text that is dragged into the field.
      if (!event.dataTransfer.types.includes('Files')) return
      event.preventDefault()
      void take(event.dataTransfer.files[0])
    },
  }

  return (
    <div ref={area} className={`content-field ${dragging ? 'dragging' : ''}`} {...drop}>
      <Field label={label} help={help} error={unreadable ?? error} className="wide">
        {(control) => (
          <>
            {content.file ? (
              <ChosenFile control={control} content={content} onRemove={remove} />
            ) : typed ? (
              <Lines {...{ label, control, content, onChange, typed, rows }} />
            ) : (
              <output className="no-file muted" id={control.id}>
                No file chosen yet.
              </output>
            )}
            <div className="content-bar">
              <FileButton {...{ label, accept }} input={fileInput} onChoose={take} isProblem={!!error} />
              <span className="muted">or drop it here</span>
              {!isEmpty(content) && !content.file && <span className="muted size">{sizeWords(sizeOf(content))}</span>}
            </div>
          </>
        )}
      </Field>
      <Warnings
        of={warnings}
        facts={facts}
        onFix={(change) => {
          // The button goes with the warning.
          area.current?.querySelector<HTMLElement>('textarea, input')?.focus()
          onFix(change)
        }}
      />
    </div>
  )
}

type ChosenProps = { control: ControlProps; content: Content; onRemove: () => void }

function ChosenFile({ control, content, onRemove }: ChosenProps) {
  return (
    <div className="chosen-file">
      <output id={control.id}>
        <Icon of={FileText} /> <span className="mono">{content.file?.name}</span>{' '}
        <span className="muted">{sizeWords(sizeOf(content))}</span>
      </output>
      <button type="button" className="ui button" onClick={onRemove}>
        Remove
      </button>
    </div>
  )
}

type LinesProps = {
  label: string
  control: ControlProps
  content: Content
  onChange: (content: Content) => void
  typed: 'in clear' | 'masked'
  rows: number
}

function Lines({ label, control, content, onChange, typed, rows }: LinesProps) {
  const [pasted, setPasted] = useState<'CRLF' | 'mixed'>()

  function onPaste(event: ClipboardEvent<HTMLTextAreaElement>) {
    const lineEnds = lineEndsOf(event.clipboardData.getData('text/plain'))
    const { selectionStart, selectionEnd, value } = event.currentTarget
    if (selectionStart === 0 && selectionEnd === value.length) restart(value)
    if (lineEnds !== 'LF') setPasted(lineEnds)
  }

  /** Line ends that were pasted or chosen for one text are not those of the next. */
  function restart(text: string) {
    setPasted(undefined)
    onChange({ ...content, text, lineEnds: 'LF' })
  }

  function choose(lineEnds: Content['lineEnds']) {
    document.getElementById(control.id)?.focus()
    onChange({ ...content, lineEnds })
  }

  const common = {
    ...control,
    rows,
    wrap: 'off',
    value: content.text,
    onChange: ({ target: { value: text } }: { target: { value: string } }) =>
      text.includes('\n') ? onChange({ ...content, text }) : restart(text),
    onPaste,
    autoComplete: 'off',
    autoCapitalize: 'none',
    spellCheck: false,
  }
  return (
    <>
      {typed === 'masked' ? (
        <RevealInput multiline what={label.toLowerCase()} {...common} />
      ) : (
        <textarea {...common} className="mono" />
      )}
      {content.text.includes('\n') && <LineEnds pasted={pasted} lineEnds={content.lineEnds} onChange={choose} />}
    </>
  )
}

type LineEndsProps = {
  pasted: 'CRLF' | 'mixed' | undefined
  lineEnds: Content['lineEnds']
  onChange: (lineEnds: Content['lineEnds']) => void
}

/** A textarea cannot hold a CR: says which line ends were lost, and offers to keep them. */
function LineEnds({ pasted, lineEnds, onChange }: LineEndsProps) {
  if (lineEnds === 'CRLF')
    return (
      <p className="note" role="status">
        Every line ends with CRLF, as pasted.{' '}
        <button type="button" className="ui link button" onClick={() => onChange('LF')}>
          Use LF
        </button>
      </p>
    )
  if (pasted === 'mixed')
    return (
      <p className="note warning" role="status">
        What you pasted mixes line ends (CR, LF); all of them became LF. To keep every byte, choose a file instead.
      </p>
    )
  if (pasted === 'CRLF')
    return (
      <p className="note" role="status">
        What you pasted has Windows line ends (CRLF); they became LF.{' '}
        <button type="button" className="ui link button" onClick={() => onChange('CRLF')}>
          Keep CRLF
        </button>
      </p>
    )
  return null
}

type FileButtonProps = {
  input: RefObject<HTMLInputElement>
  label: string
  accept: string | undefined
  onChoose: (file: File | undefined) => void
  isProblem: boolean
}

function FileButton({ input, label, accept, onChoose, isProblem }: FileButtonProps) {
  return (
    <label className="ui button file-button">
      Choose a file
      <input
        ref={input}
        type="file"
        aria-label={`Choose a file: ${label}`}
        accept={accept}
        data-problem={isProblem ? '' : undefined}
        onChange={({ target }) => {
          onChoose(target.files?.[0])
          // The same file can be chosen again after it was removed or changed.
          target.value = ''
        }}
      />
    </label>
  )
}
