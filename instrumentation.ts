/** Next calls this once when a server starts, before the first request. */
export async function register(): Promise<void> {
  // biome-ignore lint/style/noProcessEnv: Next puts the value in when it builds, so that its edge build gets nothing of the database
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { startWebHeartbeat } = await import('#lib/http/web-heartbeat.ts')
  startWebHeartbeat()
}
