// A connection's whole life by OAuth, told once for every Node client. Knows no client: each brings
// a seat, from which a person uses it. `sign_in.py` and `rmcp/src/sign_in.rs` tell the same story.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";

import { succeed, theServer, theTools } from "./scenario.mjs";

const BROWSER = fileURLToPath(new URL("./browser.py", import.meta.url));
const BROWSE_WITHIN_MS = 30_000;

// Nobody listens there: the scripted browser stops where the person would return to the client.
const REDIRECT_URI = "http://localhost:53682/callback";
// One of the documents that the server has a copy of, because nothing is fetched in a test. It
// allows the redirect URI above on any port (RFC 8252, 7.3).
export const CLIENT_DOCUMENT = "https://claude.ai/oauth/claude-code-client-metadata";

// No server of ours made it, so it is refused and the client has to refresh.
export const DEAD_TOKEN = "dead";

/** A server, its identity provider, and what an operator can do to both. */
class Place {
  constructor(told) {
    // `restart_url` is absent where the server can't be restarted with the same sealing keys.
    Object.assign(this, told);
  }

  /** Somebody who can sign in, in one organization or in several, and one of those. */
  person(inSeveral) {
    const user = this.users.find(
      ({ organizations }) => organizations.length && organizations.length > 1 === inSeveral,
    );
    if (!user) throw new Error(`nobody is in ${inSeveral ? "several organizations" : "one"}`);
    return { ...user, organization: user.organizations.at(-1) };
  }

  async restart() {
    await ask(this.restart_url, "POST");
  }

  async liveKeys() {
    const { keys } = await ask(`${this.identity_url}/_control/keys`);
    return keys.filter((key) => key.is_live).map((key) => key.api_key_id);
  }

  async revoke(keyIds) {
    for (const id of keyIds) await ask(`${this.identity_url}/_control/keys/${id}`, "DELETE");
  }
}

async function ask(url, method = "GET") {
  const response = await fetch(url, { method });
  if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}`);
  return response.json();
}

/** What `run` started, by name: `demo`, and `served`, which can be restarted. */
export function places() {
  const told = JSON.parse(process.env.WIV_SIGN_IN);
  return { demo: new Place(told.demo), served: new Place(told.served) };
}

/** Lets the person sign in where the URL leads; returns where the person comes back. */
export async function browse(url, person, ...flags) {
  const command = [BROWSER, ...flags, `${url}`, person.email, person.password, person.organization];
  const options = { timeout: BROWSE_WITHIN_MS };
  return new Promise((resolve, reject) => {
    execFile("python3", command, options, (error, stdout, stderr) => {
      if (error) reject(new Error(`the browser: ${stderr.trim() || error.message}`));
      else resolve(new URL(stdout.trim()));
    });
  });
}

/** What a client of the TypeScript SDKs keeps, in the form that they ask for it. */
export class Keeper {
  opened = [];
  redirectUrl = REDIRECT_URI;
  clientMetadata = {
    client_name: "WIV interop",
    redirect_uris: [REDIRECT_URI],
    grant_types: ["authorization_code", "refresh_token"],
    response_types: ["code"],
    token_endpoint_auth_method: "none",
  };
  #kept = {};

  constructor(registration) {
    if (registration === "cimd") this.clientMetadataUrl = CLIENT_DOCUMENT;
  }

  clientInformation() {
    return this.#kept.client;
  }

  saveClientInformation(client) {
    this.#kept.client = client;
  }

  tokens() {
    return this.#kept.tokens;
  }

  saveTokens(tokens) {
    this.#kept.tokens = tokens;
  }

  codeVerifier() {
    return this.#kept.verifier;
  }

  saveCodeVerifier(verifier) {
    this.#kept.verifier = verifier;
  }

  discoveryState() {
    return this.#kept.discovery;
  }

  saveDiscoveryState(discovery) {
    this.#kept.discovery = discovery;
  }

  redirectToAuthorization(url) {
    this.opened.push(url);
  }

  invalidateCredentials(scope) {
    if (scope === "all") this.#kept = {};
    else delete this.#kept[scope];
  }
}

/** Where a person sits before a client of the TypeScript SDKs. */
export class SdkSeat {
  /** `finish` hands the parameters of the person's return to the transport. */
  constructor({ Client, Transport, UnauthorizedError, finish, url, registration, person }) {
    Object.assign(this, { Client, Transport, UnauthorizedError, finish, url, person });
    this.keeper = new Keeper(registration);
    this.opened = this.keeper.opened;
  }

  async connect() {
    const transport = this.#transport();
    try {
      return await this.#open(transport);
    } catch (error) {
      if (!(error instanceof this.UnauthorizedError)) throw error;
    }
    const end = await browse(this.opened.at(-1), this.person);
    await this.finish(transport, end.searchParams);
    return this.#open(this.#transport());
  }

  tokens() {
    return this.keeper.tokens();
  }

  expire() {
    this.keeper.saveTokens({ ...this.keeper.tokens(), access_token: DEAD_TOKEN });
  }

  #transport() {
    return new this.Transport(new URL(this.url), { authProvider: this.keeper });
  }

  async #open(transport) {
    const client = new this.Client({ name: "wiv-mcp-interop", version: "1.0.0" });
    await client.connect(transport);
    return client;
  }
}

/** Signs in, works, refreshes, outlives a restart, is revoked, and signs in again. */
export async function story({ place, registration }, seat, checks) {
  const keysBefore = await place.liveKeys();
  const newKeys = async () => (await place.liveKeys()).filter((id) => !keysBefore.includes(id));
  let client = await seat.connect();
  try {
    checks.that(seat.opened.length === 1, `asked to sign in ${seat.opened.length} times`);
    const clientId = new URL(seat.opened[0]).searchParams.get("client_id");
    checks.that(
      (clientId === CLIENT_DOCUMENT) === (registration === "cimd"),
      `known as ${clientId?.slice(0, 80)}`,
    );
    const keys = await newKeys();
    checks.that(keys.length === 1, `the sign-in made ${keys.length} keys`);

    theServer(client, checks);
    theTools((await client.listTools()).tools, checks);
    await succeed(client, checks, "wiv_search_cases", { limit: 5 });
    const { organization } = (await succeed(client, checks, "wiv_get_connection")).data;
    checks.that(
      JSON.stringify(organization).includes(seat.person.organization),
      `signed in to ${JSON.stringify(organization)}`,
    );

    await refresh(client, seat, checks);
    checks.that(`${await newKeys()}` === `${keys}`, "the refresh changed the key");
    if (place.restart_url) {
      await place.restart();
      await succeed(client, checks, "wiv_search_cases", { limit: 5 });
      await refresh(client, seat, checks);
    }
    checks.that(seat.opened.length === 1, "asked to sign in again although nothing ended");

    await place.revoke(keys);
    const search = { name: "wiv_search_cases", arguments: { limit: 5 } };
    const refused = await client.callTool(search);
    const kind = refused.structuredContent?.error?.kind;
    checks.that(
      refused.isError && kind === "unauthorized",
      `a revoked key: isError ${refused.isError}, kind ${kind}`,
    );
    const said = refused.content[0].text;
    checks.that(/sign.in/i.test(said), `a revoked key is told only: ${said}`);
  } finally {
    await client.close();
  }

  // The refresh is refused as well, so the client has to open the window again.
  seat.expire();
  client = await seat.connect();
  try {
    checks.that(seat.opened.length === 2, `asked to sign in ${seat.opened.length} times, not 2`);
    await succeed(client, checks, "wiv_search_cases", { limit: 5 });
    return (await succeed(client, checks, "wiv_get_connection")).data.protocol_revision;
  } finally {
    await client.close();
  }
}

/** Makes the client's token unusable, so that it fetches the next pair itself. */
async function refresh(client, seat, checks) {
  const before = seat.tokens();
  seat.expire();
  await succeed(client, checks, "wiv_search_cases", { limit: 5 });
  const after = seat.tokens();
  const fresh = ![before.access_token, DEAD_TOKEN].includes(after.access_token);
  checks.that(fresh, "the access token was not refreshed");
  checks.that(after.refresh_token !== before.refresh_token, "the refresh token was not rotated");
}
