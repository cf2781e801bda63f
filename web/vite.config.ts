import react from '@vitejs/plugin-react'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2022',
    manifest: true,
    // No data: URIs for scripts and styles, so that the strict CSP needs no exception.
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'react', test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 20 },
            { name: 'ui', test: /node_modules[\\/](@mantine|@floating-ui|clsx|react-remove-scroll)/, priority: 10 },
          ],
        },
      },
    },
  },
  server: {
    // `npm run dev` talks to a server started with `clickspan demo --addr 127.0.0.1:8080`.
    proxy: { '/api': process.env.CLICKSPAN_URL ?? 'http://127.0.0.1:8080' },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.{ts,tsx}'] },
})
