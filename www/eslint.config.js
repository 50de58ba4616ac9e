import { fileURLToPath } from 'node:url'

import stylistic from '@stylistic/eslint-plugin'
import { defineConfig, globalIgnores } from 'eslint/config'
import vue from 'eslint-plugin-vue'
import accessibility from 'eslint-plugin-vuejs-accessibility'
import globals from 'globals'
import typescript from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['dist', 'node_modules']),
  typescript.configs.strictTypeChecked,
  typescript.configs.stylisticTypeChecked,
  vue.configs['flat/recommended'],
  accessibility.configs['flat/recommended'],
  stylistic.configs.customize({ semi: false, quotes: 'single', braceStyle: '1tbs', arrowParens: true }),
  {
    languageOptions: {
      globals: globals.browser,
      parserOptions: {
        parser: typescript.parser,
        projectService: { allowDefaultProject: ['eslint.config.js'] },
        tsconfigRootDir: fileURLToPath(new URL('.', import.meta.url)),
        extraFileExtensions: ['.vue'],
      },
    },
    rules: {
      // A label that wraps nothing but names its input by `for` is a label, too.
      'vuejs-accessibility/label-has-for': ['error', { required: { some: ['nesting', 'id'] } }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@stylistic/max-len': ['error', { code: 130, ignoreUrls: true }],
      '@stylistic/max-statements-per-line': ['error', { max: 2 }], // (x) => { if (y) z() }
      'vue/max-attributes-per-line': ['warn', { singleline: 4 }],
      'vue/require-default-prop': 'off', // an optional property is undefined where it is not given
      'vue/singleline-html-element-content-newline': 'off',
    },
  },
  {
    files: ['**/*.vue'],
    rules: {
      '@stylistic/max-len': 'off',
      'vue/max-len': ['error', { code: 130, template: 150, ignoreHTMLTextContents: true, ignoreHTMLAttributeValues: true }],
    },
  },
  { files: ['public/*.js', '*.js'], extends: [typescript.configs.disableTypeChecked] },
)
