// `amalgam parity`: the parity check, which is a program of its own with its own options and help.
import { NoSuite, runSuite } from "../suite/run.ts";
import { type Ending, Mistake } from "./ending.ts";

export async function run(args: string[]): Promise<Ending> {
  const [first] = args;
  // Without a word what is meant could be a long run.
  const wanted = first === undefined ? ["--help"] : args;
  try {
    const code = await runSuite(wanted);
    return { kind: "exit", code: first === undefined ? 2 : code };
  } catch (error) {
    if (error instanceof NoSuite) throw new Mistake(error.message, ["It is in the source tree; npm run setup there."]);
    throw error;
  }
}
