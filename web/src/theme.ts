import { createTheme, defaultVariantColorsResolver } from '@mantine/core'

// From text to shadow; Mantine takes the borders from 4, the fields from 6 and the page from 7.
const dark = ['#e4e8ed', '#c3cad3', '#a0aab6', '#68727e', '#2a3038', '#232932', '#1b2027', '#14181d', '#101317', '#0b0d10'] as const

// Dense and quiet: 13 px text, small radii, no weight changes. Mantine's defaults change between majors, so each is set here.
export const theme = createTheme({
  primaryColor: 'blue',
  colors: { dark },
  primaryShade: { light: 8, dark: 4 },
  defaultRadius: 'sm',
  autoContrast: true,
  // Filled buttons are of the primary colour, which is light in the dark; Mantine measures its contrast in the light only.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input)
    return input.variant === 'filled' ? { ...colors, color: 'var(--mantine-primary-color-contrast)' } : colors
  },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  headings: { fontWeight: '600' },
})
