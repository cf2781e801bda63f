import { useMatch } from '@tanstack/react-router'
import { useViewSearch } from './view'

// Pages about the whole project, about one thing in full, or about segments themselves.
const ofEverybody = [/^\/$/, /^\/(live|find|connect|quality|settings|segments)$/, /^\/(people|sessions)\/./]

/** Whether a page can be about the people or sessions of a segment only. */
export function takesSegment(pathname: string): boolean {
  return !ofEverybody.some((pages) => pages.test(pathname))
}

/** The segment that the page in sight is narrowed to; undefined when it is about everybody. */
export function useSegment(): string | undefined {
  const { segment } = useViewSearch()
  // The match, not the location: that one moves on before the page does.
  const pathname = useMatch({ strict: false, select: (match) => match.pathname })
  return takesSegment(pathname) ? segment : undefined
}

/** The question, about the segment only. */
export function narrowed<Question extends object>(question: Question, segment: string | undefined): Question & { segment?: string } {
  return segment ? { ...question, segment } : question
}

/** The question as the page in sight asks it: every read and query that can be about a segment goes through here. */
export function useNarrowed<Question extends object | null>(question: Question): Question {
  const segment = useSegment()
  return question && narrowed(question, segment)
}
