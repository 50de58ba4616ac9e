// What went wrong, in words a person can act on. `code` is the service's own, or one of ours where no service answered.
export class ApiError extends Error {
  override readonly name = 'ApiError'

  constructor(
    readonly status: number, // 0: nobody answered
    readonly code: string,
    message: string,
    readonly field?: string,
  ) {
    super(message)
  }
}

export function unreachable(): ApiError {
  return new ApiError(0, 'unreachable', 'The server cannot be reached. Check your connection, then try again.')
}

export async function errorFrom(response: Response): Promise<ApiError> {
  const { error, message, field } = await readObject(response)
  if (typeof error !== 'string' || typeof message !== 'string') return unspoken(response.status)
  return new ApiError(response.status, error, message, typeof field === 'string' ? field : undefined)
}

export function asApiError(problem: unknown): ApiError {
  if (problem instanceof ApiError) return problem
  console.error(problem)
  return new ApiError(0, 'unexpected', 'Something went wrong in this page. Load it again, and then try once more.')
}

async function readObject(response: Response): Promise<Partial<Record<string, unknown>>> {
  try {
    const body: unknown = await response.json()
    return typeof body === 'object' && body !== null ? { ...body } : {}
  } catch {
    return {}
  }
}

// An answer that none of our services gave: a proxy's, most likely.
function unspoken(status: number): ApiError {
  if (status === 413) return new ApiError(status, 'too_large', 'That is too long to be accepted. Shorten it, then try again.')
  if (status === 429) return new ApiError(status, 'too_many', 'That was too much at once. Wait a moment, then try again.')
  if (status >= 500) return new ApiError(status, 'unavailable', `The service is away (${status}). Try again in a moment.`)
  return new ApiError(status, 'unexpected', `The server's answer makes no sense to this page (${status}). Load the page again.`)
}
