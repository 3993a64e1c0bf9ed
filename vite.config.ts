import react from '@vitejs/plugin-react'
import { PurgeCSS } from 'purgecss'
import { defineConfig, type Plugin } from 'vite'

const isSemantic = (file: string | undefined) => file?.includes('semantic-ui-css') ?? false

/**
 * Removes from Semantic's stylesheets what our Content-Security-Policy forbids or our own styles replace: the Google
 * font, the icon fonts in data: URIs, and `!important` where it would override our corrections. Only the rules that
 * show and hide menus keep it.
 */
const semanticWithoutFonts = {
  postcssPlugin: 'semantic-without-fonts',
  AtRule: {
    import: (rule: { params: string; remove(): void }) => {
      if (rule.params.includes('fonts.googleapis.com')) rule.remove()
    },
    'font-face': (rule: { source?: { input: { file?: string } }; remove(): void }) => {
      if (isSemantic(rule.source?.input.file)) rule.remove()
    },
  },
  Rule: (rule: { selector: string; remove(): void }) => {
    // A typo in Semantic that breaks the minifier.
    if (rule.selector.includes(':ActiveHover')) rule.remove()
  },
  Declaration: (declaration: {
    prop: string
    value: string
    important?: boolean | undefined
    source?: { input: { file?: string } }
    remove(): void
  }) => {
    if (!isSemantic(declaration.source?.input.file)) return
    if (declaration.value.includes('data:') || /^-(webkit|ms|moz)-/.test(declaration.prop)) declaration.remove()
    else if (!declaration.source?.input.file?.match(/(transition|dropdown)\.css$/)) declaration.important = false
    else if (!['display', 'visibility'].includes(declaration.prop)) declaration.important = false
  },
}

/** Class names that semantic-ui-react sets at run time, so our sources don't contain them. */
const runtimeClasses = [
  ...['ui', 'dropdown', 'search', 'selection', 'multiple', 'fluid', 'clearable', 'clear', 'scrolling', 'upward'],
  ...['menu', 'item', 'selected', 'active', 'visible', 'hidden', 'transition', 'filtered', 'sizer', 'noselect'],
  ...['text', 'default', 'divider', 'message', 'loading', 'disabled', 'error', 'label', 'delete', 'icon', 'input'],
]

/** Splits a minified stylesheet into Semantic's layer (see index.css) and the rest, which is our own. */
function byLayer(css: string) {
  let semantic = ''
  let ours = ''
  let depth = 0
  let start = 0
  for (let at = 0; at < css.length; at++) {
    if (css[at] === '{') depth += 1
    if (css[at] === '}') depth -= 1
    if (depth > 0 || !'};'.includes(css[at] ?? '')) continue
    const statement = css.slice(start, at + 1)
    if (statement.startsWith('@layer semantic')) semantic += statement
    else ours += statement
    start = at + 1
  }
  return { semantic, ours: ours + css.slice(start) }
}

/**
 * Drops unused rules of Semantic, which has every component in every colour. Our own rules stay: PurgeCSS treats
 * selectors that begin with a pseudo-class, such as the focus ring's, as unused.
 */
const withoutUnusedCss: Plugin = {
  name: 'without-unused-css',
  apply: 'build',
  enforce: 'post',
  async generateBundle(_, bundle) {
    for (const asset of Object.values(bundle)) {
      if (asset.type !== 'asset' || !asset.fileName.endsWith('.css')) continue
      const { semantic, ours } = byLayer(String(asset.source))
      const [purged] = await new PurgeCSS().purge({
        content: ['index.html', 'src/**/*.{ts,tsx}'],
        css: [{ raw: semantic }],
        safelist: runtimeClasses,
      })
      if (purged) asset.source = purged.css + ours
    }
  },
}

const ourSources = { find: /^#/, replacement: `${import.meta.dirname}/src/` }

/** Needed by the sign-in page and every other page: one file is smaller than fifteen. */
const base = new RegExp(
  [
    'node_modules/(react|react-dom|scheduler|react-router|lucide-react/dist/esm/(?!icons))\\b',
    'src/(store|paths|params|routes)\\.tsx?$',
    'src/api/(http|ApiError|session|sessionOver|unreachable)\\.ts$',
    'src/pages/(Root|RouteError|session/(UnreachableBanner|SignInForm))\\.tsx$',
    'src/ui/(Icon|Field|Page|Skeleton|ProgressLine|ErrorMessage|ErrorPage|Message)\\.tsx$',
  ].join('|'),
)

/** By default, bundlers get the router's development build, with all its warnings. */
const routerForProduction = [
  { find: /^react-router$/, file: 'index.mjs' },
  { find: /^react-router\/dom$/, file: 'dom-export.mjs' },
].map(({ find, file }) => ({
  find,
  replacement: `${import.meta.dirname}/node_modules/react-router/dist/production/${file}`,
}))

export default defineConfig(({ command }) => ({
  plugins: [react(), withoutUnusedCss],
  resolve: { alias: command === 'build' ? [ourSources, ...routerForProduction] : [ourSources] },
  // Without these, the first page of a cold development server loads two copies of React.
  optimizeDeps: {
    include: [
      'react',
      'react-dom/client',
      'react-router',
      'react-router/dom',
      '@tanstack/react-query',
      'semantic-ui-react',
      'lucide-react',
    ],
  },
  css: {
    postcss: { plugins: [semanticWithoutFonts] },
    // Semantic has declarations that no parser accepts; the minifier skips them, as browsers do.
    lightningcss: { errorRecovery: true },
  },
  build: {
    outDir: 'dist/client',
    manifest: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: 'base', test: base }] },
      },
    },
  },
}))
