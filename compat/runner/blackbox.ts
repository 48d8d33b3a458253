// A canonical listing of `.hg/blackbox.log`, which has the time and the process in every line: without those, two logs
// of the same commands are the same. Lines about caches are left out, as the caches themselves are.

const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} (.*?) \(\d+\)/;
const took = / after \d+\.\d\d seconds$/;
const aboutCaches =
  /> (?:(?:not )?writing .*cache\/|couldn't write cache|(?:updated|wrote) branch cache|\d+\/\d+ cache hits\/lookups)/;

/** The lines without what differs each time; undefined when the bytes are not whole lines. */
export function canonicalBlackbox(bytes: Buffer): string | undefined {
  const text = bytes.toString("latin1");
  if (!text.endsWith("\n")) return undefined;
  const lines = text.slice(0, -1).split("\n");
  return lines
    .filter((line) => !aboutCaches.test(line))
    .map((line) => line.replace(stamp, "TIME $1 (PID)").replace(took, " after SECONDS seconds"))
    .join("\n");
}
