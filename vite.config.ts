import react from '@vitejs/plugin-react'
import { PurgeCSS } from 'purgecss'
import { defineConfig, type Plugin, type Rolldown } from 'vite'
import { earlyScript } from './scripts/earlyScript.mjs'

type Source = { input: { file?: string } } | undefined

const isSemantic = (file: string | undefined) => file?.includes('semantic-ui-css') ?? false

/**
 * Removes from Semantic's stylesheets what our Content-Security-Policy forbids or our own styles replace: the Google
 * font and its name, the icon fonts in data: URIs, and `!important`, which would override our corrections.
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
    source?: Source
    remove(): void
  }) => {
    if (!isSemantic(declaration.source?.input.file)) return
    if (/data:|Lato/.test(declaration.value) || /^-(webkit|ms|moz)-/.test(declaration.prop)) declaration.remove()
    else declaration.important = false
  },
}

const COLOUR = /#[\da-f]{3,8}\b|\brgba?\([^)]*\)|\b(white|black|gr[ae]y|red|blue|green)\b/gi

/**
 * Removes Semantic's colours, which would be wrong in one of the themes: what our own styles say nothing about takes the
 * colour of its text. Borders keep their width.
 */
const semanticWithoutColours = {
  postcssPlugin: 'semantic-without-colours',
  Declaration: (declaration: { prop: string; value: string; source?: Source; remove(): void }) => {
    if (!isSemantic(declaration.source?.input.file) || !declaration.value.match(COLOUR)) return
    if (declaration.prop.startsWith('border')) declaration.value = declaration.value.replace(COLOUR, 'var(--line)')
    else declaration.remove()
  },
}

/** Class names that semantic-ui-react sets at run time, so our sources don't contain them. */
const runtimeClasses = ['ui', 'fluid', 'transparent', 'vertical', 'input', 'label', 'menu', 'item', 'active']

/**
 * Drops unused rules of Semantic, which has every component in every colour. Our own rules stay: PurgeCSS treats
 * selectors that begin with a pseudo-class, such as the focus ring's, as unused.
 */
const semanticWithoutUnused = {
  postcssPlugin: 'semantic-without-unused',
  async OnceExit(root: {
    nodes: { type: string; name?: string; params?: string; toString(): string; replaceWith(css: string): void }[]
  }) {
    for (const layer of [...root.nodes]) {
      if (layer.type !== 'atrule' || layer.name !== 'layer' || layer.params !== 'semantic') continue
      const [purged] = await new PurgeCSS().purge({
        content: ['index.html', 'src/**/*.{ts,tsx}'],
        css: [{ raw: layer.toString() }],
        safelist: runtimeClasses,
      })
      if (purged) layer.replaceWith(purged.css)
    }
  },
}

/** Puts src/early/inline.ts into index.html, with the files that each page of `src/pages` needs. */
const withEarlyScript: Plugin = {
  name: 'with-early-script',
  transformIndexHtml: {
    order: 'post',
    async handler(html, { bundle = {} }) {
      const place = /<!-- The early script\b.*?-->/
      if (!place.test(html)) throw new Error('index.html has no place for the early script')
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk')
      const ofPage = chunks.flatMap(({ facadeModuleId, fileName }) => {
        const module = facadeModuleId?.match(/\/src\/pages\/(.+)\.tsx$/)?.[1]
        return module ? [[module, filesOf(chunks, fileName)] as const] : []
      })
      // A page's other files are in the page already.
      const files = ofPage.map(([module, all]) => [module, all.filter((file) => !html.includes(`"${file}"`))])
      const script = await earlyScript()
      return html.replace(
        place,
        () => `<script data-files='${JSON.stringify(Object.fromEntries(files))}'>${script}</script>`,
      )
    },
  },
}

/** A chunk, what it imports, and their style sheets, as addresses. */
function filesOf(chunks: Rolldown.OutputChunk[], fileName: string, seen = new Set<string>()): string[] {
  const chunk = chunks.find((each) => each.fileName === fileName)
  if (!chunk || seen.has(fileName)) return []
  seen.add(fileName)
  const styles = chunk.viteMetadata?.importedCss ?? []
  return [...styles, fileName]
    .map((file) => `/${file}`)
    .concat(chunk.imports.flatMap((each) => filesOf(chunks, each, seen)))
}

const ourSources = { find: /^#/, replacement: `${import.meta.dirname}/src/` }

/** Needed by the sign-in page and every other page: one file is smaller than fifteen, and there sooner. */
const base = new RegExp(
  [
    'rolldown/runtime',
    'node_modules/(react|react-dom|scheduler|react-router|lucide-react/dist/esm/(?!icons))\\b',
    'lucide-react/dist/esm/icons/(eye|eye-off)\\.mjs$',
    'src/early/knownSession\\.ts$',
    'src/(store|paths|params|routes|firstAddress)\\.tsx?$',
    'src/api/(http|early|freshness|ApiError|session|sessionOver|settings|otherTabs|unreachable)\\.ts$',
    'src/pages/(Root|LoginPage|session/(UnreachableBanner|SignInForm))\\.tsx$',
    'src/ui/(Icon|Field|Page|Skeleton|ProgressLine|Message|RevealInput|lostLines|phrase|submitWithControlEnter|typed)\\.tsx?$',
  ].join('|'),
)

/** What the pages of a session share. Fields with a search are apart: semantic-ui-react is large. */
const shared = /node_modules\/(@tanstack|lucide-react)\b|src\/(api|concord|ui|pages\/session|pages\/secret\/parts)\//

/** By default, bundlers get the router's development build, with all its warnings. */
const routerForProduction = [
  { find: /^react-router$/, file: 'index.mjs' },
  { find: /^react-router\/dom$/, file: 'dom-export.mjs' },
].map(({ find, file }) => ({
  find,
  replacement: `${import.meta.dirname}/node_modules/react-router/dist/production/${file}`,
}))

export default defineConfig(({ command }) => ({
  plugins: [react(), withEarlyScript],
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
    postcss: {
      plugins: [semanticWithoutFonts, semanticWithoutColours, ...(command === 'build' ? [semanticWithoutUnused] : [])],
    },
    // Semantic has declarations that no parser accepts; the minifier skips them, as browsers do.
    lightningcss: { errorRecovery: true },
  },
  build: {
    outDir: 'dist/client',
    manifest: true,
    // Every browser that runs this console has it.
    modulePreload: { polyfill: false },
    target: 'es2023',
    // The first with light-dark() and popovers (docs/decisions/dark-theme.md).
    cssTarget: ['chrome123', 'firefox125', 'safari17.5'],
    assetsInlineLimit: 0,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'base', test: base },
            { name: 'shared', test: shared },
          ],
        },
      },
    },
  },
}))
