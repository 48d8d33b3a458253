// Files that may differ after a command without the command having changed anything. Mercurial writes most of
// them while reading, only to be faster the next time; none is part of an answer. Everything else is compared.

export const exclusions: readonly { pattern: RegExp; why: string }[] = [
  { pattern: /\/\.hg\/cache\/branch2(?:-[^/]*)?$/, why: "branch heads, written by commands that look at branches" },
  { pattern: /\/\.hg\/cache\/tags2(?:-[^/]*)?$/, why: "tags, written by commands that name a tag" },
  { pattern: /\/\.hg\/cache\/hgtagsfnodes1$/, why: "file nodes of .hgtags per revision" },
  { pattern: /\/\.hg\/cache\/rbc-(?:names|revs)-v\d$/, why: "branch name per revision" },
  { pattern: /\/\.hg\/wcache\/check(?:isexec|noexec|link|link-target)$/, why: "what the file system can do" },
  { pattern: /\/\.hg\/wcache\/manifestfulltextcache$/, why: "manifests that were read last" },
  { pattern: /\/\.hg\/(?:cache|wcache)$/, why: "the folder of the above, made when first needed" },
  { pattern: /\/\.hg\/dirstate\.[0-9a-f]+$/, why: "data of dirstate-v2, compared through .hg/dirstate" },
  {
    pattern: /\/\.hg\/store\/00(?:changelog|manifest)-[0-9a-f]+\.nd$/,
    why: "data of the persistent nodemap, compared through its docket",
  },
];

/** True when `path` (starting with the repository's name) is left out of the comparison. */
export function isExcluded(path: string): boolean {
  return exclusions.some(({ pattern }) => pattern.test(`/${path}`));
}
