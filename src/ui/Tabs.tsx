import { NavLink } from 'react-router'

type Props = { label: string; tabs: { label: string; to: string }[] }

/** Parts of a page, each with its own address: links, not ARIA tabs. */
export function Tabs({ label, tabs }: Props) {
  return (
    <nav className="ui secondary pointing menu" aria-label={label}>
      {tabs.map((tab) => (
        <NavLink key={tab.to} to={tab.to} className={({ isActive }) => `item ${isActive ? 'active' : ''}`}>
          {tab.label}
        </NavLink>
      ))}
    </nav>
  )
}
