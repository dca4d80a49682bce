/** Loaded into every child of `npm start`: when the starter is gone, even killed, the child ends in order instead of living on alone. */
process.once('disconnect', () => {
  process.kill(process.pid, 'SIGTERM')
  setTimeout(() => process.exit(1), 8_000).unref()
})
// Watching must not keep a process alive that is done.
process.channel?.unref()
