import type { BypassPolicy } from "../../src/core/project/project.ts";
import type { RunScene, SceneTask } from "./run-scene.ts";

const policies: readonly BypassPolicy[] = ["skip", "hold", "last_good", "without"];

/**
 * A scene that a revision may make of another: tasks of these subjects are decided otherwise, and
 * may be new or gone; all others stay as they are.
 */
export function reviseScene(
  scene: RunScene,
  subjects: ReadonlySet<string>,
  dice: number,
): RunScene {
  const roll = rolling(dice);
  const needed = new Set(scene.tasks.flatMap(({ after }) => after.map(([id]) => id)));
  const kept = scene.tasks.filter(({ id, subject }) => {
    return !subjects.has(subject) || needed.has(id) || roll(5) > 0;
  });
  const tasks = kept.map((task) => (subjects.has(task.subject) ? revise(task, kept, roll) : task));
  const [first] = subjects;
  const [last] = tasks.filter(({ subject }) => subject === first);
  if (first !== undefined && last !== undefined && roll(3) === 0) {
    tasks.push({ ...last, id: `n${dice}.load`, after: edgesOf(last, kept, roll) });
  }
  const alone = new Set(tasks.filter(({ subject }) => subjects.has(subject)).map(({ id }) => id));
  const ids = new Set(tasks.map(({ id }) => id));
  const batches = Object.fromEntries(
    Object.entries(scene.batches).map(([name, members]) => [
      name,
      // What is decided otherwise loads singly.
      members.filter((id) => ids.has(id) && !alone.has(id)),
    ]),
  );
  return { ...scene, tasks, batches };
}

function revise(
  task: SceneTask,
  tasks: readonly SceneTask[],
  roll: (sides: number) => number,
): SceneTask {
  return {
    ...task,
    isBypassed: roll(3) === 0,
    priority: roll(3),
    after: roll(2) === 0 ? task.after : edgesOf(task, tasks, roll),
  };
}

function edgesOf(
  { level }: SceneTask,
  tasks: readonly SceneTask[],
  roll: (sides: number) => number,
): SceneTask["after"] {
  return tasks.flatMap((upstream) => {
    const policy = policies[roll(4)] ?? "skip";
    return upstream.level < level && roll(3) === 0 ? [[upstream.id, policy] as const] : [];
  });
}

/** Numbers below `sides`, all following from the dice. */
function rolling(dice: number): (sides: number) => number {
  let state = dice;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor(state / 65_536) % sides;
  };
}
