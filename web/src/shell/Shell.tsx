import { useRef, useState } from 'react'
import { ActionIcon, AppShell, useComputedColorScheme, useMantineColorScheme } from '@mantine/core'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { usePreferences } from '../lib/view'
import { FindBox } from './FindBox'
import { HelpDialog } from './HelpDialog'
import { useHotkeys } from './hotkeys'
import { isHere, Navigation } from './Navigation'
import { pages } from './pages'
import { ProjectSwitcher } from './ProjectSwitcher'
import { RangeOffer } from './RangeOffer'
import { LoginPage } from './LoginPage'
import { SegmentNote } from './SegmentNote'
import { SegmentPicker } from './SegmentPicker'
import { TimeRangePicker } from './TimeRangePicker'
import { useAuthorised } from '../api/client'
import { Demo } from '../demo/Demo'
import './shell.css'

/** The frame of every page: navigation, find, time range, theme and keys. */
export function Shell() {
  const authorised = useAuthorised()
  const [help, setHelp] = useState(false)
  const [menu, setMenu] = useState(false)
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
    <AppShell header={{ height: { base: 78, xs: 44 } }} navbar={{ width: 148, breakpoint: 'xs', collapsed: { mobile: !menu } }} padding={8}>
      <title>{here ? `${here.label} · Clickspan` : 'Clickspan'}</title>
      <a href="#content" className="skip">Skip to content</a>
      <AppShell.Header className="header">
        <ActionIcon variant="default" size={26} className="menu-button" aria-label={menu ? 'Close the menu' : 'Open the menu'} aria-expanded={menu} onClick={() => setMenu(!menu)}>{menu ? '✕' : '☰'}</ActionIcon>
        <Link to="/" className="brand">Clickspan</Link>
        <FindBox ref={find} />
        <ProjectSwitcher />
        <SegmentPicker />
        <TimeRangePicker />
        <ActionIcon variant="default" size={26} aria-label="Switch between dark and light" title="Dark or light (Shift+D)" onClick={toggleTheme}>◐</ActionIcon>
        <ActionIcon variant="default" size={26} className="keys-button" aria-label="Keyboard help" title="Keyboard (?)" onClick={() => setHelp(true)}>?</ActionIcon>
      </AppShell.Header>
      <AppShell.Navbar className={menu ? 'navbar open' : 'navbar'} aria-label="Pages"><Navigation onChoose={() => setMenu(false)} /><button type="button" className="plain-button menu-help" onClick={() => setHelp(true)}>Help</button></AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}><RangeOffer /><SegmentNote /><Outlet /></AppShell.Main>
      <HelpDialog open={help} onClose={() => setHelp(false)} />
      <Demo />
    </AppShell>
  )
}

function useThemeToggle(): () => void {
  const { setColorScheme } = useMantineColorScheme()
  const scheme = useComputedColorScheme()
  return () => setColorScheme(scheme === 'dark' ? 'light' : 'dark')
}
