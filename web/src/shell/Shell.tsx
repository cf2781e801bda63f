import { useRef, useState } from 'react'
import { ActionIcon, AppShell, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { usePreferences } from '../lib/view'
import { FindBox } from './FindBox'
import { HelpDialog } from './HelpDialog'
import { useHotkeys } from './hotkeys'
import { navigation, pages, type Page } from './pages'
import { LoginPage } from './LoginPage'
import { TimeRangePicker } from './TimeRangePicker'
import { useAuthorised } from '../api/client'
import { Demo } from '../demo/Demo'
import './shell.css'

/** The frame of every page: navigation, find, time range, theme and keys. */
export function Shell() {
  const authorised = useAuthorised()
  const [help, setHelp] = useState(false)
  const find = useRef<HTMLInputElement>(null)
  const navigate = useNavigate()
  const { refresh } = usePreferences()
  const toggleTheme = useThemeToggle()
  useHotkeys({
    '/': () => find.current?.focus(),
    '?': () => setHelp(true),
    D: toggleTheme,
    r: refresh,
    ...Object.fromEntries(pages.map((page) => [`g ${page.key}`, () => void navigate({ to: page.path })])),
  })
  const here = useRouterState({ select: (state) => pages.find((page) => isHere(page, state.location.pathname)) })
  if (!authorised) return <LoginPage />
  return (
    <AppShell header={{ height: 44 }} navbar={{ width: 148, breakpoint: 'xs', collapsed: { mobile: true } }} padding={8}>
      <title>{here ? `${here.label} · Clickspan` : 'Clickspan'}</title>
      <a href="#content" className="skip">Skip to content</a>
      <AppShell.Header className="header">
        <Link to="/" className="brand">Clickspan</Link>
        <FindBox ref={find} />
        <TimeRangePicker />
        <ActionIcon variant="default" size={26} aria-label="Switch between dark and light" title="Dark or light (Shift+D)" onClick={toggleTheme}>◐</ActionIcon>
        <ActionIcon variant="default" size={26} aria-label="Keyboard help" title="Keyboard (?)" onClick={() => setHelp(true)}>?</ActionIcon>
      </AppShell.Header>
      <AppShell.Navbar className="navbar" aria-label="Pages"><Navigation /></AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}><Outlet /></AppShell.Main>
      <HelpDialog open={help} onClose={() => setHelp(false)} />
      <Demo />
    </AppShell>
  )
}

function isHere(page: Page, path: string): boolean {
  return page.path === '/' ? path === '/' : path.startsWith(page.path)
}

function Navigation() {
  const path = useRouterState({ select: (state) => state.location.pathname })
  return navigation.map(({ group, pages: members }) => (
    <section key={group} aria-label={group}>
      <p className="nav-group">{group}</p>
      <ul>
        {members.map((page) => <li key={page.path}><Link to={page.path} className="nav-link" aria-current={isHere(page, path) ? 'page' : undefined}>{page.label}</Link></li>)}
      </ul>
    </section>
  ))
}

function useThemeToggle(): () => void {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme()
  return () => setColorScheme(scheme === 'dark' ? 'light' : 'dark')
}
