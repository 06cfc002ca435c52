// Loaded into our app for a soak: tells what it holds, all garbage collected, when the bench asks.
process.on('message', () => {
  global.gc();
  process.send(process.memoryUsage());
});
process.channel.unref();
