// Callbacks of clients that lead on at once: one to another origin, as from www to the bare name, one to an app's
// own scheme. Knows nothing of our pages.
import { createServer } from "node:http";

/** Where both callbacks are, where the first one leads, and the origins of all. */
export async function callbacks() {
  const behind = await listening((request, response) => response.end("Back at the client."));
  const first = await listening((request, response) => {
    const { pathname, search } = new URL(request.url, "http://127.0.0.1");
    const to = pathname === "/app" ? APP : `http://localhost:${behind}/callback`;
    response.writeHead(302, { location: `${to}${search}` }).end();
  });
  const origins = [`http://127.0.0.1:${first}`, `http://localhost:${behind}`];
  return { toAnotherOrigin: `${origins[0]}/web`, toAnApp: `${origins[0]}/app`, behind: origins[1], origins };
}

/** No program of this machine has that scheme, so that the browser stops before it. */
export const APP = "wiv-test-app://callback";

function listening(answer) {
  const server = createServer(answer);
  server.unref();
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
}
