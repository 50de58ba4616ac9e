// Which address shows what.
import { createRouter, createWebHistory, type LocationQuery, type RouteLocationNormalized, type RouterHistory } from 'vue-router'
import { useSession } from './composables/useSession'
import FeedView from './views/FeedView.vue'

declare module 'vue-router' {
  interface RouteMeta {
    title?: string
    signedIn?: true // for nobody else
  }
}

const byId = ({ params }: RouteLocationNormalized) => ({ id: Number(params.id) })
const open = (title: string) => ({ meta: { title } })
const own = (title: string) => ({ meta: { title, signedIn: true } } as const)
const POST = '/posts/:id(\\d{1,15})' // as long as a number holds exactly

export function makeRouter(history: RouterHistory) {
  const router = createRouter({
    history,
    routes: [
      { path: '/', name: 'feed', component: FeedView },
      { path: POST, name: 'post', component: () => import('./views/PostView.vue'), props: byId },
      { path: `${POST}/edit`, name: 'edit', component: () => import('./views/EditView.vue'), props: byId, ...own('Edit') },
      { path: '/write', name: 'write', component: () => import('./views/WriteView.vue'), ...own('Write') },
      { path: '/drafts', name: 'drafts', component: () => import('./views/DraftsView.vue'), ...own('My posts') },
      { path: '/profile', name: 'profile', component: () => import('./views/ProfileView.vue'), ...own('Profile') },
      { path: '/login', name: 'login', component: () => import('./views/LoginView.vue'), ...open('Sign in') },
      { path: '/signup', name: 'signup', component: () => import('./views/SignUpView.vue'), ...open('Sign up') },
      { path: '/:path(.*)*', name: 'not-found', component: () => import('./views/NotFoundView.vue'), ...open('Not found') },
    ],
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
  })

  router.beforeEach(async (to) => {
    const { settled, user } = useSession()
    if (!to.meta.signedIn) return true
    await settled()
    return user.value ? true : { name: 'login', query: { next: to.fullPath } }
  })

  // A page opened before an update asks for files that are gone; the new page knows the new ones.
  router.onError((_problem, to) => {
    const key = `reloaded:${to.fullPath}`
    if (sessionStorage.getItem(key)) return
    sessionStorage.setItem(key, 'once')
    window.location.assign(to.fullPath)
  })

  return router
}

// Where to go after signing in: a path of this page, whatever the address bar says.
export function nextOf(query: LocationQuery): string {
  const next = typeof query.next === 'string' ? query.next : ''
  return /^\/(?![/\\])/.test(next) ? next : '/'
}

export const router = makeRouter(createWebHistory())
