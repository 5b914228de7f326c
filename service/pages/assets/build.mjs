// Scripts and styles of the pages, from src/ and styles/, into the folder given: names hold a hash of what is in them, and
// manifest.json says which name each has. src/main.ts and styles/main.scss are every page's; pages/NAME is one page's.
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { compile } from "sass";

const [target] = process.argv.slice(2);
if (!target) throw new Error("usage: node build.mjs FOLDER");
mkdirSync(target, { recursive: true });
const manifest = {};

function keep(name, content) {
  const bytes = Buffer.from(content);
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, 12);
  const [stem, kind] = [name.slice(0, name.lastIndexOf(".")), name.slice(name.lastIndexOf("."))];
  const file = `${stem}-${hash}${kind}`;
  writeFileSync(join(target, file), bytes);
  writeFileSync(join(target, `${file}.gz`), gzipSync(bytes, { level: 9 }));
  writeFileSync(join(target, `${file}.br`), brotliCompressSync(bytes));
  manifest[name] = file;
}

function own(folder, kind) {
  return readdirSync(join(folder, "pages")).filter((name) => name.endsWith(kind)).map((name) => join(folder, "pages", name));
}

const scripts = await build({
  entryPoints: [join("src", "main.ts"), ...own("src", ".ts")],
  bundle: true, minify: true, format: "esm", target: "es2022", write: false, outdir: "out", legalComments: "none",
});
const styles = new Map();
for (const made of scripts.outputFiles) {
  if (made.path.endsWith(".css")) styles.set(basename(made.path), made.text);  // of a library that the script brings along
  else keep(basename(made.path), made.contents);
}
for (const source of [join("styles", "main.scss"), ...own("styles", ".scss")]) {
  const name = basename(source).replace(".scss", ".css");
  const { css } = compile(source, { loadPaths: ["node_modules", "styles"], quietDeps: true, style: "expanded" });
  const { code } = await transform((styles.get(name) ?? "") + css, { loader: "css", minify: true, legalComments: "none" });
  styles.delete(name);
  keep(name, code);
}
for (const [name, css] of styles) keep(name, css);
writeFileSync(join(target, "manifest.json"), JSON.stringify(manifest, null, 1));
