import { describe, expect, it } from 'vitest'
import { excerptOf, minutesOf, renderMarkdown, sanitize } from './markdown'

function render(text: string): HTMLElement {
  const place = document.createElement('div')
  place.innerHTML = renderMarkdown(text)
  return place
}

const hostile = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<iframe src="https://example.org"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<form action="https://example.org"><input name=password></form>',
  '<style>*{display:none}</style>',
  '<p style="position:fixed">x</p>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
]

describe('renderMarkdown', () => {
  it.each(hostile)('shows HTML as text: %s', (text) => {
    const place = render(text)
    expect(place.querySelector('script, img, svg, iframe, form, input, style, [style], math')).toBeNull()
    expect(place.textContent).toContain('<')
  })

  it.each([
    '[x](javascript:alert(1))',
    '[x](JaVaScRiPt:alert(1))',
    '[x](java&#10;script:alert(1))',
    '[x](vbscript:alert(1))',
    '[x](data:text/html,<script>alert(1)</script>)',
    '[x](data:image/png;base64,AAAA)',
    '[x](file:///etc/passwd)',
    '[x]: javascript:alert(1)\n\n[x]',
    '<javascript:alert(1)>',
  ])('makes no link that acts of %j', (text) => {
    const schemes = [...render(text).querySelectorAll<HTMLAnchorElement>('a[href]')].map(({ protocol }) => protocol)
    expect(schemes.filter((scheme) => !['http:', 'https:', 'mailto:'].includes(scheme))).toEqual([])
  })

  it.each([
    ['![x](javascript:alert(1))', null],
    ['![x](data:text/html,hello)', null],
    ['![x](data:image/svg+xml,<svg/>)', null],
    ['![x](data:image/png;base64,AAAA)', 'data:image/png;base64,AAAA'],
    ['![x](https://example.org/a.png)', 'https://example.org/a.png'],
  ])('takes as a picture only what is one: %j', (text, src) => {
    expect(render(text).querySelector('img')?.getAttribute('src') ?? null).toBe(src)
  })

  it('keeps a picture from telling its host about the reader', () => {
    const image = render('![x](https://example.org/a.png "t")').querySelector('img')
    expect(image?.getAttribute('referrerpolicy')).toBe('no-referrer')
    expect(image?.getAttribute('loading')).toBe('lazy')
    expect(image?.getAttribute('alt')).toBe('x')
  })

  it.each(['https://example.org/', 'http://example.org/', 'mailto:a@example.org', '/posts/1', '#here'])('links to %s', (href) => {
    const link = render(`[x](${href})`).querySelector('a')
    expect(link?.getAttribute('href')).toBe(href)
    expect(link?.getAttribute('rel')).toContain('noopener')
  })

  it('links an address that stands in the text, but no mere word with a dot', () => {
    const links = [...render('See https://example.org/a and node.js, a@example.org').querySelectorAll('a')]
    expect(links.map(({ href }) => href)).toEqual(['https://example.org/a'])
  })

  it('leaves the h1 to the post\'s title', () => {
    const levels = (text: string) => [...render(text).children].map(({ tagName }) => tagName)
    expect(levels('# a\n\n## b\n\n###### c')).toEqual(['H2', 'H3', 'H6'])
    expect(levels('### a\n\n#### b')).toEqual(['H2', 'H3'])
  })

  it('lets a keyboard scroll what is wider than the page', () => {
    const place = render('```\ncode\n```\n\n|a|\n|-|\n|1|')
    expect([...place.querySelectorAll('[tabindex="0"]')].map(({ tagName }) => tagName)).toEqual(['PRE', 'TABLE'])
  })

  it('aligns the columns of a table without an inline style', () => {
    const place = render('|a|b|\n|:-:|--:|\n|1|2|')
    expect([...place.querySelectorAll('td')].map((cell) => cell.getAttribute('align'))).toEqual(['center', 'right'])
    expect(place.querySelector('[style]')).toBeNull()
  })
})

describe('sanitize', () => {
  // The second wall, as if the first were not there.
  it.each(hostile)('lets nothing through that acts: %s', (html) => {
    const place = document.createElement('div')
    place.innerHTML = sanitize(html)
    expect(place.querySelector('script, svg, iframe, form, input, style, [style], math, [onerror], [onload]')).toBeNull()
    expect(place.innerHTML).not.toContain('javascript:')
  })

  it('lets no name or id through that could shadow the page\'s own', () => {
    expect(sanitize('<p id="app" name="body" class="toast" data-testid="x" aria-label="y">z</p>')).toBe('<p>z</p>')
  })
})

describe('excerptOf', () => {
  it('is the first paragraph, as plain text', () => {
    expect(excerptOf('# Title\n\n![x](https://example.org/a.png) The *first* [link](https://example.org)\nand `code`.\n\nMore.'))
      .toBe('The first link and code.')
  })

  it('ends at a word', () => {
    expect(excerptOf('one two, three four', 12)).toBe('one two…')
  })

  it('is empty where there is no paragraph', () => {
    expect(excerptOf('# Only a title')).toBe('')
  })
})

describe('minutesOf', () => {
  it('is never nothing', () => {
    expect(minutesOf('')).toBe(1)
    expect(minutesOf('word '.repeat(1_100))).toBe(5)
  })
})
