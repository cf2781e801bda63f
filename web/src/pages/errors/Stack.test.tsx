import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import type { Frame } from '../../api/groups'
import { Stack } from './Stack'

afterEach(cleanup)

const sent: Frame = { function: 't', file: 'https://shop.example/app-4f9c21be.js', line: 1, column: 119, in_app: true }

test('a resolved frame shows the source, and beside it what was sent', () => {
  render(<Stack noMap={undefined} frames={[{ ...sent, original: { function: 'totalOf', file: 'src/total.ts', line: 6, column: 22, from: 5, lines: ['let total = 0', 'for (const line of lines) {'] } }]} />)
  expect(screen.getByText('totalOf').closest('p')!.textContent).toContain('src/total.ts:6:22 sent as t in https://shop.example/app-4f9c21be.js:1:119')
  expect(document.querySelector('.here')!.textContent).toContain('for (const line of lines) {')
})

test('what is missing is said, and a frame without map stays as it was sent', () => {
  render(<Stack noMap="No source map of release 2.0 covers these files." frames={[sent, { function: '', file: '', line: 0, column: 0, in_app: false }]} />)
  expect(screen.getByText(/No source map/)).toBeTruthy()
  expect(document.body.textContent).toContain('an unknown file')
})

test('no stack at all is said', () => {
  render(<Stack noMap={undefined} frames={[]} />)
  expect(screen.getByText(/without a stack/)).toBeTruthy()
})

test.each(['<img src=x onerror=alert(1)>', '\u202Eمرحبا', '👩‍👩‍👧‍👦', 'x'.repeat(4000)])('an odd name is text: %s', (name) => {
  render(<Stack noMap={undefined} frames={[{ ...sent, function: name, original: { file: name, line: 1, column: 1, lines: [name], from: 1 } }]} />)
  expect(document.querySelector('img')).toBeNull()
  expect(document.querySelector('.here')!.textContent).toContain(name)
})
