/** For tools that read TypeScript without Vue (the linter); vue-tsc takes the real types of each file. */
declare module '*.vue' {
  import type { Component } from 'vue'
  const component: Component
  export default component
}
