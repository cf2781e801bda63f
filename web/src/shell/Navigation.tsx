import { Link, useRouterState } from '@tanstack/react-router'
import { navigation, type Page } from './pages'

/** All pages by group; on a phone it fills the screen until one is chosen. */
export function Navigation({ onChoose }: { onChoose: () => void }) {
  const path = useRouterState({ select: (state) => state.location.pathname })
  return navigation.map(({ group, pages }) => (
    <section key={group} aria-label={group}>
      <p className="nav-group">{group === 'Set-up' && <span aria-hidden>⚙ </span>}{group}</p>
      <ul>
        {pages.map((page) => (
          <li key={page.path}>
            <Link to={page.path} className="nav-link" aria-current={isHere(page, path) ? 'page' : undefined} onClick={onChoose}>{page.label}</Link>
          </li>
        ))}
      </ul>
    </section>
  ))
}

export function isHere(page: Page, path: string): boolean {
  return page.path === '/' ? path === '/' : path.startsWith(page.path)
}
