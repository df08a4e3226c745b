/** Fetches a fragment of the admin; a session that ended sends the whole page to the sign-in. */
export async function fragment(url: string, init: RequestInit = {}): Promise<string> {
  const response = await fetch(url, { ...init, headers: { "X-Fragment": "1", ...init.headers }, redirect: "follow" });
  if (response.redirected && new URL(response.url).pathname === "/admin/login") location.reload();
  if (!response.ok && response.status !== 422) throw new Error(`${response.status} for ${url}`);
  return response.text();
}
