// SPDX-License-Identifier: Apache-2.0
import GradusCore
public import GradusModeling
public import GradusNumerics

/// Planning problems of known kinds, drawn at random: blocks, balls, and tasks for robots.
public enum PlanningExamples {
  private typealias Atom = StripsProblem.Atom

  /// Blocks on a table, and a hand that takes one at a time: from one random arrangement to another.
  public static func blocksworld(blocks: Int, _ stream: inout RandomStream) -> StripsProblem {
    let names = (0..<max(2, blocks)).map { "b\($0 + 1)" }
    let start = arrangement(names, &stream)
    var goal = arrangement(names, &stream)
    while goal.on == start.on { goal = arrangement(names, &stream) }
    let (x, y) = (StripsProblem.Object("x", "block"), StripsProblem.Object("y", "block"))
    func a(_ name: String, _ arguments: String...) -> Atom { Atom(name, arguments) }
    return StripsProblem(
      objects: names.map { .init($0, "block") },
      predicates: [
        .init("on", ["block", "block"]), .init("ontable", ["block"]), .init("clear", ["block"]),
        .init("holding", ["block"]), .init("handempty"),
      ],
      actions: [
        .init(
          "pickup", [x], needs: [a("clear", "x"), a("ontable", "x"), a("handempty")], adds: [a("holding", "x")],
          deletes: [a("clear", "x"), a("ontable", "x"), a("handempty")]),
        .init(
          "putdown", [x], needs: [a("holding", "x")], adds: [a("clear", "x"), a("ontable", "x"), a("handempty")],
          deletes: [a("holding", "x")]),
        .init(
          "stack", [x, y], needs: [a("holding", "x"), a("clear", "y")],
          adds: [a("on", "x", "y"), a("clear", "x"), a("handempty")], deletes: [a("holding", "x"), a("clear", "y")]),
        .init(
          "unstack", [x, y], needs: [a("on", "x", "y"), a("clear", "x"), a("handempty")],
          adds: [a("holding", "x"), a("clear", "y")], deletes: [a("on", "x", "y"), a("clear", "x"), a("handempty")]),
      ],
      initial: start.on + start.clear + [a("handempty")], goal: goal.on, horizon: 4 * names.count)
  }

  /// Towers of a random order: each block begins one with probability 0.4.
  private static func arrangement(_ names: [String], _ stream: inout RandomStream) -> (on: [Atom], clear: [Atom]) {
    var on: [Atom] = [], clear: [Atom] = []
    var below: String?
    for k in stream.permutation(names.count) {
      if let base = below, stream.uniform() >= 0.4 {
        on.append(Atom("on", [names[k], base]))
      } else {
        if let top = below { clear.append(Atom("clear", [top])) }
        on.append(Atom("ontable", [names[k]]))
      }
      below = names[k]
    }
    if let top = below { clear.append(Atom("clear", [top])) }
    return (on.sorted { $0.description < $1.description }, clear)
  }

  /// A robot with two grippers that carries balls between two rooms, each ball from a random room to a random one.
  public static func gripper(balls: Int, _ stream: inout RandomStream) -> StripsProblem {
    let names = (0..<max(1, balls)).map { "ball\($0 + 1)" }
    let rooms = ["kitchen", "hall"]
    func a(_ name: String, _ arguments: String...) -> Atom { Atom(name, arguments) }
    func places() -> [Int] { names.map { _ in stream.integer(below: 2) } }
    let start = places()
    var goal = places()
    while goal == start { goal = places() }
    let (x, y) = (StripsProblem.Object("x", "room"), StripsProblem.Object("y", "room"))
    let (b, g) = (StripsProblem.Object("b", "ball"), StripsProblem.Object("g", "gripper"))
    return StripsProblem(
      objects: names.map { .init($0, "ball") } + rooms.map { .init($0, "room") }
        + [.init("left", "gripper"), .init("right", "gripper")],
      predicates: [
        .init("at", ["ball", "room"]), .init("robot", ["room"]), .init("free", ["gripper"]),
        .init("carry", ["ball", "gripper"]),
      ],
      actions: [
        .init("move", [x, y], needs: [a("robot", "x")], adds: [a("robot", "y")], deletes: [a("robot", "x")]),
        .init(
          "pick", [b, x, g], needs: [a("at", "b", "x"), a("robot", "x"), a("free", "g")], adds: [a("carry", "b", "g")],
          deletes: [a("at", "b", "x"), a("free", "g")]),
        .init(
          "drop", [b, x, g], needs: [a("carry", "b", "g"), a("robot", "x")],
          adds: [a("at", "b", "x"), a("free", "g")], deletes: [a("carry", "b", "g")]),
      ],
      initial: zip(names, start).map { a("at", $0, rooms[$1]) }
        + [a("robot", rooms[stream.integer(below: 2)]), a("free", "left"), a("free", "right")],
      goal: zip(names, goal).map { a("at", $0, rooms[$1]) }, horizon: 4 * names.count + 2)
  }

  /// Tasks for robots that differ: hours[r,t] of robot r for task t; the last robot is to be done as early as possible.
  ///
  ///     minimize finish   subject to Σ_r assign[r,t] = 1,   Σ_t hours[r,t]·assign[r,t] ≤ finish
  public static func allocation(robots: Int, tasks: Int, _ stream: inout RandomStream) -> FiveElementStatement {
    var model = FiveElementStatement(name: "allocation")
    model.sets = [
      .init("ROBOT", (0..<max(1, robots)).map { "robot\($0 + 1)" }),
      .init("TASK", (0..<max(1, tasks)).map { "task\($0 + 1)" }),
    ]
    let hours = (0..<max(1, robots) * max(1, tasks)).map { _ in Double(1 + stream.integer(below: 12)) }
    model.parameters = [.init("hours", over: ["ROBOT", "TASK"], hours, unit: "h")]
    model.variables = [
      .init("assign", over: ["ROBOT", "TASK"], kind: .binary), .init("finish", lower: "0", unit: "h"),
    ]
    model.objective = "finish"
    model.constraints = [
      .init("done", for: "t in TASK", "sum(r in ROBOT) assign[r,t] == 1"),
      .init("busy", for: "r in ROBOT", "sum(t in TASK) hours[r,t] * assign[r,t] <= finish"),
    ]
    return model
  }

  /// The least finish of an allocation by trying everything; nil for statements of another form. Cost: robots^tasks, at most 10⁶.
  public static func enumerated(_ allocation: FiveElementStatement) -> Double? {
    guard let (hours, robots, tasks) = table(allocation) else { return nil }
    var count = 1
    for _ in 0..<tasks {
      count *= robots
      guard count <= 1_000_000 else { return nil }
    }
    var best = Double.infinity
    for code in 0..<count {
      var rest = code
      var busy = [Double](repeating: 0, count: robots)
      for task in 0..<tasks {
        busy[rest % robots] += hours[(rest % robots) * tasks + task]
        rest /= robots
      }
      best = min(best, busy.max() ?? 0)
    }
    return best
  }

  /// The finish when each task in turn goes to the robot that is then done with it first: a planner that does not look ahead.
  public static func greedy(_ allocation: FiveElementStatement) -> Double? {
    guard let (hours, robots, tasks) = table(allocation) else { return nil }
    var busy = [Double](repeating: 0, count: robots)
    for task in 0..<tasks {
      let best = (0..<robots).min { busy[$0] + hours[$0 * tasks + task] < busy[$1] + hours[$1 * tasks + task] } ?? 0
      busy[best] += hours[best * tasks + task]
    }
    return busy.max()
  }

  private static func table(_ model: FiveElementStatement) -> (hours: [Double], robots: Int, tasks: Int)? {
    guard let hours = model.parameters.first(where: { $0.name == "hours" })?.values,
      let robots = model.count(over: ["ROBOT"]), let tasks = model.count(over: ["TASK"]), robots > 0,
      hours.count == robots * tasks
    else { return nil }
    return (hours, robots, tasks)
  }
}
