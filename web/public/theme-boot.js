// Runs before the first paint, so a dark page never flashes white. A file of its own, because the CSP allows no inline script.
;(function () {
  var scheme = 'auto'
  try {
    scheme = localStorage.getItem('mantine-color-scheme-value') || scheme
  } catch {
    // Storage may be blocked; the system's preference then decides.
  }
  var dark = scheme === 'dark' || (scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light')
})()
