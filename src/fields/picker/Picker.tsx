import { useState } from 'react'
import { Field } from '#ui/Field.tsx'
import { PickerInput, type PickerProps } from './PickerInput.tsx'

/**
 * Picks one or several from a list that is searched by typing: ARIA's combobox. Text that is typed and not chosen is
 * dropped when the focus leaves, and named then: the input shows only what is chosen.
 */
export function Picker(props: PickerProps) {
  const { label, search, help, error } = props
  const [dropped, setDropped] = useState('')
  const kept = !props.multiple && props.value?.text
  const notChosen = dropped && `“${dropped}” is not chosen: ${kept ? `it stays ${kept}` : 'pick one from the list'}.`
  return (
    <Field label={label} help={help} error={error ?? search.error ?? (notChosen || undefined)}>
      {(control) => <PickerInput {...props} control={control} onDrop={setDropped} />}
    </Field>
  )
}
