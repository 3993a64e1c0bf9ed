import { Copy, Settings, Trash2 } from 'lucide-react'
import type { KeyboardEvent, MouseEvent, SyntheticEvent } from 'react'
import { useState } from 'react'
import type { ListedSecret } from '#api/types.ts'
import { paths } from '#paths.ts'
import { copyText } from '#ui/CopyButton.tsx'
import { type MenuItem, MenuList, useMenu } from '#ui/MenuList.tsx'
import { announce, warn } from '#ui/StatusMessage.tsx'

/** The name of a row's button, and of its menu. */
export const menuLabel = (name: string) => `Actions for ${name}`

/** One menu for all rows: fifty of them took half of the time to show a page. */
export function useRowMenu(secrets: ListedSecret[], noAccess: Set<string>) {
  const menu = useMenu()
  const [row, setRow] = useState(-1)
  const secret = secrets[row]

  /** Does what the menu does on its button, for the button of the row that the event is in. */
  function onButton(event: SyntheticEvent<HTMLElement>, act: (button: HTMLElement) => void) {
    const button = event.target instanceof Element ? event.target.closest<HTMLElement>('.row-menu button') : null
    const tableRow = button?.closest('tr')
    if (!button || !tableRow) return
    setRow(tableRow.sectionRowIndex)
    act(button)
  }

  return {
    onClick: (event: MouseEvent<HTMLElement>) => onButton(event, menu.onClick),
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => onButton(event, (button) => menu.onKeyDown(event, button)),
    openRow: menu.isOpen ? row : -1,
    list: secret && (
      <MenuList menu={menu} label={menuLabel(secret.name)} items={itemsFor(secret, noAccess.has(secret.id))} />
    ),
  }
}

/** Nothing that would lead to a page that may not be opened. */
function itemsFor({ id, orgName, name }: ListedSecret, isClosed: boolean): MenuItem[] {
  const ref = { orgName, secretName: name }
  const copies: MenuItem[] = [
    { label: 'Copy name', icon: Copy, onSelect: () => copy('name', name) },
    { label: 'Copy id', icon: Copy, onSelect: () => copy('id', id) },
  ]
  if (isClosed) return copies
  return [
    ...copies,
    { label: 'Settings', icon: Settings, to: paths.secret(ref, 'settings') },
    { label: 'Delete…', icon: Trash2, danger: true, to: paths.deleteSecret(ref) },
  ]
}

async function copy(what: string, text: string) {
  if (await copyText(text)) announce(`Copied the ${what} ${text}.`)
  else warn(`The ${what} was not copied. Copy it from here: ${text}`)
}
