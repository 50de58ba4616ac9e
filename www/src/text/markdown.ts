// Markdown of any author to HTML for any reader. Two walls: markdown-it escapes whatever HTML the text holds, and
// DOMPurify lets pass only what markdown-it is meant to make.
import DOMPurify, { type Config } from 'dompurify'
import MarkdownIt from 'markdown-it'
import type Token from 'markdown-it/lib/token.mjs'

const markdown = new MarkdownIt({ html: false, linkify: true })
markdown.linkify.set({ fuzzyLink: false, fuzzyEmail: false })
markdown.core.ruler.push('house', ({ tokens }) => {
  lower(tokens.filter(({ type }) => type.startsWith('heading_')))
  tokens.forEach(adjust)
})

const allowed: Config = {
  ALLOWED_TAGS: [
    'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'a', 'img', 'em', 'strong', 's', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'hr', 'br',
    'table', 'thead', 'tbody', 'tr', 'th', 'td',
  ],
  ALLOWED_ATTR: ['href', 'rel', 'title', 'src', 'alt', 'loading', 'decoding', 'referrerpolicy', 'start', 'align'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  // http, https, mailto and addresses without a scheme; of data: only what DOMPurify grants to images.
  ALLOWED_URI_REGEXP: /^(?:(?:https?|mailto):|[^a-z]|[a-z+.-]+(?:[^a-z+.\-:]|$))/i,
}

// What may be wider than the page scrolls by itself, which a keyboard must be able to do, too.
DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.nodeName === 'PRE' || node.nodeName === 'TABLE') node.setAttribute('tabindex', '0')
})

export function renderMarkdown(text: string): string {
  return sanitize(markdown.render(text))
}

export function sanitize(html: string): string {
  return DOMPurify.sanitize(html, allowed)
}

// The first paragraph as plain text.
export function excerptOf(text: string, length = 320): string {
  const tokens = markdown.parse(text, {})
  const paragraph = tokens.find(({ type }, at) => type === 'inline' && tokens[at - 1]?.type === 'paragraph_open')
  return shorten(plain(paragraph?.children ?? []).replace(/\s+/g, ' ').trim(), length)
}

export function minutesOf(text: string): number {
  return Math.max(1, Math.round(text.split(/\s+/).length / 220))
}

function adjust(token: Token): void {
  const align = /^text-align:(left|center|right)$/.exec(token.attrGet('style') ?? '')?.[1]
  if (align) token.attrs = [['align', align]] // an inline style would fall to the Content-Security-Policy
  token.children?.forEach((child) => {
    if (child.type === 'link_open') child.attrSet('rel', 'noopener noreferrer nofollow ugc')
    if (child.type === 'image') {
      child.attrSet('loading', 'lazy')
      child.attrSet('decoding', 'async')
      child.attrSet('referrerpolicy', 'no-referrer')
    }
  })
}

// The page's only h1 is the post's title: whatever the text begins with comes right below it.
function lower(headings: readonly Token[]): void {
  const level = ({ tag }: Token) => Number(tag.slice(1))
  const top = Math.min(...headings.map(level))
  headings.forEach((heading) => { heading.tag = `h${Math.min(level(heading) - top + 2, 6)}` })
}

function plain(tokens: readonly Token[]): string {
  return tokens.map(({ type, content }) => {
    if (type === 'softbreak' || type === 'hardbreak') return ' '
    return type === 'text' || type === 'code_inline' ? content : ''
  }).join('')
}

function shorten(text: string, length: number): string {
  if (text.length <= length) return text
  return text.slice(0, length).replace(/\s+\S*$/, '').replace(/[\s.,;:–—-]+$/, '') + '…'
}
