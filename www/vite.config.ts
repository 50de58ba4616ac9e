import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

// `npm run dev` serves the page and sends everything else to a running suite.
const suite = { target: process.env.WWW_PROXY ?? 'https://localhost:8443', secure: false, changeOrigin: true }

export default defineConfig({
  plugins: [vue()],
  build: {
    target: ['es2022', 'chrome123', 'firefox124', 'safari17.5'], // the first with light-dark() and AbortSignal.any()
    assetsInlineLimit: 0, // nothing inline: the Content-Security-Policy forbids it
    modulePreload: { polyfill: false },
  },
  server: { proxy: { '/api': suite, '/streams': suite } },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test/setup.ts'],
    restoreMocks: true,
    unstubGlobals: true,
  },
})
