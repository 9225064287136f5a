// The last question wins: asking anew aborts the question before it,
// so an older answer can't overwrite a newer one.

export function latest() {
  let current = null;
  return () => {
    current?.abort();
    current = new AbortController();
    return current.signal;
  };
}
