// The command servers of the Python Mercurial as people see them: shown, explained and ended.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { amalgam, launcher, legacy, Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
beforeAll(() => sandbox.makeRepository());
afterAll(() => {
  sandbox.run(amalgam, ["legacy", "stop"]);
  sandbox.remove();
});

const run = (...args: string[]) => sandbox.run(amalgam, args);
const text = (...args: string[]) => run(...args).stdout.toString();

describe("legacy", () => {
  const warm = { AMALGAM_TRANSPORT: "warm", AMALGAM_SERVER_IDLE: "60" };
  const servers = () => JSON.parse(sandbox.run(amalgam, ["legacy", "status", "--json"], warm).stdout.toString());
  test("shows the servers, says how legacy is reached, and ends them", () => {
    expect(text("legacy", "status")).toMatch(/^No command server runs\.\n.*exec: AMALGAM_TRANSPORT=exec/);
    const verify = sandbox.run(launcher, ["verify"], warm);
    expect(verify.code).toBe(0);
    expect(servers()).toMatchObject({ transport: { transport: "warm" }, servers: [{ legacy }] });
    expect(text("legacy", "status")).toMatch(/process +version +last used +memory +Mercurial\n/);
    expect(text("legacy", "stop")).toBe("Ended 1 command server.\n");
    expect(text("legacy", "stop")).toBe("No command server runs.\n");
    expect(servers().servers).toEqual([]);
  });
  test("explain and doctor say the transport", () => {
    expect(text("explain", "--", "commit")).toMatch(/exec: /);
    const explained = sandbox.run(amalgam, ["explain", "--", "verify"], warm).stdout.toString();
    expect(explained).toContain("warm: a command server answers");
    expect(text("doctor")).toMatch(/^transport +exec: /m);
    // Unasked: what is installed here may be proven or not.
    const unasked = sandbox.run(amalgam, ["doctor"], { AMALGAM_TRANSPORT: undefined }).stdout.toString();
    expect(unasked).toMatch(/^transport +(?:warm: a command server answers|exec: .*warm is not proven for version)/m);
  });
  test("knows no other action", () => expect(run("legacy", "restart").code).toBe(2));
});
