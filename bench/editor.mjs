// What an editor does, as a browser would send it: signing in, and publishing a page with another title.

/** The cookies of whoever signs in. */
export async function signIn(url, username, password) {
  const body = new URLSearchParams({ username, password });
  const answer = await fetch(`${url}/admin/login`, { method: "POST", body, redirect: "manual", headers: { origin: url, "sec-fetch-site": "same-origin" } });
  if (answer.status !== 303) throw new Error(`signing in was answered with ${answer.status}`);
  return answer.headers.getSetCookie().map((cookie) => cookie.split(";")[0]).join("; ");
}

/** Publishes a page with a number behind its title, as its form would; gives the new title. */
export async function publish(url, cookie, id, number) {
  const address = `${url}/admin/pages/${id}/edit`;
  const form = new URLSearchParams(fields(await (await fetch(address, { headers: { cookie } })).text()));
  const title = `${form.get("title").replace(/ \(\d+\)$/, "")} (${number})`;
  form.set("title", title);
  form.set("_action", "publish");
  const answer = await fetch(address, { method: "POST", body: form, redirect: "manual", headers: { cookie, origin: url, "sec-fetch-site": "same-origin" } });
  await answer.arrayBuffer();
  if (answer.status !== 303) throw new Error(`publishing page ${id} was answered with ${answer.status}`);
  return title;
}

/** What the page's form would send as it stands. */
function fields(html) {
  const form = /<form class="editor-form"[^]*?<\/form>/.exec(html)[0].replaceAll(/<template[^]*?<\/template>/g, "");
  const attribute = (head, key) => { const found = new RegExp(`\\s${key}="([^"]*)"`).exec(head); return found ? decoded(found[1]) : null; };
  const found = [];
  for (const [whole, kind] of form.matchAll(/<(input|select|textarea)\b(?:"[^"]*"|[^">])*>(?:(?<=<(?:select|textarea)\b(?:"[^"]*"|[^">])*>)[^]*?<\/\1>)?/g)) {
    const head = /^(?:"[^"]*"|[^">])*>/.exec(whole)[0];
    const name = attribute(head, "name");
    if (!name || /\sdisabled\b/.test(head)) continue;
    if (kind === "textarea") found.push([name, decoded(whole.slice(head.length, -"</textarea>".length).replace(/^\n/, ""))]);
    else if (kind === "select") for (const [option] of whole.matchAll(/<option[^>]*\sselected[^>]*>/g)) found.push([name, attribute(option, "value") ?? ""]);
    else if (!/type="(checkbox|radio)"/.test(head) || /\schecked\b/.test(head)) found.push([name, attribute(head, "value") ?? (/type="checkbox"/.test(head) ? "on" : "")]);
  }
  return found.filter(([key]) => key !== "_action");
}

function decoded(text) {
  const names = { amp: "&", lt: "<", gt: ">", quot: "\"", "#39": "'", "#x27": "'", "#x2F": "/" };
  return text.replace(/&(#?\w+);/g, (whole, name) => names[name] ?? (name.startsWith("#x") ? String.fromCodePoint(Number.parseInt(name.slice(2), 16)) : name.startsWith("#") ? String.fromCodePoint(Number(name.slice(1))) : whole));
}
