// Times as a reader says them.
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const day = new Intl.DateTimeFormat('en', { dateStyle: 'long' })
const moment = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeStyle: 'short' })
const clock = new Intl.DateTimeFormat('en', { timeStyle: 'medium', hourCycle: 'h23' })

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export function agoOf(time: Date, now: Date): string {
  const passed = Math.max(0, now.getTime() - time.getTime()) // a server's clock may be ahead
  if (passed < MINUTE) return 'just now'
  if (passed < HOUR) return relative.format(-Math.floor(passed / MINUTE), 'minute')
  if (passed < DAY) return relative.format(-Math.floor(passed / HOUR), 'hour')
  if (passed < 7 * DAY) return relative.format(-Math.floor(passed / DAY), 'day')
  return day.format(time)
}

export const momentOf = (time: Date): string => moment.format(time)

// The day goes along where it is not today.
export function clockOf(time: Date, now: Date): string {
  return time.toDateString() === now.toDateString() ? clock.format(time) : moment.format(time)
}
