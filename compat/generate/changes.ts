// Random changes of the working copy.
import { scriptWord } from "./bytes.ts";
import { at, type Draft } from "./draft.ts";
import { ignoreLines, newPath } from "./names.ts";

type Change = (draft: Draft) => void;

/** Copies or moves one file to a new name, over a removed one, or a copy once more. */
function transfer(draft: Draft, command: string): void {
  const target = draft.random.percent(20) ? draft.known() : newPath(draft.random);
  const source = draft.random.percent(30) ? (draft.files.at(-1) ?? draft.known()) : draft.known();
  draft.attempt(`mkdir -p "$(dirname ${at(target)})"; ${command} ${at(source)} ${at(target)}`);
  draft.files.push(target);
}

const changes: readonly (readonly [weight: number, change: Change])[] = [
  [10, (draft) => draft.write(newPath(draft.random))],
  [5, (draft) => draft.write(draft.known())],
  [4, (draft) => draft.attempt(`printf more >> ${at(draft.known())}`)],
  [3, (draft) => draft.attempt(`hg remove -f ${at(draft.known())}`)],
  [2, (draft) => draft.attempt(`hg forget ${at(draft.known())}`)],
  [3, (draft) => draft.attempt(`hg add ${at(draft.known())}`)],
  [2, (draft) => draft.attempt(`rm -r ${at(draft.known())}`)],
  [4, (draft) => transfer(draft, "hg rename")],
  [4, (draft) => transfer(draft, "hg copy")],
  [2, (draft) => transfer(draft, "hg copy --force")],
  [1, (draft) => transfer(draft, "hg rename --force")],
  [
    1,
    (draft) => {
      const [gone, from] = [draft.known(), draft.known()];
      draft.attempt(`hg remove -f ${at(gone)}; hg rename ${at(from)} ${at(gone)}`);
    },
  ],
  [
    1,
    (draft) => {
      const [old, name] = [draft.known(), newPath(draft.random)];
      draft.attempt(
        `mkdir -p "$(dirname ${at(name)})"; cp ${at(old)} ${at(name)}; hg copy --after ${at(old)} ${at(name)}`,
      );
      draft.files.push(name);
    },
  ],
  [
    1,
    (draft) =>
      draft.attempt(`hg rename ${draft.random.pick(["dir moved", "src/deep dir/deep", "Dir dir", "a.d x.d"])}`),
  ],
  [2, (draft) => draft.attempt(`chmod ${draft.random.pick(["+x", "-x"])} ${at(draft.known())}`)],
  [
    2,
    (draft) =>
      draft.attempt(
        `ln -sf ${draft.random.pick(["a", "dir", "nowhere", "../repo/b", "/"])} link${draft.random.below(3)}`,
      ),
  ],
  [1, (draft) => draft.attempt(`name=${at(draft.known())}; rm -rf "$name"; ln -s a "$name"`)],
  [1, (draft) => draft.attempt(`name=${at(draft.known())}; rm -rf "$name"; mkdir "$name"; echo in > "$name/in"`)],
  [
    1,
    (draft) =>
      draft.attempt(
        `folder="$(dirname ${at(draft.known())})"; test "$folder" != . && rm -rf "$folder" && echo file > "$folder"`,
      ),
  ],
  [1, (draft) => draft.attempt(`mkfifo ${draft.random.pick(["fifo", "dir/fifo"])}`)],
  [1, (draft) => draft.attempt(`mkdir -p ${at(newPath(draft.random))}`)],
  [1, (draft) => draft.attempt(`hg revert --no-backup ${at(draft.known())}`)],
  [1, (draft) => draft.attempt(`printf x > "$(printf 'new\\nline')"`)],
  [1, (draft) => draft.attempt(`hg init dir/nested; echo n > dir/nested/n`)],
  [
    1,
    (draft) =>
      draft.attempt(`name=${at(draft.known())}; touch -d @1500000000 "$name"; hg status; touch -d @1500000100 "$name"`),
  ],
  // The same size and time with another content, which no dirstate can see.
  [
    1,
    (draft) =>
      draft.attempt(
        `name=${at(draft.known())}; stamp="$(stat -c %Y "$name")"; tr 'a-y' 'b-z' < "$name" > ../t; cat ../t > "$name"; rm ../t; touch -d "@$stamp" "$name"`,
      ),
  ],
  [
    4,
    (draft) =>
      draft.attempt(
        `printf '%s\\n' ${scriptWord(Buffer.from(draft.random.pick(ignoreLines)).toString("latin1"))} >> .hgignore`,
      ),
  ],
  [
    1,
    (draft) =>
      draft.attempt(
        `mkdir -p dir; printf '%s\\n' ${draft.random.pick(["sub", "'*.o'", "'glob:c*'", "'^b'", "'syntax: glob' '*.c'"])} >> dir/.hgignore`,
      ),
  ],
  [
    1,
    (draft) =>
      draft.attempt(
        `printf '%s\\n' ${draft.random.pick(["'^b'", "'syntax: glob' '*.c'", "'glob:s*'"])} >> .more-ignored`,
      ),
  ],
];

/** Takes one random step in the working copy. */
export function change(draft: Draft): void {
  draft.random.weighted(changes)?.(draft);
}
