#!/usr/bin/env node
// Makes src/check/support/caniemail.tsv from the data of caniemail.com, as the
// npm package `caniemail` carries it:
//
//   node scripts/caniemail.mjs            fetches the package and writes the file
//   node scripts/caniemail.mjs --check    fails if the file is not what would be written
//   node scripts/caniemail.mjs DATA.json  takes the package's data/caniemail.json from here
//
// A newer version of the package is a new VERSION here, and a look at the difference.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const VERSION = "1.0.5";
const TARGET = fileURLToPath(new URL("../src/check/support/caniemail.tsv", import.meta.url));

// A column of the file: our name of the program, and where caniemail keeps it
// (the first of these that has been tested).
const PROGRAMS = [
  ["apple-mail-ios", "apple-mail/ios"],
  ["apple-mail-macos", "apple-mail/macos"],
  ["gmail-web", "gmail/desktop-webmail"],
  ["gmail-ios", "gmail/ios"],
  ["gmail-android", "gmail/android"],
  ["outlook-windows", "outlook/windows"],
  ["outlook-web", "outlook/outlook-com"],
  ["outlook-mac", "outlook/macos"],
  ["outlook-ios", "outlook/ios"],
  ["outlook-android", "outlook/android"],
  ["yahoo-web", "yahoo/desktop-webmail"],
  ["yahoo-ios", "yahoo/ios"],
  ["yahoo-android", "yahoo/android"],
  ["aol", "aol/desktop-webmail"],
  ["samsung", "samsung-email/android"],
  ["thunderbird", "thunderbird/macos", "thunderbird/windows"],
  ["proton", "protonmail/desktop-webmail"],
  ["gmx", "gmx/desktop-webmail"],
  ["web-de", "web-de/desktop-webmail"],
  ["ionos", "ionos-1and1/desktop-webmail"],
  ["fastmail", "fastmail/desktop-webmail"],
  ["hey", "hey/desktop-webmail"],
  ["mail-ru", "mail-ru/desktop-webmail"],
  ["orange", "orange/desktop-webmail"],
  ["sfr", "sfr/desktop-webmail"],
  ["laposte", "laposte/desktop-webmail"],
];

// Notes on partial support that no author needs to hear: another provider's account
// in the same app, a browser's share, an image that is shown in another format.
const HARMLESS = [
  /not supported with (non[ -](google|gmail)|hotmail|outlook)/i,
  /doesn.t work with non google accounts/i,
  /depends on (the )?(browser|operating)/i,
  /^(partial: )?converts (still|file)/i,
  /does not support animat/i,
  /in internet explorer|doesn.t work in IE/i,
  /if you.ve updated your OS/i,
];

// Partial support that is none: it is there only for another provider's accounts.
const NONE = /only (supported |works )?with non google accounts|with non google accounts only/i;

function latest(versions) {
  // The order of the source is that of time; `text` below keeps it.
  return versions ? Object.values(versions).at(-1) : undefined;
}

function support(feature, places) {
  for (const place of places) {
    const [family, platform] = place.split("/");
    const value = latest(feature.stats[family]?.[platform]);
    if (value === undefined) continue;
    const [letter, ...numbers] = value.split(/\s+/);
    if (!"yanu".includes(letter[0])) throw new Error(`${feature.slug}: ${value}`);
    if (letter[0] !== "a") return letter[0];
    const notes = numbers
      .flatMap((number) => number.split("#"))
      .filter((number) => number !== "")
      .map((number) => feature.notes_by_num?.[`v${number}`] ?? "");
    if (notes.some((note) => NONE.test(note))) return "n";
    const harmless = (note) => HARMLESS.some((harmless) => harmless.test(note));
    return notes.length > 0 && notes.every(harmless) ? "y" : "a";
  }
  return "u";
}

function fetched() {
  const folder = mkdtempSync(join(tmpdir(), "caniemail-"));
  try {
    const options = { cwd: folder, stdio: ["ignore", "pipe", "inherit"] };
    execFileSync("npm", ["pack", "--silent", `caniemail@${VERSION}`], options);
    execFileSync("tar", ["xzf", `caniemail-${VERSION}.tgz`], options);
    return readFileSync(join(folder, "package", "data", "caniemail.json"), "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function table(text) {
  // JavaScript puts keys that are numbers before all others: as words they stay in order.
  const data = JSON.parse(text.replace(/"(\d+)"(?=\s*:)/g, '"v$1"'));
  const lines = [
    "# What mail programs understand: support of HTML and CSS features.",
    `# Source: caniemail.com, data of ${data.last_update_date.slice(0, 10)}, in the npm package caniemail ${VERSION}.`,
    "# Licence: MIT, (c) 2019 HTeuMeuLeu; the package (c) Avi Goldman, Andrew Powell. See LICENSE-caniemail.",
    "# Made by scripts/caniemail.mjs; do not edit. One letter a program: y yes, a in part, n no, u unknown.",
    ["slug", "title", "category", PROGRAMS.map(([name]) => name).join(" ")].join("\t"),
  ];
  const features = [...data.data].sort((a, b) => (a.slug < b.slug ? -1 : 1));
  for (const feature of features) {
    const letters = PROGRAMS.map(([, ...places]) => support(feature, places)).join("");
    const title = feature.title.trim().replace(/\s+/g, " ");
    lines.push([feature.slug, title, feature.category, letters].join("\t"));
  }
  return lines.join("\n") + "\n";
}

const argument = process.argv[2];
const isCheck = argument === "--check";
const made = table(argument && !isCheck ? readFileSync(argument, "utf8") : fetched());
if (!isCheck) {
  writeFileSync(TARGET, made);
} else if (readFileSync(TARGET, "utf8") !== made) {
  console.error(`${TARGET} is not what this script makes: run it without --check`);
  process.exitCode = 1;
}
