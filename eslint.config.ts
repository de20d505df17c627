import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import type { Linter } from 'eslint'
import { defineConfig, globalIgnores } from 'eslint/config'
import ts from 'typescript-eslint'

/** Files of one noun or verb, functions that fit on a screen. */
const size = {
  'max-lines': ['error', 300],
  'max-lines-per-function': ['error', 60],
  complexity: ['error', 12],
} satisfies Linter.Config['rules']

export default defineConfig(
  globalIgnores(['**/out/', 'dist/', 'coverage/', '.tools/', 'runs/', 'demo-output/', 'tests/fixtures/']),
  js.configs.recommended,
  ts.configs.strictTypeChecked,
  vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: {
        projectService: true,
        tsconfigRootDir: import.meta.dirname,
        extraFileExtensions: ['.vue'],
      },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      ...size,
      'no-undef': 'off', // the compiler knows better
      'no-console': 'error',
      'no-eval': 'error',
      'no-new-func': 'error',
      eqeqeq: 'error',
      'prefer-const': 'error',
      'no-restricted-syntax': [
        'error',
        {
          selector: 'ExportDefaultDeclaration',
          message: 'Named exports only: a name is the same everywhere.',
        },
      ],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // A named interface keeps the compiler from spelling out a long type wherever it is used.
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `() => port.close()` is clear enough
      // A non-null `!` is allowed where a comment says why (typed arrays in hot loops): reviewers look, not the linter.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['**/*.vue'],
    languageOptions: { parserOptions: { parser: ts.parser } },
    rules: {
      'no-restricted-syntax': 'off',
      'vue/block-lang': ['error', { script: { lang: 'ts' } }],
      'vue/component-api-style': 'error',
    },
  },
  {
    // One logger and one printer: everything else goes through them.
    files: ['src/main/log.ts', 'src/main/doors/cli/print.ts', 'scripts/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Plain JavaScript, typed by comments: the linter does not see their casts at JSON.parse.
    files: ['scripts/**'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off', '@typescript-eslint/no-unsafe-return': 'off' },
  },
  {
    // A `describe` is one long function, and a golden test names what it reads.
    files: ['tests/**', 'bench/**'],
    rules: { 'max-lines-per-function': 'off' },
  },
  {
    files: ['*.config.ts', '*.mjs', '**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off' },
  },
  {
    files: ['*.mjs'],
    extends: [ts.configs.disableTypeChecked],
  },
  prettier,
)
