// For tools that read TypeScript but not Vue; vue-tsc knows the components themselves.
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}
